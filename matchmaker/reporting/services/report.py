"""The report: rows of figures as page, PDF, sheet, API and data set show them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.utils import timezone

from matchmaker.campaigns.models import Campaign, Organiser, Partner
from matchmaker.catalogue.models import Category
from matchmaker.core import reference
from matchmaker.events.models import Event
from matchmaker.reporting import figures
from matchmaker.reporting.figures import (
    ALL,
    CURRENCY,
    EMPTY,
    EVENT,
    MONTH,
    WEEK,
    Cell,
    Cells,
    Fact,
    first_day,
    mean,
    share,
    tabulate,
)
from matchmaker.reporting.models import Survey, Target
from matchmaker.reporting.services import counting
from matchmaker.reporting.services.counting import RateRow, Tally
from matchmaker.reporting.services.facts import DIMENSION_OF, ZONE, Scope, collect, count_event
from matchmaker.reporting.services.protection import public_count, small_groups

TREND = ("registered", "approved", "met", "agreed")
SPLIT_STEPS = ("registered", "approved", "matched", "talking", "met", "agreed", "shipped")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel, or the line of companies carried over, which has no rates.

    `of_registered` is the share of the companies signed up that took this step, `of_before` that of the companies of
    the step before; None where there is no such company.
    """

    code: str
    companies: int | None
    of_registered: float | None
    of_before: float | None
    target: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """One country, category, event or partner: companies by step, in the order of SPLIT_STEPS."""

    key: str
    name: str
    steps: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """New companies by step in one month or week, in the order of TREND."""

    key: str
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EventRow:
    """What became of one event, or of all: meetings by state, rates between 0 and 1, means between 1 and 5."""

    key: str
    name: str
    day: dt.date | None
    companies: int
    held: int
    missed: int
    disputed: int
    cancelled: int
    open: int
    kept: float | None
    used: int
    places: int
    tables_used: float | None
    ratings: int
    satisfaction: Decimal | None
    surveyed: int
    answers: int
    again: Decimal | None


@dataclass(frozen=True, slots=True)
class Value:
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of the deals: how often it was claimed, confirmed, denied, and the confirmed value; `yuan` adds all up.

    `backed` counts the confirmed ones that rest on a document.
    """

    code: str
    claims: int
    confirmed: int
    denied: int
    backed: int
    values: tuple[Value, ...]
    yuan: Decimal


@dataclass(frozen=True, slots=True)
class Count:
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class ObstacleRow:
    """What blocked deals: one kind of obstacle."""

    code: str
    reported: int
    solved: int
    unsolved: int
    open: int


@dataclass(frozen=True, slots=True)
class FirstOrders:
    """Pairs of companies by what became of them in first-order programmes, in everything or in one group.

    `share` is that of the pairs with a first order; `paid` is what was paid out for vouchers, `paid_back` what of it
    came back. `key` and `name` are empty for everything.
    """

    key: str
    name: str
    code: str
    pairs: int
    orders: int
    share: float | None
    values: tuple[Value, ...]
    yuan: Decimal
    paid: tuple[Value, ...]
    paid_back: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Report:
    made_at: dt.datetime  # on the clock by which days are counted
    is_old: bool  # newer figures are being counted
    campaigns: tuple[str, ...]
    funnel: tuple[Step, ...]
    splits: Mapping[str, tuple[Group, ...]]
    trend: tuple[Period, ...]
    period: str
    meetings: EventRow
    events: tuple[EventRow, ...]
    rungs: tuple[Rung, ...]
    rates: tuple[RateRow, ...]
    without_rate: tuple[str, ...]
    follow_ups: tuple[Count, ...]
    failures: tuple[Count, ...]
    obstacles: tuple[ObstacleRow, ...]
    first_orders: tuple[FirstOrders, ...]
    first_orders_by: Mapping[str, tuple[FirstOrders, ...]]

    def as_dict(self) -> dict:
        return asdict(self)


def campaigns_of(user, *, roles: Iterable[str] = Organiser.Role.values) -> list[Campaign]:
    """The campaigns in whose teams a person has one of the roles, the newest first."""
    teams = Organiser.objects.filter(user=user, role__in=roles).values("campaign")
    return list(Campaign.objects.filter(pk__in=teams).order_by("-starts_on", "-pk"))


def build(scope: Scope, *, period: str = MONTH) -> Report:
    """The report with the newest figures there are. For the campaign's team: nothing is withheld."""
    return _report(scope, period, counting.latest_or_count(scope, period))


def latest(scope: Scope, *, period: str = MONTH) -> Report | None:
    """As `build`; None where many companies have never been counted and a task will count them."""
    tally = counting.latest(scope, period)
    return _report(scope, period, tally) if tally else None


