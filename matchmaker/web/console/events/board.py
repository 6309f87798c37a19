"""The board of an event, of a draft or as published: a row a company or table, a column a slot, day by day."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker.companies.models import Company
from matchmaker.companies.models.company import name_for_reader
from matchmaker.events.models import Event, Meeting
from matchmaker.web.rendering.agendas import local


def views(event: Event) -> list[tuple[str, str]]:
    """By what the rows of the board can be: value and label of each view."""
    sides = [("supplier", _("By supplier")), ("buyer", _("By buyer"))]
    if event.is_of_equals:
        sides = [("company", _("By company"))]
    found = [*sides, ("table", _("By table"))]
    return [*found, ("interpreter", _("By interpreter"))] if event.interpreters.exists() else found


def chosen_view(request, event: Event) -> str:
    """The view that the address names with `by`, else the first."""
    offered = dict(views(event))
    return request.GET["by"] if request.GET.get("by") in offered else next(iter(offered))


WITHOUT_COMPANY = ("table", "interpreter")  # views whose rows are no companies
# Where the rows of a view stand in a meeting.
OWNERS = {
    "supplier": ("supplier",),
    "buyer": ("buyer",),
    "company": ("supplier", "buyer"),
    "table": ("table",),
    "interpreter": ("interpreter__name",),
}
# What a cell of the published board shows of a meeting.
OF_CELL = (
    *("uid", "starts_at", "table", "locked", "status", "interpreter__name"),
    *(f"{side}__{name}" for side in ("supplier", "buyer") for name in ("legal_name", "name_latin", "name_zh")),
)
ROWS = 60  # at most, on a page of the board; a thousand rows are 15 MB of HTML that no one reads at once
PLACES = 1_000  # rows by slots on a page: fewer rows where the days are long
FULL_PLACES = 300  # the same where nearly each place is a meeting


@dataclass(frozen=True, slots=True)
class Cell:
    supplier: Company
    buyer: Company
    starts_at: dt.datetime
    table: int
    locked: bool
    url: str
    status: str = "planned"
    interpreter: str = ""


def board(
    event: Event,
    slots: Sequence[dt.datetime],
    cells: Iterable[Cell],
    view: str,
    page: str | None = None,
    closed: Collection[dt.datetime] = (),
) -> dict:
    """A page of the board: `days` [{day, slots [clock], rows [{label, company, count, cells [{label, cell} or None]}]}]
    and `page`, with most meetings first.

    Companies without a meeting are not on it: they stand in the list of those below the floor.
    """
    owned: dict = {}
    for cell in cells:
        for owner in _owners(cell, view):
            owned.setdefault(owner, []).append(cell)
    if view in WITHOUT_COMPANY:
        owners = sorted(owned)
    else:
        owners = sorted(owned, key=lambda company: (-len(owned[company]), company.display_name))
    shown = Paginator(owners, _rows_a_page(slots, view)).get_page(page)
    return {"days": _days(event, slots, [(owner, owned[owner]) for owner in shown], view, closed), "page": shown}


def published_board(event: Event, view: str, page: str | None, used: set[dt.datetime]) -> dict:
    """As `board`; of thousands of meetings those alone are read in full that stand on the page."""
    meetings = Meeting.objects.of(event).active().order_by()
    counts = _count_meetings(meetings, view)
    names = {} if view in WITHOUT_COMPANY else _display_names(counts)
    slots = sorted({*event.slots(), *used})
    owners = sorted(counts, key=lambda one: (-counts[one], names[one]) if names else one)
    shown = Paginator(owners, _rows_a_page(slots, view)).get_page(page)
    on_page = Q.create([(f"{path}__in", list(shown)) for path in OWNERS[view]], connector=Q.OR)
    related = meetings.select_related("supplier", "buyer", "interpreter").only(*OF_CELL)
    own = reverse("console_event_meetings", args=[event.slug])  # a meeting's address lies under it; hundreds are drawn
    rows: dict = {}
    for meeting in related.filter(on_page).order_by("starts_at", "table"):
        cell = _cell_of(meeting, own)
        for owner in _owners(cell, view):
            rows.setdefault(owner if view in WITHOUT_COMPANY else owner.pk, (owner, []))[1].append(cell)
    return {"days": _days(event, slots, [rows[one] for one in shown], view, set(slots) - used), "page": shown}


def _count_meetings(meetings: QuerySet[Meeting], view: str) -> Counter:
    """How many meetings stand on each row of a view."""
    counts: Counter = Counter()
    for path in OWNERS[view]:
        rows = meetings.values_list(path).annotate(n=Count("pk"))
        counts.update({owner: count for owner, count in rows if owner})
    return counts


def _display_names(companies: Collection[int]) -> dict[int, str]:
    """In the order of names stand thousands of rows, of which a page shows some: read without a model."""
    rows = Company.objects.filter(pk__in=list(companies)).order_by()
    names = rows.values_list("pk", "legal_name", "name_latin", "name_zh")
    return {key: name_for_reader(legal, latin, zh) for key, legal, latin, zh in names}


def _cell_of(row: Meeting, own: str) -> Cell:
    return Cell(
        row.supplier,
        row.buyer,
        row.starts_at,
        row.table,
        row.locked,
        f"{own}{row.uid}/",
        row.status,
        row.interpreter.name if row.interpreter else "",
    )


def _rows_a_page(slots: Sequence[dt.datetime], view: str) -> int:
    """A company has meetings in some slots of its row; a table in nearly all of them."""
    most, fewest = (FULL_PLACES, 3) if view in WITHOUT_COMPANY else (PLACES, 10)
    return max(fewest, min(ROWS, most // max(len(slots), 1)))


def _days(event: Event, slots: Sequence[dt.datetime], owned: list[tuple], view: str, closed) -> list[dict]:
    """The rows of one page day by day; `owned` has what each row stands for and its meetings."""
    days = []
    for day, group in groupby(slots, key=lambda slot: slot.astimezone(event.zone).date()):
        columns = list(group)
        rows = [row for owner, cells in owned if (row := _row(event, owner, cells, columns, view, closed))["count"]]
        days.append({"day": day, "slots": [local(slot, event.zone) for slot in columns], "rows": rows})
    return days


def _owners(cell: Cell, view: str) -> list:
    """The rows of the board on which a meeting stands; not each meeting has an interpreter."""
    if view == "company":
        return [cell.supplier, cell.buyer]
    return [getattr(cell, view)] if getattr(cell, view) else []


def _row(
    event: Event,
    owner,
    cells: list[Cell],
    columns: list[dt.datetime],
    view: str,
    closed: Collection[dt.datetime],
) -> dict:
    place = {slot: number for number, slot in enumerate(columns)}
    row: list[dict | None] = [None] * len(columns)
    walks = {} if view in WITHOUT_COMPANY else _walks(event, cells)
    for cell in cells:
        if cell.starts_at in place:
            row[place[cell.starts_at]] = {
                "cell": cell,
                "label": (cell.buyer if owner == cell.supplier else cell.supplier).display_name,
                "second": cell.buyer.display_name if view in WITHOUT_COMPANY else "",
                "comes_from": walks.get(cell.starts_at, ""),
            }
    return {
        "label": owner if view in WITHOUT_COMPANY else owner.display_name,
        "company": None if view in WITHOUT_COMPANY else owner,
        "count": sum(1 for one in row if one),
        "hours": None if view in WITHOUT_COMPANY else _hours(event, cells, columns, closed),
        "cells": row,
    }


def _walks(event: Event, cells: list[Cell]) -> dict[dt.datetime, str]:
    """The hall a company comes from without a free slot, by the beginning of the meeting in another hall."""
    in_order = sorted(cells, key=lambda cell: cell.starts_at)
    return {
        other.starts_at: event.place_of(one.table)
        for one, other in pairwise(in_order)
        if other.starts_at - one.starts_at == event.rhythm and event.place_of(one.table) != event.place_of(other.table)
    }


def _hours(event: Event, cells: list[Cell], columns: list[dt.datetime], closed: Collection[dt.datetime]) -> dict | None:
    """First and last meeting of a day, and how often the company waits in between; closed slots are no waits."""
    own = {cell.starts_at for cell in cells}
    open_slots = [slot for slot in columns if slot not in closed or slot in own]
    places = [place for place, slot in enumerate(open_slots) if slot in own]
    if not places:
        return None
    first, last = (local(open_slots[place], event.zone) for place in (places[0], places[-1]))
    return {"first": first, "last": last, "waits": sum(later - earlier > 1 for earlier, later in pairwise(places))}
