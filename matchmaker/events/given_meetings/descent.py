"""A first plan and better ones: annealing over two-slot exchanges, then a SAT solver on one part of the plan at a time.

Annealing flips alternating components of two slots (Kempe chains). That keeps every hard rule but precedences, fairness
and sessions; it is skipped where the event has such rules. The second step frees some slots, or some companies around
one with a break, leaves every other meeting where it is and solves for fewer breaks (large neighbourhood search, Shaw
1998).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
from pysat.card import ITotalizer
from pysat.solvers import Solver

from matchmaker.events.given_meetings.instance import GivenMeetings, breaks_of
from matchmaker.events.given_meetings.model import Model
from matchmaker.events.scheduling.days import Preferences
from matchmaker.events.scheduling.loops import Arrays, anneal

TRIES = 1_500_000  # of the annealing: about a second
CONFLICTS = 3000  # a neighbourhood is given up after so many
RETRIES, WARM = 300_000, 0.3  # of the annealing between neighbourhoods
HOT, COLD, IDLE = 0.5, 0.05, 0.1  # temperatures, and what an idle slot costs beside a break


def anneal_slots(
    instance: GivenMeetings, slots: list[int], *, tries: int = TRIES, hot: float = HOT, seed: int = 1
) -> list[int]:
    """A plan with at most as many breaks as ``slots``, by the annealing of the meeting planner: a break is a wait."""
    preferences = Preferences(day=0.0, wait=1.0, idle=IDLE, late=0.0)
    prices = preferences.prices([0] * instance.slots, [1] * instance.slots)
    board = _board(instance, slots)
    anneal(tries, hot, COLD, seed, prices, board)
    found = board.slot_of.tolist()
    return found if sum(breaks_of(instance, found)) <= sum(breaks_of(instance, slots)) else slots


def _board(instance: GivenMeetings, slots: list[int]) -> Arrays:
    """The plan as the planner's loops read it; companies of both sides are rows of one table."""
    a, b = (np.array([getattr(m, side) for m in instance.meetings], dtype=np.int32) for side in ("a", "b"))
    cell = np.full((len(instance.off), instance.slots), -1, dtype=np.int32)
    for company, off in enumerate(instance.off):
        cell[company, sorted(off)] = -2
    cell[a, slots] = cell[b, slots] = np.arange(len(slots))
    degree = np.bincount(np.concatenate([a, b]), minlength=len(instance.off)).astype(np.int32)
    return Arrays(
        u=a,
        v=b,
        cap=degree.copy(),
        tables=np.array(instance.tables, dtype=np.int32),
        cell=cell,
        slot_of=np.array(slots, dtype=np.int32),
        locked=np.array([m.slot is not None for m in instance.meetings]),
        degree=degree,
        used=np.bincount(slots, minlength=instance.slots).astype(np.int32),
    )


def descend(
    model: Model, *, seed: int = 1, start: Callable[[], list[int] | None] = lambda: None
) -> Iterator[list[int] | None]:
    """Better and better plans as slots of the meetings; None between, so that the caller can stop. It never ends.

    ``start`` returns a plan that another search has found; it is called until there is a first plan.
    """
    instance = model.instance
    with Solver("glucose42", bootstrap_with=model.clauses) as solver:
        slots = None
        while slots is None:
            solver.conf_budget(CONFLICTS)
            slots = _read(model, solver) if solver.solve_limited() else start()
            yield slots
        if _may_anneal(instance):
            slots = anneal_slots(instance, slots, seed=seed)
            yield slots
        yield from _neighbourhoods(model, solver, slots, random.Random(seed))


def _may_anneal(instance: GivenMeetings) -> bool:
    """Flips keep absences, tables and fixed slots, but no other rule."""
    free = all(meeting.session == "any" for meeting in instance.meetings)
    return free and not instance.precedences and instance.fairness is None


def _read(model: Model, solver: Solver) -> list[int]:
    return model.slots_in({variable for variable in solver.get_model() if variable > 0})


def _neighbourhoods(
    model: Model, solver: Solver, slots: list[int], chance: random.Random
) -> Iterator[list[int] | None]:
    instance = model.instance
    breaks = sum(breaks_of(instance, slots))
    limit = limiter(model, solver, breaks)
    size, failed = 0.3, 0  # share of the plan that is free; neighbourhoods since the last change
    while True:
        if failed >= 8 and _may_anneal(instance):
            slots = anneal_slots(instance, slots, tries=RETRIES, hot=WARM, seed=chance.randrange(1 << 30))
            breaks, failed = sum(breaks_of(instance, slots)), 0
            yield slots
        free = _around_a_break(instance, slots, size, chance) if chance.random() < 0.5 else None
        free = free or _some_slots(instance, slots, size, chance)
        unchanged = [model.meets(number, slot) for number, slot in enumerate(slots) if number not in free]
        solver.conf_budget(CONFLICTS)
        answer = breaks > 0 and solver.solve_limited(assumptions=[*unchanged, *limit(breaks - 1)])
        if answer:
            slots = _read(model, solver)
            breaks, failed = sum(breaks_of(instance, slots)), 0
        else:  # proven quickly: look wider; given up: look closer
            size = min(1.0, size * 1.03) if answer is False else max(0.1, size * 0.97)
            failed += 1
        yield slots if answer else None


def limiter(model: Model, solver: Solver, most: int) -> Callable[[int], list[int]]:
    """Adds a totalizer to the solver; returns assumptions for "at most so many breaks" (Bailleux & Boufkhad 2003)."""
    literals = model.break_literals
    if most >= len(literals):
        most = len(literals) - 1
    with ITotalizer(literals, ubound=max(most, 1), top_id=model.ids.top) as totalizer:
        for clause in totalizer.cnf.clauses:
            solver.add_clause(clause)
        outputs = list(totalizer.rhs)
    return lambda count: [-outputs[count]] if count < len(outputs) else []


def _some_slots(instance: GivenMeetings, slots: list[int], size: float, chance: random.Random) -> set[int]:
    width = min(instance.slots, max(3, round(size * instance.slots)))
    first = chance.randint(0, instance.slots - width)
    chosen = set(range(first, first + width))
    if chance.random() < 0.5:
        chosen = set(chance.sample(range(instance.slots), width))
    return {number for number, slot in enumerate(slots) if slot in chosen}


def _around_a_break(instance: GivenMeetings, slots: list[int], size: float, chance: random.Random) -> set[int]:
    """All meetings of a company with a break and of companies near it in the graph of meetings."""
    broken = [company for company, count in enumerate(breaks_of(instance, slots)) if count]
    if not broken:
        return set()
    near, edge = {chance.choice(broken)}, 0
    while len(near) < size * len(instance.off) and edge < 10 * len(instance.off):
        edge += 1
        company = chance.choice(sorted(near))
        if instance.meetings_of[company]:
            meeting = instance.meetings[chance.choice(instance.meetings_of[company])]
            near |= {meeting.a, meeting.b}
    return {number for company in near for number in instance.meetings_of[company]}