def _report(scope: Scope, period: str, tally: Tally) -> Report:
    cells, events = tally.cells, list(scope.events())
    names = _names(scope, events)
    return Report(
        made_at=timezone.localtime(tally.at, ZONE),
        is_old=tally.is_old,
        campaigns=tuple(str(campaign) for campaign in scope.campaigns),
        funnel=funnel(cells, targets(scope)),
        splits={dimension: _groups(cells, dimension, names[dimension]) for dimension in figures.SPLITS},
        trend=_trend(cells, WEEK if period == WEEK else MONTH),
        period=period,
        meetings=_event_row(cells, ALL, "", None),
        events=tuple(_event_row(cells, EVENT, event.pk, event) for event in events),
        rungs=tuple(_rung(cells, rung) for rung in figures.RUNGS),
        rates=tally.rates,
        without_rate=tally.without_rate,
        follow_ups=tuple(Count(code, _count(cells, code)) for code in figures.FOLLOW_UPS),
        failures=tuple(Count(code, _count(cells, code)) for code in figures.FAILED),
        obstacles=tuple(_obstacles(cells)),
        first_orders=tuple(_first_orders(cells, ALL, "", "")),
        first_orders_by={split: tuple(_first_orders_by(cells, split, names[split])) for split in figures.ORDER_SPLITS},
    )


def _first_orders(cells: Cells, split: str, group: Hashable, name: str) -> Iterable[FirstOrders]:
    """Each kind of pairs that there is in a group. Money has its own currency only where everything is counted."""
    for code in figures.VOUCHER_ARMS:
        pairs = _count(cells, figures.PAIRS.format(code), split, group)
        orders = _count(cells, figures.FIRST.format(code), split, group)
        if not pairs:
            continue
        value, paid, back = (figure.format(code) for figure in (figures.FIRST_VALUE, figures.PAID, figures.PAID_BACK))
        yield FirstOrders(
            str(group),
            name,
            code,
            pairs,
            orders,
            share(orders, pairs),
            values=_values(cells, value) if split == ALL else (),
            yuan=cells.get((value, split, group), EMPTY).total,
            paid=_values(cells, paid) if split == ALL else (),
            paid_back=_values(cells, back) if split == ALL else (),
        )


def _first_orders_by(cells: Cells, split: str, names: Mapping[Hashable, str]) -> Iterable[FirstOrders]:
    """The same in each group of a split, by the names of the groups."""
    found = {figures.PAIRS.format(code) for code in figures.VOUCHER_ARMS}
    groups = {value for figure, dimension, value in cells if dimension == split and figure in found}
    for value in sorted(groups, key=lambda value: names.get(value, str(value))):
        yield from _first_orders(cells, split, value, names.get(value, str(value)))


def _values(cells: Cells, figure: str) -> tuple[Value, ...]:
    """The sum of an amount in each of its currencies."""
    values = {value: cell for (name, split, value), cell in cells.items() if (name, split) == (figure, CURRENCY)}
    return tuple(Value(str(currency), values[currency].total) for currency in sorted(values, key=str))


def _obstacles(cells: Cells) -> Iterable[ObstacleRow]:
    """Each kind that was reported."""
    for code in figures.OBSTACLES:
        reported = _count(cells, f"obstacle_{code}")
        solved, unsolved = (_count(cells, f"obstacle_{code}_{outcome}") for outcome in ("solved", "unsolved"))
        if reported:
            yield ObstacleRow(code, reported, solved, unsolved, reported - solved - unsolved)


def partner_line(partner: Partner) -> tuple[Step, ...]:
    """The funnel of a partner's companies, with all below it, as it reads it: cells of small groups are None."""
    cells = tabulate(collect(Scope((partner.campaign,), partner=partner)), (ALL,))
    return tuple(
        Step(code, public_count(cells.get((code, ALL, ""), EMPTY)), None, None, None) for code in figures.FUNNEL
    )


def lines_below(partner: Partner) -> tuple[Group, ...]:
    """The figures of those directly below a partner, each with all below it, as the partner reads them.

    Cells of small groups are None, and another one where a small cell could be computed from the partner's own line.
    """
    children = {child.pk: child for child in partner.children.all()}
    if not children:
        return ()
    facts = collect(Scope((partner.campaign,), partner=partner))
    groups = facts.groups[DIMENSION_OF[partner.kind]]
    columns = [_column(facts.of.get(code, ()), groups, children.keys()) for code in SPLIT_STEPS]
    rows = [Group(str(pk), str(child), tuple(column[pk] for column in columns)) for pk, child in children.items()]
    return tuple(sorted(rows, key=lambda row: row.name))


def _column(facts: Iterable[Fact], groups: Mapping[int, list], children: Set[int]) -> dict[int, int | None]:
    """One figure of each child; what the partner brought itself takes part in the protection as one more child."""
    own = 0  # in place of a child: what the partner brought itself
    companies: dict[int, set[int]] = defaultdict(set)
    for fact in facts:
        for company in fact.companies:
            for child in children & set(groups.get(company, ())) or {own}:
                companies[child].add(company)
    withheld = small_groups(dict(companies.items()))
    return {child: None if child in withheld else len(companies.get(child, ())) for child in children}


