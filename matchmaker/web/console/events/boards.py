"""The board of a plan: one row a company or table, one column a slot, day by day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Paginator

from matchmaker.companies.models import Company
from matchmaker.events.models import Event
from matchmaker.web.rendering.agendas import local

VIEWS = ("supplier", "buyer", "table")


@dataclass(frozen=True, slots=True)
class Cell:
    supplier: Company
    buyer: Company
    starts_at: dt.datetime
    table: int
    locked: bool
    url: str
    status: str = "planned"


ROWS = 60  # a page of the board; a thousand rows are 15 MB of HTML that nobody reads at once


def board(
    event: Event, slots: Sequence[dt.datetime], cells: Iterable[Cell], view: str, page: str | None = None
) -> dict:
    """A page of the board: `days` [{day, slots [clock], rows [{label, company, count, cells [{label, cell} or None]}]}]
    and `page`, with most meetings first.

    Companies without a meeting are not on it: they stand in the list of those below the floor.
    """
    owned: dict = {}
    for cell in cells:
        owned.setdefault({"supplier": cell.supplier, "buyer": cell.buyer, "table": cell.table}[view], []).append(cell)
    if view == "table":
        owners = sorted(owned)
    else:
        owners = sorted(owned, key=lambda company: (-len(owned[company]), company.display_name))
    shown = Paginator(owners, ROWS).get_page(page)
    days = []
    for day, group in groupby(slots, key=lambda slot: slot.astimezone(event.zone).date()):
        columns = list(group)
        rows = [row for owner in shown if (row := _row(owner, owned[owner], columns, view))["count"]]
        days.append({"day": day, "slots": [local(slot, event.zone) for slot in columns], "rows": rows})
    return {"days": days, "page": shown}


def _row(owner, cells: list[Cell], columns: list[dt.datetime], view: str) -> dict:
    place = {slot: number for number, slot in enumerate(columns)}
    row: list[dict | None] = [None] * len(columns)
    for cell in cells:
        if cell.starts_at in place:
            row[place[cell.starts_at]] = {
                "cell": cell,
                "label": (cell.buyer if view == "supplier" else cell.supplier).display_name,
                "second": cell.buyer.display_name if view == "table" else "",
            }
    return {
        "label": owner if view == "table" else owner.display_name,
        "company": None if view == "table" else owner,
        "count": sum(1 for one in row if one),
        "cells": row,
    }
