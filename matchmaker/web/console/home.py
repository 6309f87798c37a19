"""The first page of a campaign: what waits for whom, the steps on its way, one button, days and team."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from matchmaker.campaigns.answer_days import answer_day_of
from matchmaker.campaigns.models import CompanyInvitation, Participation
from matchmaker.campaigns.services.bank_accounts import accounts_for_team
from matchmaker.campaigns.services.claims import open_claims
from matchmaker.campaigns.services.deliveries import people_of
from matchmaker.catalogue.models import Demand, Product
from matchmaker.catalogue.services import certificates_waiting
from matchmaker.companies.models import Company
from matchmaker.core.lists import join_label
from matchmaker.core.ttl_cache import cached_for
from matchmaker.events.models import Event, Meeting, MeetingRequest
from matchmaker.imports.models import Feed, Import
from matchmaker.market_access.models import Registration
from matchmaker.market_access.services import tariff_wanted
from matchmaker.matching.models import Match, MatchRun
from matchmaker.matching.services import count_waiting
from matchmaker.messaging.models import Obstacle
from matchmaker.messaging.services import held_messages, open_reports
from matchmaker.notifications.models import Delivery
from matchmaker.reporting.services import campaign_overview
from matchmaker.reporting.services.overview import CampaignDay, CampaignOverview
from matchmaker.web.access.decorators import may_change, opens_for, team
from matchmaker.web.console.company_list import companies_of
from matchmaker.web.console.invitations import uninvited_companies
from matchmaker.web.templatetags.ui import ago, number

SHOWN = 3  # of those that wait, the first by name
MOST = 1_000  # counted of those that wait; the list behind an entry counts them all


STEPS = {
    "brand": gettext_lazy("Brand"),
    "partners": gettext_lazy("Partners"),
    "companies": gettext_lazy("List of companies"),
    "invitations": gettext_lazy("Invitations"),
    "event": gettext_lazy("Event"),
    "plan": gettext_lazy("Plan"),
    "papers": gettext_lazy("Paper"),
    "report": pgettext_lazy("figures", "Report"),
}
NEXT = {
    "brand": gettext_lazy("Set the brand"),
    "companies": gettext_lazy("Import a list of companies"),
    "invitations": gettext_lazy("Invite the companies"),
    "event": gettext_lazy("Plan an event"),
    "plan": gettext_lazy("Plan the meetings"),
    "papers": gettext_lazy("Print badges and papers"),
    "report": gettext_lazy("Read the report"),
}
DAYS = {
    "starts": gettext_lazy("The campaign begins"),
    "ends": gettext_lazy("The campaign ends"),
    "registration_closes": gettext_lazy("Registration closes"),
    "event": gettext_lazy("Day of the event"),
}


@team
def home(request):
    campaign, matches = request.campaign, _count_matches(request.campaign)
    work = [item for item in work_of(campaign, matches) if item.n and opens_for(request.role, item.url)]
    found = campaign_overview(campaign)
    return render(
        request,
        "console/home.html",
        {
            "work": work,
            "steps": _steps(request, found),
            "next": _next(request, found, work),
            "days": [_day(mark) for mark in found.days],
            "people": campaign.organisers.select_related("user").order_by("role", "pk"),
            "figures": figures_of(campaign, matches),
        },
    )


def _urls(campaign, found: CampaignOverview) -> dict[str, str]:
    """The page on which each step is worked on."""
    is_new = {step.code: not step.n for step in found.steps}
    events = reverse("console_events")
    return {
        "brand": reverse("console_brand"),
        "partners": reverse("console_partners"),
        "companies": reverse("imports") if is_new["companies"] else reverse("console_companies"),
        "invitations": reverse("console_invitations"),
        "event": reverse("console_event_new") if is_new["event"] and campaign.takes_new else events,
        "plan": events,
        "papers": events,
        "report": reverse("console_outcomes"),
    }


def _steps(request, found: CampaignOverview) -> list[dict]:
    """Rows of the component `step_list`; without a link where the reader may not open the page."""
    urls = _urls(request.campaign, found)
    details = {
        "brand": [_("of %(n)s") % {"n": number(4)}],
        "invitations": [_("came: %(n)s") % {"n": number(found.came)}] if found.came else [],
        "plan": [_("events with a published plan")],
        "papers": [_("people expected")],
        "report": [_("events that are over")],
    }
    return [
        {
            "label": STEPS[step.code],
            "state": step.state,
            "n": number(step.n) if step.n <= MOST or step.code != "companies" else f"{number(MOST)}+",
            "detail": details.get(step.code, []) if step.n else [],
            "url": urls[step.code] if opens_for(request.role, urls[step.code]) else "",
        }
        for step in found.steps
    ]


def _next(request, found: CampaignOverview, work: Sequence["WorkItem"]) -> dict | None:
    """What waits too long comes before the next step; None where the reader may do neither."""
    urgent = next((item for item in work if item.late), None)
    if urgent is not None:
        return {"label": join_label(urgent.what, urgent.shown), "why": urgent.sub, "url": urgent.url}
    url = _urls(request.campaign, found).get(found.next, "")
    if not url or not opens_for(request.role, url) or (found.next != "report" and not may_change(request)):
        return None
    return {"label": NEXT[found.next], "why": "", "url": url}


def _day(mark: CampaignDay) -> dict:
    if mark.event is None:
        return {"label": DAYS[mark.code], "day": mark.day}
    url = reverse("console_event", args=[mark.event.slug])
    return {"label": mark.event.name, "sub": DAYS[mark.code], "day": mark.day, "url": url}


@dataclass(frozen=True)
class Row:
    """One of those that wait, by name."""

    label: str
    note: str
    url: str
    country: str = ""


@dataclass(frozen=True)
class WorkItem:
    """An entry of the work list. `n` is how many wait, MOST + 1 for more; `late` whether they wait too long."""

    what: str
    sub: str
    n: int
    url: str
    late: bool = False
    rows: Sequence[Row] = ()

    @property
    def shown(self) -> str:
        """The number as the list shows it, `1,000+` for more than MOST."""
        return number(self.n) if self.n <= MOST else f"{number(MOST)}+"


def work_of(campaign, matches: dict[str, int]) -> list[WorkItem]:
    """Entries of the work list, most urgent first; `matches` as `_count_matches` returns them."""
    return [
        _companies_to_approve(campaign),
        _claims(campaign),
        _bank_accounts(campaign),
        *_invitations(campaign),
        *_evidence(campaign),
        _tariff(),
        _refused_rows(campaign),
        _feeds(campaign),
        *_meetings(campaign),
        _obstacles(campaign),
        *_messages(campaign),
        _incomplete_run(campaign),
        *_matching(campaign, matches),
        _closing_demands(campaign),
        _event_drafts(campaign),
    ]


def _count(rows: QuerySet) -> int:
    """How many there are up to MOST + 1: the database looks at no more of tens of thousands."""
    return rows.order_by()[: MOST + 1].count()


def _count_and_first(rows: QuerySet) -> tuple[int, list]:
    """The count, and the first SHOWN of them. Mostly these are all, and nothing else is counted."""
    first = list(rows[: SHOWN + 1])
    return (_count(rows) if len(first) > SHOWN else len(first)), first[:SHOWN]


def _companies_to_approve(campaign) -> WorkItem:
    count, first = _count_and_first(companies_of(campaign).waiting())
    oldest = first[0] if first else None
    promised = answer_day_of(oldest, campaign) if oldest else None
    waited = (timezone.now() - oldest.submitted_at).days if oldest and oldest.submitted_at else 0
    words = ngettext("The oldest waits %(n)d day.", "The oldest waits %(n)d days.", waited) % {"n": waited}
    return WorkItem(
        what=_("Companies to approve"),
        sub=words if waited else _("All came in today."),
        n=count,
        url=f"{reverse('console_companies')}?status=pending",
        late=promised < timezone.localdate() if promised else waited >= 2,
        rows=[_company_row(company, company.submitted_at) for company in first],
    )


def _company_row(company: Company, since: dt.datetime) -> Row:
    url = reverse("console_company", args=[company.uid])
    return Row(company.display_name, ago(since), url, company.country)


def _claims(campaign) -> WorkItem:
    count, first = _count_and_first(open_claims(campaign))
    return WorkItem(
        what=_("Claims of a company to decide about"),
        sub=_("A person claims to represent the company."),
        n=count,
        url=reverse("console_claims"),
        late=True,
        rows=[_company_row(claim.company, claim.created_at) for claim in first],
    )


def _bank_accounts(campaign) -> WorkItem:
    count, first = _count_and_first(accounts_for_team(campaign))
    return WorkItem(
        what=_("Bank details to confirm by a call"),
        sub=_("These companies have no second administrator who may confirm them."),
        n=count,
        url=reverse("console_company", args=[first[0].company.uid]) if first else "",
        rows=[_company_row(account.company, account.entered_at) for account in first],
    )


def _invitations(campaign) -> list[WorkItem]:
    """Companies from lists: letters that came back, and companies no one was invited for."""
    url = reverse("console_invitations")
    return [
        WorkItem(
            what=_("Invitations that came back"),
            sub=_("Correct the address on the page of the company and invite again."),
            n=CompanyInvitation.objects.filter(campaign=campaign).came_back().count(),
            url=url,
        ),
        WorkItem(
            what=_("Companies from lists, not invited yet"),
            sub=_("Nobody has an account for them. One step invites all their contact persons."),
            n=_count(uninvited_companies(campaign)),
            url=url,
        ),
    ]


def _evidence(campaign) -> list[WorkItem]:
    """Certificates and registrations that the team looks at."""
    url = reverse("console_certificates")
    return [
        WorkItem(
            what=_("Certificates to look at"),
            sub=_("Papers that suppliers sent for their products."),
            n=_count(certificates_waiting(campaign)),
            url=url,
        ),
        WorkItem(
            what=_("Registration numbers to check"),
            sub=_("Stated by suppliers: they count as met once the team has seen evidence."),
            n=_count(Registration.objects.waiting(campaign)),
            url=url,
        ),
    ]


def _tariff() -> WorkItem:
    """Of the whole site: without the tariff of the year, no duty is shown for shipments in it."""
    year = tariff_wanted()
    return WorkItem(
        what=_("Tariff of %(year)s to be loaded") % {"year": year},
        sub=_("China changes it each 1 January. Load the printed tariff or a sheet of rates."),
        n=1 if year else 0,
        url=reverse("console_tariff"),
    )


def _refused_rows(campaign) -> WorkItem:
    """Of the team's sheets that were checked and not brought in yet."""
    sheets = Import.objects.filter(campaign=campaign, company__isnull=True, state=Import.State.PREVIEW)
    return WorkItem(
        what=_("Rows of sheets that were refused"),
        sub=_("Correct them before you bring the sheet in, or leave them out."),
        n=sheets.aggregate(n=Sum("rejected"))["n"] or 0,
        url=reverse("imports"),
    )


