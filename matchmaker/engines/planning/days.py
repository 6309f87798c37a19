"""The days people like: few days to come, no waiting in between, an early start; at no cost, then at a small one.

Kempe flips change no objective, so annealing over them only exchanges times. What is left is an agenda with a single
meeting on a second day; the lightest such meetings may be left out, up to a share of the weight that the organiser
names. Kirkpatrick, Gelatt & Vecchi, *Optimization by simulated annealing*, Science 220 (1983).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.engines.planning.board import Board

if TYPE_CHECKING:
    from matchmaker.engines.planning.loops import Prices


@dataclass(frozen=True, slots=True)
class Walks:
    """``hall`` int32 (pairs): where each pair meets; ``follows`` bool (slots): no time lies before the slot."""

    hall: np.ndarray
    follows: np.ndarray


@dataclass(frozen=True, slots=True)
class Preferences:
    """What counts after the meetings themselves, as prices that are compared with each other.

    ``day`` for each day a party comes, ``wait`` for each run of idle slots between two meetings of a day, ``idle`` for
    each slot of it, ``late`` for each slot that a meeting is after the first of its day, ``walk`` for each change of
    hall between two meetings in a row (`halls`). ``most_loss`` is the share of the objective that may be given up so
    that no party comes on one more day for a single meeting.
    """

    day: float = 30.0
    wait: float = 1.0
    idle: float = 1.0
    late: float = 0.1
    walk: float = 0.0
    most_loss: float = 0.0

    def prices(self, day: Sequence[int], tables: Sequence[int], walks: Walks | None = None) -> Prices:
        """Slots without a table are lunch or closed: they count neither as waiting nor as late."""
        from matchmaker.engines.planning.loops import Prices

        walks = walks or Walks(np.zeros(0, dtype=np.int32), np.zeros(len(day), dtype=np.bool_))
        return Prices(
            np.array(day, dtype=np.int32),
            positions(day, tables),
            shares(len(day)),
            walks.hall,
            walks.follows,
            self.day,
            self.wait,
            self.idle,
            self.late,
            self.walk if len(walks.hall) else 0.0,
        )


# However short the time, so many chains are tried (about a tenth of a second): small events never end with rough days.
LEAST_TRIES = 200_000
# Idle slots and nothing else: what the format ``b2b-sched-1`` counts, and what is shortened where no one says more.
IDLE_ONLY = Preferences(day=0.0, wait=0.0, late=0.0)


def shares(slots: int) -> np.ndarray:
    """float64 (slots + 1): what a day with so many meetings costs, as a share of the price of a day.

    About 1, a single meeting hardly less: meetings gather on few days, in twos or more.
    """
    meetings = np.arange(slots + 1)
    found = 1 - 0.1 / np.maximum(meetings - 2, 1)
    found[:3] = (0.9, 0.9, 0.8)[: slots + 1]
    return found


def idle_slots(cell: np.ndarray, day: np.ndarray) -> np.ndarray:
    """int64 (parties): slots without a meeting strictly between the first and the last meeting of each day.

    Args:
        cell: (parties × slots) the row of the meeting, negative where there is none.
        day: (slots) the day of each slot.
    """
    total = np.zeros(len(cell), dtype=np.int64)
    for one in np.unique(day):
        busy = cell[:, day == one] >= 0
        first, last = busy.argmax(axis=1), busy.shape[1] - 1 - busy[:, ::-1].argmax(axis=1)
        total += np.where(busy.any(axis=1), last - first + 1 - busy.sum(axis=1), 0)
    return total


def positions(day: Sequence[int], tables: Sequence[int]) -> np.ndarray:
    """int32 (slots): how many slots with tables lie before each slot on its day."""
    seen: Counter[int] = Counter()
    found = []
    for one, count in zip(day, tables, strict=True):
        found.append(seen[one])
        seen[one] += count > 0
    return np.array(found, dtype=np.int32)


def polish(
    board: Board,
    day: tuple[int, ...],
    *,
    deadline: float,
    seed: int = 1,
    sweeps: int = 4000,
    clock: Callable[[], float] = time.monotonic,
    preferences: Preferences | None = None,
    walks: Walks | None = None,
) -> int:
    """Better days until ``deadline`` (of ``clock``) or for ``sweeps`` tries a cell; returns the change of idle slots.

    `LEAST_TRIES` are made also after the deadline.

    The cooling needs to know its length in advance: a short first round measures the speed, after a try that waits for
    the machine code. It begins where days are exchanged, if there are several, and ends below the smallest price.
    """
    from matchmaker.engines.planning.loops import anneal

    preferences = preferences or IDLE_ONLY
    prices = preferences.prices(day, board.tables.tolist(), walks)
    size, before = board.cell.size, idle_slots(board.cell, prices.day).sum()
    hot = max(1.0, preferences.day / 10) if len(set(day)) > 1 else 1.0
    smallest = min((price for price in (preferences.wait, preferences.idle, preferences.late) if price), default=1.0)
    cold = min(0.08, 0.3 * smallest)
    anneal(1, hot, 0.9 * hot, seed, prices, board.arrays)
    began = clock()
    anneal(size, hot, 0.9 * hot, seed, prices, board.arrays)
    speed = size / max(clock() - began, 1e-6)
    in_time = 0.9 * speed * (deadline - clock())
    tries = int(min(sweeps * size, max(in_time, LEAST_TRIES)))
    anneal(tries, hot, cold, seed + 1, prices, board.arrays)
    return int(idle_slots(board.cell, prices.day).sum() - before)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows of the pairs that were given up, and how many days that saves their parties."""

    edges: tuple[int, ...] = ()
    days: int = 0


def leave_out(board: Board, day: tuple[int, ...], most_loss: float) -> LeftOut:
    """Take single meetings on a second day off the board, the lightest first, while the loss stays below the share.

    Booked meetings stay, and no party falls below its floor.
    """
    budget = most_loss * board.objective
    days = np.array(day)
    left_out: list[int] = []
    saved = 0
    while True:
        counts = _meetings_a_day(board, days)
        rows = board.meetings()
        rows = rows[~board.locked[rows] & (board.weight[rows] <= budget)]
        rows = rows[
            (board.degree[board.u[rows]] > board.floor[board.u[rows]])
            & (board.degree[board.v[rows]] > board.floor[board.v[rows]])
        ]
        saves = sum(
            ((counts[side[rows], days[board.slot_of[rows]]] == 1) & ((counts[side[rows]] > 0).sum(axis=1) > 1)).astype(
                int
            )
            for side in (board.u, board.v)
        )
        if not len(rows) or not np.any(saves):
            return LeftOut(tuple(left_out), saved)
        best = int(np.lexsort((board.weight[rows], -saves))[0])
        saved += int(saves[best])
        budget -= int(board.weight[rows[best]])
        board.take(int(rows[best]))
        left_out.append(int(rows[best]))


def _meetings_a_day(board: Board, days: np.ndarray) -> np.ndarray:
    """int (parties, days)"""
    busy = board.cell >= 0
    return np.stack([busy[:, days == one].sum(axis=1) for one in range(int(days.max()) + 1)], axis=1)
