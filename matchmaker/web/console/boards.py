"""The board of a plan: one row a company or table, one column a slot, day by day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from matchmaker.companies.models import Company
from matchmaker.events.models import Event
from matchmaker.web.agendas import local

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


def board(event: Event, slots: Sequence[dt.datetime], cells: Iterable[Cell], view: str) -> list[dict]:
    """Days [{day, slots [clock], rows [{label, company, count, cells [{label, cell} or None]}]}], rows with most first.

    Companies without a meeting are not on it: they stand in the list of those below the floor.
    """
    cells = list(cells)
    found = []
    for day, group in groupby(slots, key=lambda slot: slot.astimezone(event.zone).date()):
        columns = list(group)
        place = {slot: number for number, slot in enumerate(columns)}
        rows: dict = {}
        for cell in cells:
            if cell.starts_at not in place:
                continue
            owner = {"supplier": cell.supplier, "buyer": cell.buyer, "table": cell.table}[view]
            row = rows.setdefault(owner, [None] * len(columns))
            row[place[cell.starts_at]] = {
                "cell": cell,
                "label": (cell.buyer if view == "supplier" else cell.supplier).display_name,
                "second": cell.buyer.display_name if view == "table" else "",
            }
        made = [
            {
                "label": owner if view == "table" else owner.display_name,
                "company": None if view == "table" else owner,
                "count": sum(1 for one in row if one),
                "cells": row,
            }
            for owner, row in rows.items()
        ]
        made.sort(key=lambda row: row["label"] if view == "table" else (-row["count"], row["label"]))
        found.append({"day": day, "slots": [local(slot, event.zone) for slot in columns], "rows": made})
    return found