def _incomplete_run(campaign) -> WorkItem:
    """The latest matching of the campaign, where some of it was given up."""
    run = MatchRun.objects.filter(campaign=campaign).defer("background").first()
    return WorkItem(
        what=_("Parts of the last full matching that were given up"),
        sub=_("Try them again on the page of matching."),
        n=run.given_up.count() if run is not None and run.state == MatchRun.State.INCOMPLETE else 0,
        url=reverse("console_matching"),
        late=True,
    )


def _feeds(campaign) -> WorkItem:
    return WorkItem(
        what=_("Feeds of demands with a problem"),
        sub=_("Addresses that could not be read, or not wholly."),
        n=Feed.objects.filter(campaign=campaign, state=Feed.State.ACTIVE).with_a_problem().count(),
        url=reverse("imports"),
    )


def _meetings(campaign) -> list[WorkItem]:
    """What only the team can settle."""
    disputed = Meeting.objects.filter(event__campaign=campaign).disputed().select_related("event", "supplier", "buyer")
    agreed = MeetingRequest.objects.filter(event__campaign=campaign).waiting_for_a_time()
    agreed = agreed.select_related("event", "company", "other").order_by("answered_at", "pk")
    disputed_count, disputed_first = _count_and_first(disputed)
    agreed_count, agreed_first = _count_and_first(agreed)
    return [
        WorkItem(
            what=_("Meetings agreed, without a time"),
            sub=_("Both sides agreed after the plan was published. Place them, or compute the plan again."),
            n=agreed_count,
            url=reverse("console_event_plans", args=[agreed_first[0].event.slug]) if agreed_first else "",
            rows=[
                Row(
                    label=f"{one.company.display_name} – {one.other.display_name}",
                    note=str(one.event.name),
                    url=reverse("console_event_plans", args=[one.event.slug]),
                )
                for one in agreed_first
            ],
        ),
        WorkItem(
            what=_("Meetings in dispute"),
            sub=_("One side says it was missed, the other that it took place. What you say settles it."),
            n=disputed_count,
            url=reverse("console_event_meetings", args=[disputed_first[0].event.slug]) if disputed_first else "",
            rows=[
                Row(
                    label=f"{one.supplier.display_name} – {one.buyer.display_name}",
                    note=str(one.event.name),
                    url=reverse("console_event_meeting", args=[one.event.slug, one.uid]),
                )
                for one in disputed_first
            ],
        ),
    ]


