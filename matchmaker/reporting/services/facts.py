"""The facts that the report counts, read from the tables in a fixed number of queries.

This module is the definition of every figure; docs/reporting.md puts it into words.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Case, CharField, Count, Exists, Min, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Campaign, Enrolment, Participation, Partner
from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.core.clocks import CHINA
from matchmaker.directory.rates import RatesByDay
from matchmaker.events.models import Event, EventParticipation, Meeting, MeetingRequest
from matchmaker.first_orders.models import Posting, VoucherApplication
from matchmaker.first_orders.services import published_draw
from matchmaker.matching.models import Match
from matchmaker.messaging.models import DealStep, Enquiry, FollowUp, Obstacle, Quote, Sample, Side, StepPaper
from matchmaker.notifications.models import Delivery
from matchmaker.reporting import figures
from matchmaker.reporting.figures import ALL, PARTNER, TRADING_GROUP, TREES, Cell, Cells, Fact, Facts, add_cohorts
from matchmaker.reporting.models import Survey

CENT = Decimal("0.01")
ZONE = ZoneInfo(CHINA)  # where campaigns are held
DIMENSION_OF: dict[str, str] = {Partner.Kind.COUNTRY: PARTNER, Partner.Kind.GROUP: TRADING_GROUP}
FEW = 5_000  # companies whose entries of the record are looked up one by one; for more the whole record is read
_OF_MEETING = (
    *("event", "supplier", "buyer", "starts_at", "status", "supplier_said", "buyer_said", "team_said"),
    *("supplier_rating", "buyer_rating"),
)
_NOT_TAKEN_UP = (Enquiry.Status.REQUESTED, Enquiry.Status.DECLINED, Enquiry.Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about: campaigns, or one event, or the companies of one partner and of all below it."""

    campaigns: tuple[Campaign, ...]
    event: Event | None = None
    partner: Partner | None = None

    def companies(self) -> QuerySet[Company]:
        if self.event is not None:
            coming = EventParticipation.objects.registered().filter(event=self.event)
            rows = Company.objects.filter(pk__in=coming.values("company"))
        else:
            taking_part = Participation.objects.filter(campaign__in=self.campaigns)
            rows = Company.objects.filter(pk__in=taking_part.values("company"))
        if self.partner is not None:
            brought = Enrolment.objects.order_by().within(self.partner)
            rows = rows.filter(pk__in=brought.values("company"))
        return rows.order_by()

    def events(self) -> QuerySet[Event]:
        rows = Event.objects.filter(campaign__in=self.campaigns, status=Event.Status.PUBLISHED)
        return rows.filter(pk=self.event.pk) if self.event is not None else rows

    def within(self, field: str) -> Q:
        """The moment lies between the first and the last day of one of the campaigns."""
        moments = Q(pk__in=[])
        for campaign in self.campaigns:
            moments |= Q(**{f"{field}__date__gte": campaign.starts_on, f"{field}__date__lte": campaign.ends_on})
        return moments


def collect(scope: Scope) -> Facts:
    """All facts of a scope. Companies outside of it are in no fact; a pair counts if one of the two is in it.

    Days are those of the campaign's place, whichever zone the person who has it counted lives in: figures are stored
    for all readers, and a company belongs to one month.
    """
    with timezone.override(ZONE):
        collector = _Collector(scope)
        collector.everything()
        return collector.facts


def count_event(event: Event) -> Cells:
    """The figures of one event alone, counted by the database: as `collect` counts them, without a fact for each."""
    if event.status != Event.Status.PUBLISHED:
        return {}
    with timezone.override(ZONE):
        has_begun = event.starts_on <= timezone.localdate()
    coming = EventParticipation.objects.registered().filter(event=event).order_by().values("company")
    companies = coming.distinct().count()
    survey = Survey.objects.filter(event=event, company__in=coming).aggregate(
        sent=Count("pk"), answers=Count("rating"), total=Sum("rating")
    )
    cells = {
        "participating": Cell(companies, companies),
        "surveyed": Cell(survey["sent"]),
        "survey": Cell(survey["answers"], total=Decimal(survey["total"] or 0)),
    }
    cells |= _count_meetings(event, coming, has_begun=has_begun)
    if has_begun:
        cells["places"] = Cell(1, total=Decimal(len(event.slots()) * event.tables))
    return {(figure, ALL, ""): cell for figure, cell in cells.items()}