def event_row(event: Event) -> EventRow:
    """The figures of one event, for its own page."""
    return _event_row(count_event(event), ALL, "", event)


def survey_words(event: Event, *, most: int = 50) -> list[str]:
    """What was missing, in the words of those who answered; the newest first, without names."""
    rows = Survey.objects.answered().filter(event=event).exclude(missing="").order_by("-answered_at")
    return list(rows.values_list("missing", flat=True)[:most])


def targets(scope: Scope) -> dict[str, int]:
    """Figure → target, added up over the campaigns; none where only a part of a campaign is reported."""
    values: dict[str, int] = {}
    if scope.event is None and scope.partner is None:
        for figure, value in Target.objects.filter(campaign__in=scope.campaigns).values_list("figure", "value"):
            values[figure] = values.get(figure, 0) + value
    return values


def _count(cells: Cells, figure: str, dimension: str = ALL, value: Hashable = "") -> int:
    return cells.get((figure, dimension, value), EMPTY).count


def funnel(cells: Cells, wanted: Mapping[str, int]) -> tuple[Step, ...]:
    before = dict(zip(figures.STEPS[1:], figures.STEPS, strict=False))
    registered, steps = _count(cells, "registered"), []
    for code in figures.FUNNEL:
        of_registered = of_before = None
        if code in before:
            of_before = share(_count(cells, figures.OF_BEFORE.format(code)), _count(cells, before[code]))
        if code not in ("invited", "registered", figures.CARRIED):
            of_registered = share(_count(cells, figures.OF_REGISTERED.format(code)), registered)
        steps.append(Step(code, _count(cells, code), of_registered, of_before, wanted.get(code)))
    return tuple(steps)


def _names(scope: Scope, events: Iterable[Event]) -> dict[str, Mapping[Hashable, str]]:
    countries = reference.countries()
    rows = Partner.objects.filter(campaign__in=scope.campaigns).with_parents()
    partners = {partner.pk: partner.full_name for partner in rows}
    return {
        "country": {code: reference.name(row, code) for code, row in countries.items()},
        "category": {category.pk: str(category) for category in Category.objects.all()},
        "event": {event.pk: str(event) for event in events},
        figures.PARTNER: partners,
        figures.TRADING_GROUP: partners,
    }


def _groups(cells: Cells, dimension: str, names: Mapping[Hashable, str]) -> tuple[Group, ...]:
    values = {value for figure, split, value in cells if split == dimension and figure in SPLIT_STEPS}
    rows = [
        Group(str(value), names.get(value, str(value)), tuple(_count(cells, c, dimension, value) for c in SPLIT_STEPS))
        for value in values
    ]
    if dimension in figures.TREES:  # below those above them
        return tuple(sorted(rows, key=lambda row: row.name))
    return tuple(sorted(rows, key=lambda row: (*(-(count or 0) for count in row.steps[:1]), row.name)))


def _trend(cells: Cells, period: str) -> tuple[Period, ...]:
    """Every month or week from the first to the last in which something happened, the empty ones, too."""
    keys = sorted({str(value) for figure, split, value in cells if split == period and figure in TREND})
    if not keys:
        return ()
    periods, day = [], first_day(keys[0])
    while day <= first_day(keys[-1]):
        key = f"{day:%G-W%V}" if period == WEEK else f"{day:%Y-%m}"
        periods.append(Period(key, tuple(_count(cells, code, period, key) for code in TREND)))
        day += dt.timedelta(days=7 if period == WEEK else 32)
        day = day if period == WEEK else day.replace(day=1)
    return tuple(periods)


def _event_row(cells: Cells, dimension: str, value: Hashable, event: Event | None) -> EventRow:
    def cell(figure: str) -> Cell:
        return cells.get((figure, dimension, value), EMPTY)

    states = {state: cell(state).count for state in figures.MEETINGS}
    used, places = cell("used").count, int(cell("places").total)
    return EventRow(
        key=event.slug if event else "",
        name=str(event) if event else "",
        day=event.starts_on if event else None,
        companies=cell("participating").companies,
        **states,
        kept=share(states["held"], states["held"] + states["missed"]),
        used=used,
        places=places,
        tables_used=share(used, places),
        ratings=cell("rating").count,
        satisfaction=mean(cell("rating")),
        surveyed=cell("surveyed").count,
        answers=cell("survey").count,
        again=mean(cell("survey")),
    )


def _rung(cells: Cells, rung: str) -> Rung:
    figure = f"value_{rung}"
    confirmed, denied = _count(cells, f"confirmed_{rung}"), _count(cells, f"denied_{rung}")
    return Rung(
        rung,
        claims=_count(cells, f"waiting_{rung}") + confirmed + denied,
        confirmed=confirmed,
        denied=denied,
        backed=_count(cells, f"backed_{rung}"),
        values=_values(cells, figure),
        yuan=cells.get((figure, ALL, ""), EMPTY).total,
    )
