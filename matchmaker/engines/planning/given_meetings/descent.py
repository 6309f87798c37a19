"""A first plan and better ones, each search by a SAT solver on a part of what is possible.

`near_likely_days` looks for the whole plan, but only near the days that `starts` finds; where a plan without breaks
exists it mostly has it in a second. Other plans are improved by annealing (`kempe`), then some slots, or some companies
around one with a break, are freed, every other meeting stays where it is, and the solver asks for fewer breaks (large
neighbourhood search, Shaw 1998).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING

import numpy as np

from matchmaker.engines.planning.given_meetings.instance import GivenMeetings, breaks_of
from matchmaker.engines.planning.given_meetings.kempe import anneal_slots, keeps_rules
from matchmaker.engines.planning.given_meetings.model import Model
from matchmaker.engines.planning.given_meetings.proof import SOLVER, at_most

if TYPE_CHECKING:
    from pysat.solvers import Solver
from matchmaker.engines.planning.given_meetings.starts import likely_starts, window

BUDGET = 12_000  # conflicts near likely days: half a second to a second
WIDTHS = (2, 2, 3)  # slots before and after the likely day of a company, by turns
CONFLICTS = 3000  # a neighbourhood is given up after so many
FIRST = 4  # searches near likely days before any other
PART = 4  # neighbourhoods between two searches near likely days


def descend(
    model: Model,
    slots: list[int] | None,
    *,
    seed: int = 1,
    start: Callable[[], list[int] | None] = lambda: None,
    bound: Callable[[], int] = lambda: 0,
) -> Iterator[list[int] | None]:
    """Better and better plans as slots of the meetings; None between, so that the caller can stop. It never ends.

    ``slots`` is a first plan, if one is known. Where it is not, ``start`` returns a plan that another search has found
    meanwhile. No plan has fewer breaks than ``bound`` returns.
    """
    from pysat.solvers import Solver

    instance = model.instance
    best = _Best(instance, slots)
    near = near_likely_days(model, bound, seed)
    for found in islice(near, FIRST):
        yield best.keep(found)
    with Solver("glucose42", bootstrap_with=model.clauses) as solver:
        while best.slots is None:
            solver.conf_budget(CONFLICTS)
            yield best.keep(_read(model, solver) if solver.solve_limited() else start() or next(near))
        if keeps_rules(instance):
            yield best.keep(anneal_slots(instance, best.slots, seed=seed))
        part = _neighbourhoods(model, solver, best, random.Random(seed))
        while True:
            yield from islice(part, PART)
            yield best.keep(next(near))


@dataclass(slots=True)
class _Best:
    """The best plan so far, which all searches share."""

    instance: GivenMeetings
    slots: list[int] | None

    @property
    def breaks(self) -> int:
        return sum(breaks_of(self.instance, self.slots or ()))

    def keep(self, found: list[int] | None) -> list[int] | None:
        """Take over a plan that is as good; returns it as it came."""
        if found is not None and (self.slots is None or sum(breaks_of(self.instance, found)) <= self.breaks):
            self.slots = found
        return found


def near_likely_days(model: Model, bound: Callable[[], int], seed: int) -> Iterator[list[int] | None]:
    """Plans with ``bound()`` breaks or few more in which each company meets near its likely day; None for a search
    without one.

    Each search ends after `BUDGET` conflicts: other days are a better use of the time. Where it proves that there is
    no such plan, the next one allows one break more.
    """
    from pysat.solvers import Solver

    days = likely_starts(model.instance, np.random.default_rng(seed))
    more = 0
    for starts, width in zip(days, cycle(WIDTHS)):
        outside = [[-model.meets(*pair)] for pair in window(model.instance, starts, width)]
        limit = at_most(model.break_literals, bound() + more, model.ids.top)
        with Solver(SOLVER, bootstrap_with=[*model.clauses, *outside, *limit]) as solver:
            solver.conf_budget(BUDGET)
            answer = solver.solve_limited()
            more = more + 1 if answer is False else 0
            yield _read(model, solver) if answer else None


def _read(model: Model, solver: Solver) -> list[int]:
    return model.slots_in({variable for variable in solver.get_model() if variable > 0})


def _neighbourhoods(model: Model, solver: Solver, best: _Best, chance: random.Random) -> Iterator[list[int] | None]:
    instance = model.instance
    limit = limiter(model, solver, best.breaks)
    size, failed = 0.3, 0  # share of the plan that is free; neighbourhoods since the last change
    while True:
        slots, breaks = best.slots or [], best.breaks
        if failed >= 8 and keeps_rules(instance):
            failed = 0
            yield best.keep(anneal_slots(instance, slots, seed=chance.randrange(1 << 30)))
            continue
        free = _around_a_break(instance, slots, size, chance) if chance.random() < 0.5 else None
        free = free or _some_slots(instance, slots, size, chance)
        unchanged = [model.meets(number, slot) for number, slot in enumerate(slots) if number not in free]
        solver.conf_budget(CONFLICTS)
        answer = breaks > 0 and solver.solve_limited(assumptions=[*unchanged, *limit(breaks - 1)])
        if answer:
            failed = 0
        else:  # proven quickly: look wider; given up: look closer
            size = min(1.0, size * 1.03) if answer is False else max(0.1, size * 0.97)
            failed += 1
        yield best.keep(_read(model, solver)) if answer else None


def limiter(model: Model, solver: Solver, most: int) -> Callable[[int], list[int]]:
    """Adds a totalizer to the solver; returns assumptions for "at most so many breaks" (Bailleux & Boufkhad 2003)."""
    from pysat.card import ITotalizer

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