def _count_meetings(event: Event, coming: QuerySet, *, has_begun: bool) -> dict[str, Cell]:
    """Meetings by what became of them, tables used, and ratings by companies that are registered."""
    sides = {side: Q(**{f"{side}__in": coming}) for side in ("supplier", "buyer")}
    rows = Meeting.objects.filter(sides["supplier"] | sides["buyer"], event=event).order_by()
    states = {row["state"]: row["n"] for row in rows.values(state=_STATE_IN_SQL).annotate(n=Count("pk"))}
    cells = {state: Cell(count) for state, count in states.items()}
    if has_begun:
        cells["used"] = Cell(sum(count for state, count in states.items() if state != "cancelled"))
    ratings, total = 0, 0
    for side, is_coming in sides.items():
        found = rows.filter(is_coming).aggregate(n=Count(f"{side}_rating"), total=Sum(f"{side}_rating"))
        ratings, total = ratings + found["n"], total + (found["total"] or 0)
    return cells | {"rating": Cell(ratings, total=Decimal(total))}


class _Collector:
    def __init__(self, scope: Scope):
        self.scope, self.facts = scope, Facts()
        self.countries = dict(scope.companies().values_list("pk", "country"))
        self.inside = scope.companies().values("pk")

    def everything(self) -> None:
        self._groups()
        self._registration()
        self._catalogue()
        self._matches()
        self._enquiries()
        self._quotes()
        self._samples()
        self._deals()
        self._first_orders()
        self._obstacles()
        self._events()
        self._surveys()
        self._parked()
        add_cohorts(self.facts)

    # -- help ----------------------------------------------------------------------------------------------------------
    def _own(self, *companies: int) -> tuple[int, ...]:
        return tuple(company for company in companies if company in self.countries)

    def _step(self, figure: str, rows: Iterable[tuple]) -> None:
        """A step of the funnel: one fact a company, on the first day. A row is companies and, last, the moment."""
        first: dict[int, dt.date] = {}
        for *companies, moment in rows:
            day = _day(moment)
            for company in self._own(*companies):
                first[company] = min(day, first.get(company, day))
        self.facts.of[figure] = [Fact(company, (company,), day) for company, day in first.items()]

    def _add(self, figure: str, key, companies: Iterable[int], moment, **more) -> None:
        own = self._own(*companies)
        if own:
            self.facts.of[figure].append(Fact(key, own, _day(moment), **more))

    def _pairs(self, rows: QuerySet, path: str = "") -> QuerySet:
        """Rows between two companies of which at least one is in the scope."""
        supplier, buyer = Q(**{f"{path}supplier__in": self.inside}), Q(**{f"{path}buyer__in": self.inside})
        return rows.filter(supplier | buyer).order_by()

    # -- groups --------------------------------------------------------------------------------------------------------
    def _groups(self) -> None:
        groups = self.facts.groups
        groups["country"] = {company: [country] for company, country in self.countries.items()}
        products = Product.objects.published().filter(company__in=self.inside)
        lines = DemandLine.objects.filter(demand__published_at__isnull=False, demand__company__in=self.inside)
        self._group("category", products, "company", "category")
        self._group("category", lines, "demand__company", "category")
        coming = EventParticipation.objects.registered().filter(event__in=self.scope.events(), company__in=self.inside)
        self._group("event", coming, "company", "event")
        self._partners()

    def _group(self, dimension: str, rows: QuerySet, company_path: str, value_path: str) -> None:
        """Add the values of one dimension to those that its companies have already."""
        groups = self.facts.groups
        values: dict[int, set] = defaultdict(set, {one: set(known) for one, known in groups[dimension].items()})
        for company, value in rows.order_by().values_list(company_path, value_path).distinct():
            if value is not None:
                values[company].add(value)
        groups[dimension] = {company: sorted(known) for company, known in values.items()}

    def _partners(self) -> None:
        """A company belongs to the partner that follows it and to those above this one."""
        partners = Partner.objects.filter(campaign__in=self.scope.campaigns).with_parents()
        places = {one.pk: (DIMENSION_OF[one.kind], {above.pk for above in one.chain()}) for one in partners}
        values: dict[str, dict[int, set]] = {dimension: defaultdict(set) for dimension in TREES}
        rows = Enrolment.objects.filter(partner__campaign__in=self.scope.campaigns, company__in=self.inside)
        for company, partner in rows.order_by().values_list("company", "partner"):
            dimension, chain = places[partner]
            values[dimension][company] |= chain
        for dimension, known in values.items():
            self.facts.groups[dimension] = {company: sorted(chain) for company, chain in known.items()}

    # -- the funnel ----------------------------------------------------------------------------------------------------
    def _registration(self) -> None:
        campaigns = self.scope.campaigns
        hosts = Q(of_campaign__campaign__in=campaigns) | Q(invited_by__partnerseats__partner__campaign__in=campaigns)
        hosts |= Q(of_campaign__isnull=True, invited_by__organiser_of__campaign__in=campaigns)
        letters = Invitation.objects.filter(hosts, company__in=self.inside, role=Membership.Role.ADMIN)
        self._step("invited", letters.order_by().values_list("company").annotate(at=Min("created_at")))
        joined: dict[int, dt.datetime] = {}
        before: dict[int, dt.datetime] = {}  # as `joined`, in other campaigns
        part = Participation.objects.filter(company__in=self.inside).order_by()
        ours = {campaign.pk for campaign in campaigns}
        for company, campaign, at in part.values_list("company", "campaign").annotate(at=Min("joined_at")):
            days = joined if campaign in ours else before
            days[company] = min(at, days.get(company, at))
        carried = {company for company, at in joined.items() if company in before and before[company] < at}
        people = Membership.objects.filter(company__in=self.inside).order_by()
        came = dict(people.values_list("company").annotate(at=Min("joined_at")))
        self._step("registered", ((one, max(joined[one], came[one])) for one in joined.keys() & came.keys() - carried))
        self._step("carried", ((company, joined[company]) for company in carried))
        self._step("approved", self._approvals(joined, carried))

    def _approvals(self, joined: dict[int, dt.datetime], carried: set[int]) -> Iterable[tuple]:
        """Companies approved now, each with the day of the first decision of one of the campaigns.

        An entry from before entries named the campaign counts where the company took part here by then. Without any
        entry, as after an import of a whole site, a company that was not carried over counts on the day it joined.
        """
        rows = list(Company.objects.approved().filter(pk__in=self.inside).order_by().values_list("pk", "uid"))
        decisions = AuditEntry.objects.filter(verb="company_approved").order_by("-pk")
        if len(rows) <= FEW:
            decisions = decisions.filter(organisation__in=[str(uid) for _pk, uid in rows])
        ours = {str(campaign.uid) for campaign in self.scope.campaigns}
        of_company: dict[str, list] = defaultdict(list)
        for uid, campaign, at in decisions.values_list("object_uid", "facts__campaign", "at"):
            of_company[uid].append((campaign, at))
        for pk, uid in rows:
            entries, since = of_company.get(str(uid), []), joined.get(pk)
            own = [at for campaign, at in entries if campaign in ours]
            own += [at for campaign, at in entries if campaign is None and since is not None and at >= since]
            if own:
                yield pk, min(own)
            elif not entries and since is not None and pk not in carried:
                yield pk, since

    def _catalogue(self) -> None:
        offers = Product.objects.filter(published_at__isnull=False, company__in=self.inside)
        wants = Demand.objects.filter(published_at__isnull=False, company__in=self.inside)
        rows = [*_first(offers, "company", "published_at"), *_first(wants, "company", "published_at")]
        self._step("published", rows)

    def _matches(self) -> None:
        active = Match.objects.active().filter(self.scope.within("created_at"))
        rows = []
        for company in ("product__company", "line__demand__company"):
            rows += _first(active.filter(**{f"{company}__in": self.inside}), company, "created_at")
        self._step("matched", rows)

    def _enquiries(self) -> None:
        rows = self._pairs(Enquiry.objects.filter(self.scope.within("created_at"), delivered_at__isnull=False))
        taken_up = []
        for pk, supplier, buyer, status, answered, touched in rows.values_list(
            "pk", "supplier", "buyer", "status", "answered_at", "touched_at"
        ):
            if answered is not None and status not in _NOT_TAKEN_UP:
                taken_up.append((supplier, buyer, answered))
            elif status == Enquiry.Status.DECLINED:
                self._add("declined", pk, (supplier, buyer), answered or touched)
            elif status == Enquiry.Status.EXPIRED:
                self._add("unanswered", pk, (supplier, buyer), touched)
        self._step("talking", taken_up)
        names = ("pk", "side", "answer", "asked_at", "enquiry__supplier", "enquiry__buyer")
        for pk, side, answer, at, supplier, buyer in self._of_enquiry(FollowUp.objects.all()).values_list(*names):
            self._add(f"follow_{answer or 'none'}", pk, [supplier if side == Side.SUPPLIER else buyer], at)

    def _of_enquiry(self, rows: QuerySet) -> QuerySet:
        return self._pairs(rows.filter(self.scope.within("enquiry__created_at")), "enquiry__")

    def _quotes(self) -> None:
        names = ("pk", "enquiry__supplier", "enquiry__buyer", "status", "made_at")
        made = []
        for pk, supplier, buyer, status, at in self._of_enquiry(Quote.objects.all()).values_list(*names):
            if status in (Quote.Status.DECLINED, Quote.Status.WITHDRAWN):
                self._add("quotes_declined", pk, (supplier, buyer), at)
            made.append((supplier, buyer, at))
        self._step("quoted", made)

    def _samples(self) -> None:
        names = ("pk", "enquiry__supplier", "enquiry__buyer", "asked_at")
        bad = Q(stage=Sample.Stage.REFUSED) | Q(verdict=Sample.Verdict.UNFIT)
        for pk, supplier, buyer, at in self._of_enquiry(Sample.objects.filter(bad)).values_list(*names):
            self._add("samples_refused", pk, (supplier, buyer), at)

    def _deals(self) -> None:
        names = ("pk", "enquiry__supplier", "enquiry__buyer", "rung", "answer", "happened_on", "amount", "currency")
        rates = RatesByDay()
        reached: dict[str, list] = defaultdict(list)
        steps = DealStep.objects.annotate(is_backed=Exists(StepPaper.objects.filter(step=OuterRef("pk"))))
        for pk, supplier, buyer, rung, answer, day, amount, currency, is_backed in self._of_enquiry(steps).values_list(
            *names, "is_backed"
        ):
            pair = (supplier, buyer)
            state = {"": "waiting", DealStep.Answer.CONFIRMED: "confirmed"}.get(answer, "denied")
            self._add(f"{state}_{rung}", pk, pair, day)
            if state == "denied":
                self._add("steps_denied", pk, pair, day)
            if state != "confirmed":
                continue
            reached[rung].append((*pair, day))
            if is_backed:
                self._add(f"backed_{rung}", pk, pair, day)
            if amount is not None:
                yuan, rate_of = _in_yuan(amount, currency, day, rates)
                value = {"number": amount, "currency": currency, "yuan": yuan, "rate_of": rate_of}
                self._add(f"value_{rung}", pk, pair, day, **value)
        self._step("agreed", [*reached["intent"], *reached["order"], *reached["shipment"]])
        self._step("ordered", [*reached["order"], *reached["shipment"]])
        self._step("shipped", reached["shipment"])

    # -- first-order programmes ----------------------------------------------------------------------------------------
    def _first_orders(self) -> None:
        """Pairs by what became of them in the draws, whether a first order followed, and what was paid for it.

        Without a programme there is nothing to compare, and no figure.
        """
        own = VoucherApplication.objects.filter(programme__campaign__in=self.scope.campaigns)
        inside = self._pairs(own.select_related("programme", "lot__enquiry"), "lot__enquiry__")
        applications = list(inside.order_by("applied_at", "pk"))
        if not applications:
            return
        winners = {row.programme: set(published_draw(row.programme)["winners"]) for row in applications if row.place}
        arms: dict[tuple[int, int], tuple[str, dt.datetime]] = {}  # pair → what became of it, and since when
        talking = self._pairs(Enquiry.objects.filter(self.scope.within("created_at"), answered_at__isnull=False))
        talking = talking.exclude(status__in=_NOT_TAKEN_UP).order_by("-answered_at")
        for supplier, buyer, at in talking.values_list("supplier", "buyer", "answered_at"):
            arms[supplier, buyer] = ("never", at)
        best = {arm: place for place, arm in enumerate(figures.VOUCHER_ARMS)}
        for row in applications:
            pair, arm = _pair(row), _arm(row, winners.get(row.programme, set()))
            if pair not in arms or best[arm] < best[arms[pair][0]]:
                arms[pair] = (arm, row.applied_at)
        rates = RatesByDay()
        orders = self._orders_of_pairs(applications)
        for pair, (arm, since) in arms.items():
            self._add(figures.PAIRS.format(arm), pair, pair, since)
            first = min(orders.get(pair, ()), default=None)
            # An order from before the application is none of the programme. A day at the companies' place can be the
            # day before in China.
            if first is None or (arm != "never" and first[0] < _day(since) - dt.timedelta(days=1)):
                continue
            self._add(figures.FIRST.format(arm), pair, pair, first[0])
            if first[2] is not None:
                self._value(figures.FIRST_VALUE.format(arm), first[1], pair, first[0], (first[2], first[3]), rates)
        self._payments({row.pk: _pair(row) for row in applications}, arms, rates)

    def _orders_of_pairs(self, applications: list[VoucherApplication]) -> dict[tuple[int, int], list[tuple]]:
        """Pair → day, row, amount and currency of each order or shipment that both sides confirmed.

        Of enquiries that began in the campaign, and of those of the applications, which may be older.
        """
        found: dict[tuple[int, int], list[tuple]] = defaultdict(list)
        enquiries = self.scope.within("enquiry__created_at") | Q(enquiry__in=[row.lot.enquiry for row in applications])
        rungs = [DealStep.Rung.ORDER, DealStep.Rung.SHIPMENT]
        rows = self._pairs(DealStep.objects.confirmed().filter(enquiries, rung__in=rungs), "enquiry__")
        names = ("enquiry__supplier", "enquiry__buyer", "happened_on", "pk", "amount", "currency")
        for supplier, buyer, *order in rows.values_list(*names):
            found[supplier, buyer].append(tuple(order))
        return found

    def _payments(self, pairs: dict[int, tuple[int, int]], arms: dict, rates: RatesByDay) -> None:
        """What was paid out for vouchers and what was paid back, with the day on which the money moved."""
        figure_of = {Posting.Kind.PAYOUT: figures.PAID, Posting.Kind.RETURN: figures.PAID_BACK}
        rows = Posting.objects.filter(application__in=pairs, kind__in=figure_of).order_by("pk")
        names = ("pk", "application", "kind", "day", "amount", "programme__currency")
        for pk, application, kind, day, amount, currency in rows.values_list(*names):
            pair = pairs[application]
            figure = figure_of[Posting.Kind(kind)].format(arms[pair][0])
            self._value(figure, pk, pair, day, (amount, currency), rates)

    def _value(self, figure: str, key: Hashable, pair: tuple, day: dt.date, money: tuple, rates: RatesByDay) -> None:
        amount, currency = money
        yuan, rate_of = _in_yuan(amount, currency, day, rates)
        self._add(figure, key, pair, day, number=amount, currency=currency, yuan=yuan, rate_of=rate_of)

    def _obstacles(self) -> None:
        """Those that were not taken back, by what they are about."""
        rows = Obstacle.objects.filter(campaign__in=self.scope.campaigns, company__in=self.inside)
        rows = rows.exclude(outcome=Obstacle.Outcome.WITHDRAWN).order_by()
        for pk, company, kind, outcome, at in rows.values_list("pk", "company", "kind", "outcome", "reported_at"):
            self._add(f"obstacle_{kind}", pk, (company,), at)
            if outcome:
                self._add(f"obstacle_{kind}_{outcome}", pk, (company,), at)
            if outcome == Obstacle.Outcome.UNSOLVED:
                self._add("obstacles_unsolved", pk, (company,), at)

    # -- events --------------------------------------------------------------------------------------------------------
    def _events(self) -> None:
        events = {event.pk: event for event in self.scope.events()}
        begun = {event.pk for event in events.values() if event.starts_on <= timezone.localdate()}
        for event in (events[pk] for pk in begun):
            places = Decimal(len(event.slots()) * event.tables)
            fact = Fact(event.pk, (), event.starts_on, event=event.pk, number=places)
            self.facts.of["places"].append(fact)
        for company, coming in self.facts.groups["event"].items():
            for event in coming:
                self._add("participating", (event, company), (company,), events[event].starts_on, event=event)
        meetings = list(self._pairs(Meeting.objects.filter(event__in=events)).only(*_OF_MEETING))
        for meeting in meetings:
            self._meeting(meeting, has_begun=meeting.event_id in begun)
        held = (meeting for meeting in meetings if _state(meeting) == "held")
        self._step("met", ((meeting.supplier_id, meeting.buyer_id, meeting.starts_at) for meeting in held))
        self._unplaced(events, meetings)

    def _meeting(self, meeting: Meeting, *, has_begun: bool) -> None:
        pair, state = (meeting.supplier_id, meeting.buyer_id), _state(meeting)
        at, event = meeting.starts_at, meeting.event_id
        self._add(state, meeting.pk, pair, at, event=event)
        if state != "cancelled" and has_begun:
            self._add("used", meeting.pk, pair, at, event=event)
        for company, rating in zip(pair, (meeting.supplier_rating, meeting.buyer_rating), strict=True):
            if rating is not None:
                self._add("rating", (meeting.pk, company), (company,), at, event=event, number=Decimal(rating))

    def _unplaced(self, events: dict[int, Event], meetings: list[Meeting]) -> None:
        """Requests to which both agreed, at an event that is over, without a meeting of the two."""
        pairs = {(one.event_id, frozenset((one.supplier_id, one.buyer_id))) for one in meetings}
        agreed = MeetingRequest.objects.filter(event__in=events, status=MeetingRequest.Status.ACCEPTED)
        for pk, event, company, other, at in agreed.order_by().values_list(
            "pk", "event", "company", "other", "answered_at"
        ):
            if (event, frozenset((company, other))) not in pairs and events[event].ends_on < timezone.localdate():
                self._add("unplaced", pk, (company, other), at or events[event].starts_on, event=event)

    def _surveys(self) -> None:
        rows = Survey.objects.filter(event__in=self.scope.events(), company__in=self.inside)
        for pk, event, company, sent, rating in rows.values_list("pk", "event", "company", "sent_at", "rating"):
            self._add("surveyed", pk, (company,), sent, event=event)
            if rating is not None:
                self._add("survey", pk, (company,), sent, event=event, number=Decimal(rating))

    def _parked(self) -> None:
        people = Membership.objects.filter(company__in=self.inside).order_by("pk").values_list("user", "company")
        company_of: dict[int, int] = {}
        for person, company in people:
            company_of.setdefault(person, company)
        rows = Delivery.objects.parked().filter(self.scope.within("created_at"))
        for pk, person, at in rows.values_list("pk", "notice__recipient", "created_at"):
            if person in company_of:
                self._add("parked", pk, (company_of[person],), at)


