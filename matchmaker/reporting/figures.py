"""The figures of the report: their codes, names and the cells they are counted in. Works without the database.

Each figure is counted from facts. A fact says that something happened: to which companies, on which day, at which
event. A cell is the count of one figure in one group: everything, a month, a week, a country, a category, an event, a
partner, a currency. docs/reporting.md has the definition of each figure.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FEWEST = 3  # a cell of fewer companies is not shown outside of the team: see `protection.py`
ALL, MONTH, WEEK, CURRENCY = "all", "month", "week", "currency"
COUNTRY, CATEGORY, EVENT, PARTNER, TRADING_GROUP = "country", "category", "event", "partner", "trading_group"
SPLITS = (COUNTRY, CATEGORY, EVENT, PARTNER, TRADING_GROUP)
TREES = (PARTNER, TRADING_GROUP)  # what is counted for one is counted for those above it, too

# The funnel: how many companies reached each step. Code → name.
FUNNEL = {
    "invited": pgettext_lazy("companies", "Invited"),
    "registered": pgettext_lazy("companies", "Signed up"),
    "carried": pgettext_lazy("companies", "Carried over from another campaign"),
    "approved": pgettext_lazy("companies", "Approved"),
    "published": _("Product or demand published"),
    "matched": pgettext_lazy("companies", "Matched"),
    "talking": _("In conversation"),
    "met": _("Met at an event"),
    "quoted": _("Quote made"),
    "agreed": _("Deal agreed"),
    "ordered": _("Order confirmed"),
    "shipped": _("First shipment confirmed"),
}
MEETINGS = {
    "held": _("Held"),
    "missed": _("Missed"),
    "disputed": _("Disputed"),
    "cancelled": _("Called off"),
    "open": _("Without an outcome"),
}
RUNGS = {
    "intent": _("intent"),
    "sample": _("sample"),
    "order": _("order"),
    "shipment": _("first shipment"),
    "customs": _("customs clearance"),
    "payment": _("payment"),
    "repeat": _("repeat order"),
}
FAILED = {
    "unplaced": _("Requests for a meeting that both agreed to and that found no place"),
    "parked": _("Notices that could not be delivered"),
    "unanswered": _("Enquiries that were not answered"),
    "declined": _("Enquiries that were declined"),
    "quotes_declined": _("Quotes that were declined or taken back"),
    "samples_refused": _("Samples that were not sent or were not suitable"),
    "steps_denied": _("Steps of a deal that the other side denied"),
    "obstacles_unsolved": _("Obstacles that were closed without a solution"),
}
# What blocked deals: reported, solved, and closed without a solution, each a figure such as `obstacle_visa_solved`.
OBSTACLES = {
    "registration": _("registration or admission"),
    "customs": _("customs"),
    "certificate": _("certificate or test"),
    "payment": _("payment or bank"),
    "logistics": _("transport"),
    "visa": _("visa or travel"),
    "other": _("something else"),
}
# What both sides answered some weeks after an enquiry was taken up.
FOLLOW_UPS = {
    "follow_deal": _("yes, we do business"),
    "follow_talking": _("we are still talking"),
    "follow_no": _("no, it came to nothing"),
    "follow_none": _("not answered"),
}
# What became of pairs of companies in first-order programmes; each pair is in one of them. Code → name.
VOUCHER_ARMS = {
    "drawn": pgettext_lazy("pairs of companies", "Voucher by the draw"),
    "later": pgettext_lazy("pairs of companies", "Voucher from the waiting list"),
    "undrawn": pgettext_lazy("pairs of companies", "Applied, without a voucher"),
    "pending": pgettext_lazy("pairs of companies", "Applied, not drawn yet"),
    "never": pgettext_lazy("pairs of companies", "Without an application"),
}
# Of each of them: the pairs, those with a first order, its value, and what was paid for it and paid back.
PAIRS, FIRST, FIRST_VALUE = "pairs_{}", "first_{}", "value_first_{}"
PAID, PAID_BACK = "value_paid_{}", "value_paid_back_{}"
ORDER_SPLITS = (COUNTRY, CATEGORY)  # in which the report shows them
CARRIED = "carried"  # a line beside the steps: these companies signed up in another campaign
STEPS = tuple(code for code in FUNNEL if code != CARRIED)
# Figures for which the organiser may set a target.
TARGETS = {code: FUNNEL[code] for code in STEPS}
# Of the companies of a step, those that took the step before, and those that signed up here: the parts of its rates.
OF_BEFORE, OF_REGISTERED = "{}_of_before", "{}_of_registered"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. `key` tells it from others of its figure; `number` is a rating, an amount or places."""

    key: Hashable
    companies: tuple[int, ...]
    day: dt.date
    event: int | None = None
    number: Decimal | None = None
    currency: str = ""
    yuan: Decimal | None = None
    rate_of: dt.date | None = None


