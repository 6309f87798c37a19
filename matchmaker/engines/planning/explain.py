"""Why a wish was not placed: a code for each pair, facts on request. The site turns codes into sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matchmaker.engines.planning.instance import Instance

NO_COMMON_SLOT = "no_common_slot"  # they are never there at the same time (or no table stands then)
NO_INTERPRETER = (
    "no_interpreter"  # no common language, and both have a slot with a table free: an interpreter is missing
)
BOTH_FULL = "both_full"  # both have as many meetings as they asked for or have slots
SUPPLIER_FULL = "supplier_full"
BUYER_FULL = "buyer_full"
NO_TABLE = "no_table"  # both are free together, but every table is taken then
LOST = "lost_to_better"  # in each slot both are there, one of them has a meeting worth more to the whole
CODES = (NO_COMMON_SLOT, NO_INTERPRETER, BOTH_FULL, SUPPLIER_FULL, BUYER_FULL, NO_TABLE, LOST)
SECOND_DAY = "second_day"  # left out on purpose: a company would have come on one more day for this meeting alone

Rows = Sequence[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class Reason:
    supplier: int
    buyer: int
    code: str


def busy_cells(instance: Instance, meetings: Rows) -> np.ndarray:
    """int32 (parties, slots): the row of the pair that meets there, or -1."""
    shift = instance.shift
    cell = np.full((len(instance.parties), instance.slots), -1, dtype=np.int32)
    for s, b, slot, _ in meetings:
        cell[s, slot] = cell[shift + b, slot] = instance.edge_of[s, b]
    return cell


def reasons(instance: Instance, meetings: Rows) -> list[Reason]:
    """One reason for each pair of the instance that does not meet, the most basic one that holds."""
    shift = instance.shift
    cell = busy_cells(instance, meetings)
    placed = np.zeros(len(instance.edges), dtype=bool)
    placed[np.unique(cell[cell >= 0])] = True
    rows = np.flatnonzero(~placed)
    u, v = instance.edges[rows, 0], instance.edges[rows, 1] + shift
    tables = np.array(instance.tables)
    degree = (cell >= 0).sum(axis=1)
    there = instance.available & (tables > 0)
    full = degree >= np.minimum(instance.caps, there.sum(axis=1))
    idle = there & (cell < 0)
    used = np.bincount([row[2] for row in meetings], minlength=instance.slots)
    common = there[u] & there[v]
    both = idle[u] & idle[v]
    with_table = both & (used < tables)
    code = np.select(
        [
            ~common.any(axis=1),
            instance.needs_interpreter[rows] & ~full[u] & ~full[v] & with_table.any(axis=1),
            full[u] & full[v],
            full[u],
            full[v],
            both.any(axis=1) & ~with_table.any(axis=1),
        ],
        [0, 1, 2, 3, 4, 5],
        default=6,
    )
    return [Reason(s, b, CODES[c]) for (s, b), c in zip(instance.edges[rows, :2].tolist(), code.tolist(), strict=True)]


def facts(
    instance: Instance, meetings: Rows, supplier: int, buyer: int, *, cell: np.ndarray | None = None
) -> dict[str, Any]:
    """Numbers behind a reason, for one pair. Who asks for many passes ``busy_cells`` along.

    ``common_slots`` both are there; ``supplier_busy`` / ``buyer_busy`` of these are taken; ``supplier_meetings`` and
    ``buyer_meetings``; the pair's ``weight``; and ``rival_weight``, the least that would have to be given up for it.
    Raises KeyError for a pair the instance does not know.
    """
    weight = instance.edges[:, 2]
    edge = instance.edge_of[supplier, buyer]
    u, v = supplier, instance.shift + buyer
    cell = busy_cells(instance, meetings) if cell is None else cell
    common = np.flatnonzero(instance.available[u] & instance.available[v] & (np.array(instance.tables) > 0))
    rivals = [sum(int(weight[row]) for row in {cell[u, slot], cell[v, slot]} if row >= 0) for slot in common]
    return {
        "common_slots": len(common),
        "supplier_busy": int((cell[u, common] >= 0).sum()),
        "buyer_busy": int((cell[v, common] >= 0).sum()),
        "supplier_meetings": int((cell[u] >= 0).sum()),
        "buyer_meetings": int((cell[v] >= 0).sum()),
        "weight": int(weight[edge]),
        "rival_weight": min(rivals, default=0),
    }