def _day(moment: dt.datetime | dt.date) -> dt.date:
    return timezone.localdate(moment) if isinstance(moment, dt.datetime) else moment


def _first(rows: QuerySet, company: str, moment: str) -> QuerySet:
    return rows.order_by().values_list(company).annotate(at=Min(moment))


def _state(meeting: Meeting) -> str:
    """What became of a meeting, as one of `figures.MEETINGS`."""
    if meeting.is_disputed:
        return "disputed"
    status = Meeting.Status
    names = {status.HELD: "held", status.CUT_SHORT: "held", status.MISSED: "missed", status.CANCELLED: "cancelled"}
    return names.get(status(meeting.status), "open")


# The same for the database.
_STATE_IN_SQL = Case(
    When(Meeting.objects.is_disputed(), then=Value("disputed")),
    When(status__in=[Meeting.Status.HELD, Meeting.Status.CUT_SHORT], then=Value("held")),
    When(status=Meeting.Status.MISSED, then=Value("missed")),
    When(status=Meeting.Status.CANCELLED, then=Value("cancelled")),
    default=Value("open"),
    output_field=CharField(),
)


def _pair(application: VoucherApplication) -> tuple[int, int]:
    enquiry = application.lot.enquiry
    return enquiry.supplier_id, enquiry.buyer_id


def _arm(application: VoucherApplication, winners: set[str]) -> str:
    """What became of an application, as one of `figures.VOUCHER_ARMS`: none for one that was withdrawn before the list.

    What the draw gave is compared, not what was made of it: a voucher that was withdrawn or paid back stays one.
    """
    if application.place is None:  # of the draw: each application of its list has one, withdrawn ones, too
        return "never" if application.withdrawn_at else "pending"
    if application.number in winners:
        return "drawn"
    return "later" if application.voucher_at else "undrawn"


def _in_yuan(amount: Decimal, currency: str, day: dt.date, rates: RatesByDay) -> tuple[Decimal | None, dt.date | None]:
    """The amount by the rate of that day, and the day of the rate; None where no rate was set."""
    if currency == "CNY":
        return amount.quantize(CENT), None
    rate = rates.on(day, currency)
    return ((amount * rate[1]).quantize(CENT), rate[0]) if rate else (None, None)
