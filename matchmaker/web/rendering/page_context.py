"""What every page shows: where one is, what there is to go to, and what is unread."""

from dataclasses import dataclass
from functools import cache, lru_cache
from uuid import UUID

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.core.lists import join_label
from matchmaker.messaging.models import Enquiry
from matchmaker.notifications.models import Notice
from matchmaker.web import page_language
from matchmaker.web.access import decorators
from matchmaker.web.access.teams import last_campaign, teams_of, working_campaign
from matchmaker.web.campaign_site import link_to

# Area → what the decorator of its pages sets on the request; a page of it that did not open shows the public menu.
AREAS = {"supplier": "company", "buyer": "company", "console": "role", "partner": "partner"}


def site(request):
    area = area_of(request)
    return {
        "area": area,
        "campaign": SimpleLazyObject(lambda: campaign_of(request)),
        "is_read_only": cache(lambda: is_read_only(request)),
        "campaigns": SimpleLazyObject(lambda: other_campaigns(request) if area == "console" else []),
        "nav": SimpleLazyObject(lambda: navigation(request, area)),
        "desks": SimpleLazyObject(lambda: desks(request)),
        "unread_count": cache(lambda: unread(request)),  # a number itself: plural rules reckon with it
        "alternates": SimpleLazyObject(lambda: page_language.alternates(request)),
        "offered_language": SimpleLazyObject(lambda: page_language.offered_language(request)),
        "default_picture": site_url(request) + staticfiles_storage.url("img/icon-512.png"),
    }


def site_url(request) -> str:
    """The absolute address of scheme and host; also for the page of an error before the campaign was looked for."""
    return getattr(request, "site_url", settings.SITE_URL)


def campaign_of(request):
    """The campaign a page is about: that of the console's page or the partner's desk, else that of the address."""
    desk = getattr(request, "partner", None)
    return getattr(request, "campaign", None) or (desk.campaign if desk else getattr(request, "site_campaign", None))


def is_read_only(request) -> bool:
    """A page of the console in an archived campaign: buttons that would be refused are left out."""
    campaign = getattr(request, "campaign", None)
    return bool(campaign and campaign.is_archived)


def other_campaigns(request) -> list[Campaign]:
    """The other campaigns this member of several teams can work in, for the switch in the header."""
    here = getattr(request, "campaign", None)
    return [seat.campaign for seat in teams_of(request) if here and seat.campaign_id != here.pk]


def area_of(request) -> str:
    """The desk a page belongs to; meetings and enquiries are on the desk of the company one works for."""
    if chosen := getattr(request, "area", None):
        return chosen  # a page that belongs to several desks says whose it is showing
    path = request.path_info
    if path.startswith(("/meetings/", "/enquiries/", "/obstacles/")):
        company = decorators.current_company(request) if getattr(request, "user", None) else None
        if company is not None:
            return "supplier" if company.is_supplier else "buyer"
    opened = (name for name, mark in AREAS.items() if path.startswith(f"/{name}/") and hasattr(request, mark))
    return next(opened, "public")


def unread(request) -> int:
    user = getattr(request, "user", None)
    return Notice.objects.visible_to(user).unread().count() if user and user.is_authenticated else 0


def desks(request) -> list[dict]:
    """The areas this person works in, for the account menu."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    found = []
    if decorators.current_company(request, is_supplier=True):
        found.append({"url": reverse("supplier_home"), "label": _("Supplier desk")})
    if decorators.current_company(request, is_buyer=True):
        found.append({"url": reverse("buyer_home"), "label": _("Buyer desk")})
    found += partner_desks(request)
    found += _consoles(request)
    if user.is_staff:
        found.append({"url": reverse("console_site"), "label": _("Campaigns and storage")})
        found.append({"url": reverse("admin:index"), "label": _("Site administration")})
    return found


def _consoles(request) -> list[dict]:
    """The console of the campaign one works in here, or of the one worked in last; with several each has its name."""
    campaign = working_campaign(request) or last_campaign(request)
    if campaign is None:
        return []
    label = _("Organiser console")
    if len(teams_of(request)) > 1:
        label = f"{label} · {campaign}"
    return [{"url": link_to(request, campaign, "console_home"), "label": label}]


def partner_desks(request) -> list[dict]:
    """The desks of partners at which one sits; those of one partner in several campaigns name their campaign."""
    desks = list(Partner.objects.open().of(request.user).select_related("campaign"))
    several = len({desk.campaign_id for desk in desks}) > 1
    return [
        {
            "uid": desk.uid,
            "name": str(desk),
            "campaign": str(desk.campaign),
            "url": link_to(request, desk.campaign, "partner_home", desk.uid),
            "label": join_label(_("Desk of %(partner)s") % {"partner": desk}, str(desk.campaign) if several else ""),
        }
        for desk in desks
    ]


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the header; `count` is what is unread behind it."""

    url: str
    label: str
    icon: str
    active: bool
    name: str
    count: int