@dataclass(slots=True)
class Facts:
    """All facts by figure, and the groups of each company: dimension → company → values."""

    of: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, dict[int, list]] = field(default_factory=lambda: defaultdict(dict))


@dataclass(frozen=True, slots=True)
class Cell:
    """`count` facts of `companies` different companies; `total` is the sum of their numbers."""

    count: int = 0
    companies: int = 0
    total: Decimal = Decimal(0)


Cells = dict[tuple[str, str, Hashable], Cell]
EMPTY = Cell()


def add_cohorts(facts: Facts) -> None:
    """For each step the companies that took the step before, too, and those that signed up: a rate never mixes others.

    An invitation is credited with a company that came on its day or later.
    """
    days = {code: {fact.companies[0]: fact.day for fact in facts.of.get(code, ())} for code in STEPS}
    for before, code in pairwise(STEPS):
        rows = facts.of.get(code, ())
        came = [fact for fact in rows if fact.companies[0] in days[before]]
        if before == "invited":
            came = [fact for fact in came if fact.day >= days[before][fact.companies[0]]]
        facts.of[OF_BEFORE.format(code)] = came
        if code != "registered":
            facts.of[OF_REGISTERED.format(code)] = [fact for fact in rows if fact.companies[0] in days["registered"]]


def groups_of(fact: Fact, dimension: str, groups: Mapping[str, Mapping[int, list]]) -> Iterable[Hashable]:
    """The groups of one dimension that a fact is counted in, each once."""
    if dimension == ALL:
        return ("",)
    if dimension == MONTH:
        return (f"{fact.day:%Y-%m}",)
    if dimension == WEEK:
        year, week, _day = fact.day.isocalendar()
        return (f"{year}-W{week:02}",)
    if dimension == CURRENCY:
        return (fact.currency,) if fact.currency else ()
    if dimension == EVENT and fact.event is not None:
        return (fact.event,)
    known = groups.get(dimension, {})
    if len(fact.companies) == 1:
        return known.get(fact.companies[0], ())
    return {value for company in fact.companies for value in known.get(company, ())}


def first_day(key: str) -> dt.date:
    """The first day of a month (2026-07) or of a week (2026-W31), as groups are named."""
    return dt.datetime.strptime(f"{key}-1", "%G-W%V-%u" if "W" in key else "%Y-%m-%d").date()


def tabulate(facts: Facts, dimensions: Iterable[str]) -> Cells:
    """Count every figure in every group of the dimensions."""
    cells: Cells = {}
    for figure, rows in facts.of.items():
        for dimension in dimensions:
            members_of: dict[Hashable, list[Fact]] = defaultdict(list)
            for fact in rows:
                for value in groups_of(fact, dimension, facts.groups):
                    members_of[value].append(fact)
            for value, members in members_of.items():
                cells[figure, dimension, value] = cell_of(members, dimension)
    return cells


def cell_of(facts: list[Fact], dimension: str = ALL) -> Cell:
    companies = {company for fact in facts for company in fact.companies}
    return Cell(len(facts), len(companies), sum((number_of(fact, dimension) for fact in facts), Decimal(0)))


def number_of(fact: Fact, dimension: str) -> Decimal:
    """What a fact adds to the total of its cell: amounts in yuan, in the groups of a currency in that currency."""
    if fact.currency and dimension != CURRENCY:
        return fact.yuan or Decimal(0)
    return fact.number or Decimal(0)


def share(part: int, whole: int) -> float | None:
    """A rate between 0 and 1; None where there is no whole, or less than the part."""
    return part / whole if 0 < whole >= part else None


def mean(cell: Cell) -> Decimal | None:
    return cell.total / cell.count if cell.count else None
