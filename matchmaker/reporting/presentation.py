"""The report as tables with headings, in the reader's language: page, PDF and sheet show the same ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.core import formats
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.reporting.figures import (
    FAILED,
    FOLLOW_UPS,
    FUNNEL,
    MEETINGS,
    OBSTACLES,
    RUNGS,
    VOUCHER_ARMS,
    WEEK,
    first_day,
)
from matchmaker.reporting.services.report import SPLIT_STEPS, TREND, EventRow, FirstOrders, Report, Value

TEXT, COUNT, RATE, MEAN, AMOUNT, DAY = "text", "count", "rate", "mean", "amount", "day"
SHOWN = 14  # rows of one table that the page shows at once
SPLIT_TITLES = {
    "country": gettext_lazy("By country"),
    "category": gettext_lazy("By category"),
    "event": gettext_lazy("By event"),
    "partner": gettext_lazy("By partner"),
    "trading_group": gettext_lazy("By trading group"),
}


FIRST_ORDER_TITLES = {
    "country": gettext_lazy("First orders by country"),
    "category": gettext_lazy("First orders by category"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    kind: str
    value: Any

    @property
    def text(self) -> str:
        """As the reader writes it; a dash where there is nothing to say."""
        if self.value is None or self.value == "":
            return "–"
        if self.kind == RATE:
            return formats.percent(self.value)
        if self.kind == DAY:
            return formats.day(self.value)
        if self.kind == TEXT:
            return str(self.value)
        return formats.number(self.value, {MEAN: 1, AMOUNT: 2}.get(self.kind))


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the report. `bar` is the column whose figures are drawn as bars, too."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    bar: int | None = None
    note: str = ""

    @property
    def most(self) -> int:
        """The largest figure of the bars."""
        return max((row[self.bar].value or 0 for row in self.rows), default=0) if self.bar is not None else 0

    @property
    def shown_rows(self) -> list:
        """The first rows; of a trend the newest, which stand last."""
        rows = self.labelled_rows()
        return rows[-SHOWN:] if self.key == "trend" else rows[:SHOWN]

    @property
    def other_rows(self) -> list:
        rows = self.labelled_rows()
        return rows[:-SHOWN] if self.key == "trend" else rows[SHOWN:]

    def labelled_rows(self) -> list[list[tuple[str, Cell, bool]]]:
        """Each cell with the label of its column, and whether it has a bar."""
        return [
            [(label, cell, place == self.bar) for place, (label, cell) in enumerate(zip(self.head, row, strict=True))]
            for row in self.rows
        ]


def tables(report: Report) -> list[Table]:
    """Every table of the report that has a row, in the order of the page."""
    parts = [
        _funnel(report),
        _trend(report),
        _meetings(report),
        _deals(report),
        _first_orders(report),
        *(_first_orders_by(report, split, str(title)) for split, title in FIRST_ORDER_TITLES.items()),
        *(_split(report, code, str(title)) for code, title in SPLIT_TITLES.items()),
        _counts("follow_ups", _("Some weeks later: did it lead to business?"), report.follow_ups, FOLLOW_UPS),
        _counts("failed", _("What failed"), report.failures, FAILED),
        _obstacles(report),
    ]
    return [table for table in parts if table.rows]


def period_name(key: str) -> str:
    """A month or a week as the reader writes it."""
    if "-W" in key:
        return _("week of %(day)s") % {"day": formats.day(first_day(key))}
    return formats.month(first_day(key))


def sheet_rows(report: Report) -> Iterator[list]:
    """Each cell of each table as a row of a sheet: table, row, column, value."""
    for table in tables(report):
        for row in table.rows:
            for label, cell in zip(table.head[1:], row[1:], strict=True):
                yield [table.title, row[0].text, label, "" if cell.value is None else cell.value]


def _table(key: str, title: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence], **more) -> Table:
    kinds = [kind for _label, kind in columns]
    cells = tuple(tuple(map(Cell, kinds, row)) for row in rows)
    return Table(key, title, tuple(label for label, _kind in columns), cells, **more)


def _funnel(report: Report) -> Table:
    columns = [
        (_("Step"), TEXT),
        (_("Companies"), COUNT),
        (_("Of those signed up"), RATE),
        (_("Of the step before"), RATE),
        (_("Target"), COUNT),
        (_("Of the target"), RATE),
    ]
    rows = []
    for step in report.funnel:
        reached = (step.companies or 0) / step.target if step.target else None
        rows.append((FUNNEL[step.code], step.companies, step.of_registered, step.of_before, step.target, reached))
    note = join_sentences(
        [
            _("A rate counts only companies that took the step before, or signed up in this campaign."),
            _("A deal, an order and a shipment count once both sides have confirmed them."),
        ]
    )
    return _table("funnel", _("From the invitation to the first shipment"), columns, rows, bar=1, note=note)


def _trend(report: Report) -> Table:
    title = _("New companies by week") if report.period == WEEK else _("New companies by month")
    columns = [(_("Period"), TEXT), *((str(FUNNEL[code]), COUNT) for code in TREND)]
    return _table("trend", title, columns, [(period_name(row.key), *row.steps) for row in report.trend])


def _meetings(report: Report) -> Table:
    columns = [
        (_("Event"), TEXT),
        (_("Day"), DAY),
        (_("Companies"), COUNT),
        *((str(label), COUNT) for label in MEETINGS.values()),
        (_("Meetings kept"), RATE),
        (_("Tables used"), RATE),
        (_("Rating of meetings, 1 to 5"), MEAN),
        (_("Would come again, 1 to 5"), MEAN),
    ]
    rows = [_event(row, row.name) for row in report.events]
    if len(rows) > 1:
        rows.append(_event(report.meetings, _("All events")))
    return _table("meetings", _("Meetings"), columns, rows)


def _event(row: EventRow, name: str) -> tuple:
    states = (row.held, row.missed, row.disputed, row.cancelled, row.open)
    return name, row.day, row.companies, *states, row.kept, row.tables_used, row.satisfaction, row.again


def _deals(report: Report) -> Table:
    """A rung, then its value in each currency, and in yuan where there are several."""
    columns = [
        (_("Step of the deal"), TEXT),
        (_("Recorded by one side"), COUNT),
        (_("Confirmed by both"), COUNT),
        (_("Of these with a document"), COUNT),
        (_("Denied"), COUNT),
        (_("Confirmed value"), TEXT),
        (_("In yuan"), AMOUNT),
    ]
    rows = []
    for rung in report.rungs:
        yuan = rung.yuan if rung.values else None
        counts = (rung.claims, rung.confirmed, rung.backed, rung.denied)
        rows.append((RUNGS[rung.code], *counts, _money(rung.values), yuan))
    return _table("deals", _("Deals"), columns, rows, note=_rates(report))


def _rates(report: Report) -> str:
    """The day of each rate that was used, and what could not be converted."""
    days = [f"{formats.isolate(rate.currency)} {formats.isolate(formats.day(rate.as_of))}" for rate in report.rates]
    sentences = [_("Converted with the exchange rates of: %(rates)s.") % {"rates": format_list(days)}] if days else []
    if report.without_rate:
        codes = format_list([formats.isolate(code) for code in report.without_rate])
        sentences.append(_("Not in the sum in yuan, because no rate is set: %(codes)s.") % {"codes": codes})
    return join_sentences(sentences)


def _money(values: Sequence[Value]) -> str:
    return format_list([formats.money(value.amount, value.currency) for value in values])


def _first_orders(report: Report) -> Table:
    """Orders with and without a voucher. Only rows of one draw are compared fairly: see the note."""
    columns = [
        (_("Pairs of companies"), TEXT),
        (_("How many"), COUNT),
        (_("With a first order"), COUNT),
        (_("Share"), RATE),
        (_("Value of the first orders"), TEXT),
        (_("In yuan"), AMOUNT),
        (_("Vouchers paid out"), TEXT),
        (_("Paid back"), TEXT),
    ]
    rows = [
        (
            *(VOUCHER_ARMS[row.code], row.pairs, row.orders, row.share, _money(row.values)),
            *(row.yuan if row.values else None, _money(row.paid), _money(row.paid_back)),
        )
        for row in report.first_orders
    ]
    note = join_sentences(
        [
            _("A first order is an order or a shipment that both sides confirmed, not before the application."),
            _("Within a group of the draw, chance decides who gets a voucher. Who did not apply decided it."),
        ]
    )
    return _table("first_orders", _("First orders with and without a voucher"), columns, rows, note=note)


def _first_orders_by(report: Report, split: str, title: str) -> Table:
    columns = [
        (_("Name"), TEXT),
        (_("Pairs of companies"), TEXT),
        (_("How many"), COUNT),
        (_("With a first order"), COUNT),
        (_("Share"), RATE),
        (_("In yuan"), AMOUNT),
    ]
    return _table(f"first_orders_{split}", title, columns, list(map(_of_group, report.first_orders_by[split])))


def _of_group(row: FirstOrders) -> tuple:
    return row.name, VOUCHER_ARMS[row.code], row.pairs, row.orders, row.share, row.yuan or None


def _split(report: Report, code: str, title: str) -> Table:
    columns = [(_("Name"), TEXT), *((str(FUNNEL[step]), COUNT) for step in SPLIT_STEPS)]
    return _table(code, title, columns, [(row.name, *row.steps) for row in report.splits[code]], bar=1)


def _obstacles(report: Report) -> Table:
    columns = [
        (_("Kind of obstacle"), TEXT),
        (_("Reported"), COUNT),
        (_("Solved"), COUNT),
        (_("Closed without a solution"), COUNT),
        (_("Open cases"), COUNT),
    ]
    rows = [(OBSTACLES[row.code], row.reported, row.solved, row.unsolved, row.open) for row in report.obstacles]
    return _table("obstacles", _("What blocked deals"), columns, rows, bar=1)


def _counts(key: str, title: str, counts, names) -> Table:
    rows = [(names[row.code], row.count) for row in counts]
    return _table(key, title, [(_("Answer") if key == "follow_ups" else _("What"), TEXT), (_("How many"), COUNT)], rows)
