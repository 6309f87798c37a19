"""A first plan and a better one by the compiled loops of the meeting planner: edge colouring, annealing over flips.

Both exchange two slots along an alternating component (a Kempe chain). That keeps absences, tables and fixed slots, but
neither sessions nor precedences nor fairness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matchmaker.engines.planning.days import Preferences
from matchmaker.engines.planning.given_meetings.instance import GivenMeetings, breaks_of

if TYPE_CHECKING:
    from matchmaker.engines.planning.loops import Arrays

TRIES = 8_000_000  # of the annealing: about two seconds
HOT, COLD, IDLE = 0.4, 0.1, 0.05  # temperatures, and what an idle slot costs beside a break


def keeps_rules(instance: GivenMeetings) -> bool:
    """Whether the event has no rule that a flip may break."""
    free = all(meeting.session == "any" for meeting in instance.meetings)
    return free and not instance.precedences and instance.fairness is None


def colour_all(instance: GivenMeetings, *, seed: int = 1) -> list[int] | None:
    """Slots of all meetings without regard to breaks; None where one found no slot, which proves nothing."""
    from matchmaker.engines.planning.loops import insert_all

    board = _board(instance, [-1 if m.slot is None else m.slot for m in instance.meetings])
    order = np.flatnonzero(board.slot_of < 0).astype(np.int32)
    placed = insert_all(order, seed, board, len(board.degree))
    return board.slot_of.tolist() if placed == len(order) else None


def anneal_slots(instance: GivenMeetings, slots: list[int], *, seed: int = 1) -> list[int]:
    """A plan with at most as many breaks as ``slots``: a break costs what a wait costs in the meeting planner."""
    from matchmaker.engines.planning.loops import anneal

    preferences = Preferences(day=0.0, wait=1.0, idle=IDLE, late=0.0)
    prices = preferences.prices([0] * instance.slots, [1] * instance.slots)
    board = _board(instance, slots)
    anneal(TRIES, HOT, COLD, seed, prices, board)
    found = board.slot_of.tolist()
    return found if sum(breaks_of(instance, found)) <= sum(breaks_of(instance, slots)) else slots


def _board(instance: GivenMeetings, slots: list[int]) -> Arrays:
    """The plan as the planner's loops read it, -1 for a meeting without a slot; all companies are rows of one table."""
    from matchmaker.engines.planning.loops import Arrays

    a, b = (np.array([getattr(m, side) for m in instance.meetings], dtype=np.int32) for side in ("a", "b"))
    slot_of = np.array(slots, dtype=np.int32)
    placed = np.flatnonzero(slot_of >= 0)
    cell = np.full((len(instance.off), instance.slots), -1, dtype=np.int32)
    for company, off in enumerate(instance.off):
        cell[company, sorted(off)] = -2
    for side in (a, b):
        cell[side[placed], slot_of[placed]] = placed
    return Arrays(
        u=a,
        v=b,
        cap=np.array([len(own) for own in instance.meetings_of], dtype=np.int32),
        tables=np.array(instance.tables, dtype=np.int32),
        cell=cell,
        slot_of=slot_of,
        locked=np.array([m.slot is not None for m in instance.meetings]),
        degree=np.bincount(np.concatenate([a[placed], b[placed]]), minlength=len(instance.off)).astype(np.int32),
        used=np.bincount(slot_of[placed], minlength=instance.slots).astype(np.int32),
    )