# Area → (name of the page, words, icon).
_LINKS = {
    "public": [
        ("suppliers", gettext_lazy("Suppliers"), ""),
        ("products", gettext_lazy("Products"), ""),
        ("demands", gettext_lazy("Demands"), ""),
        ("categories", gettext_lazy("Categories"), ""),
        ("events", gettext_lazy("Events"), ""),
    ],
    "supplier": [
        ("supplier_home", gettext_lazy("Home"), "home"),
        ("supplier_matches", gettext_lazy("Matches"), "arrows-exchange"),
        ("enquiries", gettext_lazy("Enquiries"), "messages"),
        ("supplier_products", gettext_lazy("Products"), "package"),
        ("meetings", gettext_lazy("Meetings"), "calendar-event"),
        ("supplier_company", gettext_lazy("Company"), "building"),
    ],
    "buyer": [
        ("buyer_home", gettext_lazy("Home"), "home"),
        ("products", gettext_lazy("Find products"), "search"),
        ("buyer_matches", gettext_lazy("Matches"), "arrows-exchange"),
        ("enquiries", gettext_lazy("Enquiries"), "messages"),
        ("buyer_demands", gettext_lazy("Demands"), "clipboard-list"),
        ("buyer_shortlist", gettext_lazy("Shortlist"), "star"),
        ("meetings", gettext_lazy("Meetings"), "calendar-event"),
        ("buyer_company", gettext_lazy("Company"), "building"),
    ],
    "console": [
        ("console_home", gettext_lazy("Overview"), "home"),
        ("console_companies", gettext_lazy("Companies"), "building"),
        ("console_partners", gettext_lazy("Partners"), "flag"),
        ("console_demands", gettext_lazy("Demands"), "clipboard-list"),
        ("console_matching", gettext_lazy("Matching"), "arrows-exchange"),
        ("console_rules", gettext_lazy("Entry rules"), "gavel"),
        ("console_outcomes", pgettext_lazy("figures", "Report"), "chart-bar"),
        ("console_events", gettext_lazy("Events"), "calendar-event"),
        ("console_campaign", gettext_lazy("Campaign"), "settings"),
        ("console_delivery", gettext_lazy("Outgoing notices"), "mail"),
    ],
    "partner": [
        ("partner_home", gettext_lazy("Companies"), "building"),
        ("partner_events", gettext_lazy("Events"), "calendar-event"),
        ("partner_codes", gettext_lazy("Codes"), "ticket"),
        ("partner_obstacles", gettext_lazy("Obstacles"), "alert-triangle"),
        ("partner_enrol", gettext_lazy("Enrol a company"), "plus"),
    ],
}


def navigation(request, area: str) -> list[Link]:
    """The links of the header in this area."""
    desk = getattr(request, "partner", None)  # the partners' pages name the desk in their address
    if area == "partner" and desk is None:
        return []
    found = []
    role = getattr(request, "role", "") if area == "console" else ""
    if area == "console" and getattr(request, "role", None) == "":  # staff of the site without a team
        return _links_of_site_staff(request)
    for name, url, label, icon in _links(area, desk.uid if desk else None, role, *_where()):
        active = request.path == url or (request.path.startswith(url) and not name.endswith("_home"))
        count = unread_enquiries(request) if name == "enquiries" else 0
        found.append(Link(url, label, icon, active, name, count))
    return found


def _links_of_site_staff(request) -> list[Link]:
    """The pages of the console that staff of the site without a team may open."""
    pages = [
        ("console_site", _("Campaigns and storage"), "database"),
        ("console_campaigns", _("Campaigns"), "flag"),
        ("admin:index", _("Site administration"), "settings"),
    ]
    links = [(name, reverse(name), label, icon) for name, label, icon in pages]
    return [Link(url, label, icon, request.path == url, name, 0) for name, url, label, icon in links]


def _where() -> tuple[str, str]:
    """What addresses and words of links depend on."""
    return get_language() or "en", get_script_prefix()


@lru_cache(maxsize=1024)
def _links(area: str, desk: UUID | None, role: str, _language: str, _prefix: str) -> list[tuple[str, str, str, str]]:
    """(name, address, words, icon) of the pages of an area; of the console's, those that open for the role."""
    at = [desk] if desk else []
    links = [(name, reverse(name, args=at), str(label), icon) for name, label, icon in _LINKS[area]]
    if area == "console":
        links = [link for link in links if decorators.opens_for(role, link[1])]
    return links


def unread_enquiries(request) -> int:
    """How many enquiries of the company one works for hold something one has not read."""
    company = decorators.current_company(request)
    if company is None:
        return 0
    return Enquiry.objects.of(company).with_unread(request.user, company).filter(unread=True).count()