def _obstacles(campaign) -> WorkItem:
    cases = Obstacle.objects.filter(campaign=campaign).waiting().select_related("company").order_by("due_on", "pk")
    count, first = _count_and_first(cases)
    return WorkItem(
        what=_("Obstacles that block deals"),
        sub=_("Reported by companies and their partners. Name who is responsible, and answer."),
        n=count,
        url=reverse("console_obstacles"),
        late=any(case.is_late for case in first),
        rows=[
            Row(
                label=case.title,
                note=ago(case.reported_at),
                url=reverse("console_obstacle", args=[case.uid]),
                country=case.company.country,
            )
            for case in first
        ],
    )


def _messages(campaign) -> list[WorkItem]:
    """Messages between companies, and mail to people of the campaign that did not arrive."""
    return [
        WorkItem(
            what=_("Messages to look at"),
            sub=_("Held before delivery, or reported by their receivers."),
            n=_count(held_messages(campaign)) + _count(open_reports(campaign)),
            url=reverse("console_enquiries"),
            late=True,
        ),
        WorkItem(
            what=_("Email that could not be delivered"),
            sub=_("Parked with a reason; look at it and try again."),
            n=_count(Delivery.objects.parked().filter(notice__recipient__in=people_of(campaign))),
            url=reverse("console_delivery"),
            late=True,
        ),
    ]


