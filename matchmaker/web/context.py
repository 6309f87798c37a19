"""What every page shows: where one is, what there is to go to, and what is unread."""

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from matchmaker.campaigns.models import Partner
from matchmaker.messaging.models import Enquiry
from matchmaker.notifications.models import Notice
from matchmaker.web import access

AREAS = ("supplier", "buyer", "console", "partner")


def site(request):
    area = area_of(request)
    return {
        "area": area,
        "campaign": SimpleLazyObject(access.current_campaign),
        "nav": SimpleLazyObject(lambda: navigation(request, area)),
        "desks": SimpleLazyObject(lambda: desks(request)),
        "unread_count": SimpleLazyObject(lambda: unread(request)),
    }


def area_of(request) -> str:
    """The desk a page belongs to; meetings and enquiries are on the desk of the company one works for."""
    if chosen := getattr(request, "area", None):
        return chosen  # a page that belongs to several desks says whose it is showing
    path = request.path_info
    if path.startswith(("/meetings/", "/enquiries/")):
        company = access.current_company(request) if getattr(request, "user", None) else None
        if company is not None:
            return "supplier" if company.is_supplier else "buyer"
    return next((name for name in AREAS if path.startswith(f"/{name}/")), "public")


def unread(request) -> int:
    user = getattr(request, "user", None)
    return Notice.objects.visible_to(user).unread().count() if user and user.is_authenticated else 0


def desks(request) -> list[dict]:
    """The areas this person works in, for the account menu."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    found = []
    if access.current_company(request, is_supplier=True):
        found.append({"url": reverse("supplier_home"), "label": _("Supplier desk")})
    if access.current_company(request, is_buyer=True):
        found.append({"url": reverse("buyer_home"), "label": _("Buyer desk")})
    found += [
        {"url": reverse("partner_home", args=[partner.uid]), "label": _("Desk of %(partner)s") % {"partner": partner}}
        for partner in Partner.objects.open().of(user)
    ]
    if access.role_in(access.current_campaign(), user):
        found.append({"url": reverse("console_home"), "label": _("Organiser console")})
    return found


def navigation(request, area: str) -> list[dict]:
    """The links of the header in this area."""
    links = {
        "public": [
            ("suppliers", _("Suppliers"), ""),
            ("products", _("Products"), ""),
            ("demands", _("Demands"), ""),
            ("categories", _("Categories"), ""),
            ("events", _("Events"), ""),
        ],
        "supplier": [
            ("supplier_home", _("Home"), "home"),
            ("supplier_matches", _("Matches"), "arrows-exchange"),
            ("enquiries", _("Enquiries"), "messages"),
            ("supplier_products", _("Products"), "package"),
            ("meetings", _("Meetings"), "calendar-event"),
            ("supplier_company", _("Company"), "building"),
        ],
        "buyer": [
            ("buyer_home", _("Home"), "home"),
            ("products", _("Find products"), "search"),
            ("buyer_matches", _("Matches"), "arrows-exchange"),
            ("enquiries", _("Enquiries"), "messages"),
            ("buyer_demands", _("Demands"), "clipboard-list"),
            ("buyer_shortlist", _("Shortlist"), "star"),
            ("meetings", _("Meetings"), "calendar-event"),
            ("buyer_company", _("Company"), "building"),
        ],
        "console": [
            ("console_home", _("Work list"), "home"),
            ("console_companies", _("Companies"), "building"),
            ("console_partners", _("Partners"), "flag"),
            ("console_demands", _("Demands"), "clipboard-list"),
            ("console_matching", _("Matching"), "arrows-exchange"),
            ("console_rules", _("Entry rules"), "gavel"),
            ("console_outcomes", _("Outcomes"), "chart-bar"),
            ("console_events", _("Events"), "calendar-event"),
            ("console_campaign", _("Campaign"), "settings"),
            ("console_delivery", _("Outgoing notices"), "mail"),
        ],
        "partner": [
            ("partner_home", _("Companies"), "building"),
            ("partner_codes", _("Codes"), "ticket"),
            ("partner_enrol", _("Enrol a company"), "plus"),
        ],
    }[area]
    desk = getattr(request, "partner", None)  # the partners' pages name the desk in their address
    if area == "partner" and desk is None:
        return []
    found = []
    for name, label, icon in links:
        url = reverse(name, args=[desk.uid] if desk else [])
        active = request.path_info == url or (request.path_info.startswith(url) and not name.endswith("_home"))
        count = unread_enquiries(request) if name == "enquiries" else 0
        found.append({"url": url, "label": label, "icon": icon, "active": active, "name": name, "count": count})
    return found


def unread_enquiries(request) -> int:
    """How many enquiries of the company one works for hold something one has not read."""
    company = access.current_company(request)
    if company is None:
        return 0
    return Enquiry.objects.of(company).with_unread(request.user, company).filter(unread=True).count()