def _count_matches(campaign) -> dict[str, int]:
    """Of matches between companies of the campaign. One query: it looks at each active match."""
    said_yes, is_open = "interested", Q(mutual_at__isnull=True)
    return (
        Match.objects.active()
        .of_campaign(campaign)
        .order_by()
        .aggregate(
            all=Count("pk"),
            answered=Count("pk", filter=~Q(supplier_answer="", buyer_answer="")),
            mutual=Count("pk", filter=~is_open),
            buyer_waits=Count("pk", filter=is_open & Q(buyer_answer=said_yes, supplier_answer="")),
            supplier_waits=Count("pk", filter=is_open & Q(supplier_answer=said_yes, buyer_answer="")),
        )
    )


def _matching(campaign, matches: dict[str, int]) -> list[WorkItem]:
    url = reverse("console_matching")
    return [
        WorkItem(
            what=_("Products and demand lines to be matched"),
            sub=_("The workers take them within seconds."),
            n=count_waiting(campaign),
            url=url,
        ),
        WorkItem(
            what=_("Buyers said yes, the supplier has not answered"),
            sub=_("Nothing to do unless it lasts."),
            n=matches["buyer_waits"],
            url=url,
        ),
        WorkItem(
            what=_("Suppliers said yes, the buyer has not answered"),
            sub=_("Nothing to do unless it lasts."),
            n=matches["supplier_waits"],
            url=url,
        ),
    ]


def _closing_demands(campaign) -> WorkItem:
    today = timezone.localdate()
    soon = today + dt.timedelta(days=7)
    here = Participation.objects.filter(campaign=campaign).values("company")
    closing = Demand.objects.open().filter(closing_on__lte=soon, company__in=here)
    count, first = _count_and_first(closing.order_by("closing_on", "pk"))
    return WorkItem(
        what=_("Demands that close within a week"),
        sub=_("Their buyers can extend them."),
        n=count,
        url=reverse("console_demands"),
        rows=[
            Row(demand.title, _days_left((demand.closing_on - today).days), reverse("demand", args=[demand.uid]))
            for demand in first
        ],
    )


def _days_left(left: int) -> str:
    return ngettext("in %(n)d day", "in %(n)d days", left) % {"n": left} if left else _("today")


def _event_drafts(campaign) -> WorkItem:
    return WorkItem(
        what=_("Events not yet published"),
        sub=_("Drafts that nobody outside the team sees."),
        n=Event.objects.filter(campaign=campaign, status=Event.Status.DRAFT).count(),
        url=reverse("console_events"),
    )


def figures_of(campaign, matches: dict[str, int]) -> list[dict]:
    """First figures of the home page: approved, offered, wanted, matched. The report has its own funnel."""
    counts = _count_offers(campaign.pk)
    return [
        {"label": _("suppliers approved"), "value": counts["suppliers"]},
        {"label": _("buyers approved"), "value": counts["buyers"]},
        {"label": _("products published"), "value": counts["products"]},
        {"label": _("demands open"), "value": counts["demands"]},
        {"label": _("matches"), "value": matches["all"]},
        {"label": _("answered"), "value": matches["answered"]},
        {"label": _("contacts opened"), "value": matches["mutual"], "first": True},
    ]


@cached_for(60)
def _count_offers(campaign: int) -> dict[str, int]:
    """Approved companies and what they publish; each of these queries looks at all companies of the campaign."""
    here = Participation.objects.filter(campaign=campaign).values("company")
    sides = {"suppliers": Count("pk", filter=Q(is_supplier=True)), "buyers": Count("pk", filter=Q(is_buyer=True))}
    return {
        **Company.objects.approved().filter(pk__in=here).order_by().aggregate(**sides),
        "products": Product.objects.published().filter(company__in=here).count(),
        "demands": Demand.objects.open().filter(company__in=here).count(),
    }
