"""The event as clauses for a SAT solver.

Variables: meeting i is in slot t; company p is busy in slot t; p has begun by slot t (busy in t or before); p resumes
in slot t (busy in t, idle in t-1, begun before). Breaks of p = its resumed slots. ``more_breaks[p][j]`` is true where p
has more than j breaks, so ``more_breaks[p][0]`` says "p has a break".

Implied constraints make the proof short: a company is busy in exactly as many slots as it has meetings; at most twice
the tables are busy in a slot; a company without a break is busy in one interval of known length, so "begun" alone
decides all its slots; a session holds at least the meetings that must be in it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from matchmaker.engines.planning.given_meetings.instance import GivenMeetings

if TYPE_CHECKING:
    from pysat.formula import IDPool

MOST_TOTALIZER = 400  # slots × meetings of a company above which a totalizer is smaller than a sequential counter


def _new_ids() -> IDPool:
    from pysat.formula import IDPool

    return IDPool()


@dataclass(slots=True)
class Model:
    """``clauses`` over positive and negative ints; `slots_in` reads a plan back from a solver's model."""

    instance: GivenMeetings
    clauses: list[list[int]] = field(default_factory=list)
    ids: IDPool = field(default_factory=_new_ids)
    more_breaks: dict[int, list[int]] = field(default_factory=dict)  # company → literals, "more than j breaks"

    def meets(self, meeting: int, slot: int) -> int:
        return self.ids.id(("meets", meeting, slot))

    def busy(self, company: int, slot: int) -> int:
        return self.ids.id(("busy", company, slot))

    def begun(self, company: int, slot: int) -> int:
        return self.ids.id(("begun", company, slot))

    @property
    def break_literals(self) -> list[int]:
        """One literal for each break there can be: as many are true as the plan has breaks, or more."""
        return [literal for row in self.more_breaks.values() for literal in row]

    def slots_in(self, true: Collection[int]) -> list[int]:
        """The slot of each meeting, from the true variables."""
        return [
            next(slot for slot in slots if self.meets(number, slot) in true)
            for number, slots in enumerate(self.instance.possible)
        ]

    def limit(self, literals: list[int], low: int, high: int, *, counter: str = "totalizer") -> None:
        """From ``low`` to ``high`` of the literals are true; ``counter`` names an encoding of PySAT's `EncType`."""
        from pysat.card import CardEnc, EncType

        encoding = getattr(EncType, counter)
        if low > len(literals) or high < 0:
            self.clauses.append([])
            return
        if low > 0:
            self.clauses += CardEnc.atleast(literals, low, vpool=self.ids, encoding=encoding).clauses
        if high < len(literals):
            self.clauses += CardEnc.atmost(literals, high, vpool=self.ids, encoding=encoding).clauses


def model_of(instance: GivenMeetings) -> Model:
    """The clauses of an event whose precedences have no circle."""
    model = Model(instance)
    for number, slots in enumerate(instance.possible):
        literals = [model.meets(number, slot) for slot in slots]
        model.clauses.append(literals)
        _at_most_one(model, literals)
    for company, meetings in enumerate(instance.meetings_of):
        if meetings:
            _company(model, company, meetings)
    _tables(model)
    for i, j in instance.precedences:
        for slot in instance.possible[j]:
            earlier = [model.meets(i, before) for before in instance.possible[i] if before < slot]
            model.clauses.append([-model.meets(j, slot), *earlier])
    if instance.fairness is not None:
        _fairness(model, instance.fairness)
    return model


def _at_most_one(model: Model, literals: Collection[int]) -> None:
    model.clauses += [[-one, -other] for one, other in combinations(literals, 2)]


def _company(model: Model, company: int, meetings: tuple[int, ...]) -> None:
    slots = model.instance.slots
    busy = [model.busy(company, slot) for slot in range(slots)]
    for slot in range(slots):
        here = [model.meets(i, slot) for i in meetings if slot in model.instance.possible[i]]
        model.clauses.append([-busy[slot], *here])
        model.clauses += [[busy[slot], -literal] for literal in here]
        _at_most_one(model, here)
    count = len(meetings)
    counter = "seqcounter" if slots * count < MOST_TOTALIZER else "totalizer"
    model.limit(busy, count, count, counter=counter)
    _sessions(model, busy, meetings)
    if count > 1 and slots > 2:
        _breaks(model, company, busy, count)


def _sessions(model: Model, busy: list[int], meetings: tuple[int, ...]) -> None:
    """A session holds what must be in it and nothing that must be in the other."""
    sessions = [model.instance.meetings[i].session for i in meetings]
    if set(sessions) != {"any"}:
        least, most = sessions.count("morning"), len(sessions) - sessions.count("afternoon")
        model.limit(busy[: model.instance.morning], least, most)


def _breaks(model: Model, company: int, busy: list[int], count: int) -> None:
    slots, add = model.instance.slots, model.clauses.append
    begun = [model.begun(company, slot) for slot in range(slots)]
    add([-begun[0], busy[0]])
    for slot in range(slots):
        add([-busy[slot], begun[slot]])
        if slot:
            add([-begun[slot - 1], begun[slot]])
            add([-begun[slot], begun[slot - 1], busy[slot]])
    resumes = []
    for slot in range(2, slots):
        resume = model.ids.id(("resumes", company, slot))
        resumes.append(resume)
        add([-busy[slot], busy[slot - 1], -begun[slot - 1], resume])
        model.clauses += [[-resume, busy[slot]], [-resume, -busy[slot - 1]], [-resume, begun[slot - 1]]]
    most = min(count - 1, (slots - 1) // 2)
    model.more_breaks[company] = _count_literals(model, company, resumes, most)
    some = model.more_breaks[company][0]
    # Without a break the company is busy exactly in the `count` slots from the one in which it begins.
    if count <= slots:
        add([some, begun[slots - count]])
    for slot in range(slots):
        ended = [begun[slot - count]] if slot >= count else []
        model.clauses += [[some, -literal, -busy[slot]] for literal in ended]
        add([some, -begun[slot], busy[slot], *ended])


def _count_literals(model: Model, company: int, literals: list[int], most: int) -> list[int]:
    """Literals "more than j of the literals are true" for j < most, in both directions: a sequential counter (Sinz)."""
    before: list[int] = []
    for place, literal in enumerate(literals):
        now = [model.ids.id(("count", company, place, j)) for j in range(min(place + 1, most))]
        for j, output in enumerate(now):
            same = before[j : j + 1]  # as many were true before
            less = before[j - 1 : j] if j else []  # one less was true before
            model.clauses += [[-one, output] for one in same]
            model.clauses.append([-literal, *(-one for one in less), output])
            model.clauses.append([-output, literal, *same])
            if j:
                model.clauses.append([-output, *same, *less])
        before = now
    return before


def _tables(model: Model) -> None:
    """A slot's meetings are half its busy companies, so one count does for both."""
    instance = model.instance
    companies = [company for company, meetings in enumerate(instance.meetings_of) if meetings]
    room = sum(instance.tables)
    for slot, tables in enumerate(instance.tables):
        busy = [model.busy(company, slot) for company in companies]
        least = len(instance.meetings) - (room - tables)  # what the other slots cannot hold
        model.limit(busy, 2 * max(0, least), 2 * tables)


def _fairness(model: Model, most: int) -> None:
    """If one company has more than j breaks, each other has more than j - most."""
    longest = max(map(len, model.more_breaks.values()), default=0)
    for j in range(most, longest):
        flag = model.ids.id(("fair", j))
        for row in model.more_breaks.values():
            if j < len(row):
                model.clauses.append([-row[j], flag])
        for company in range(len(model.instance.off)):
            row = model.more_breaks.get(company, [])
            model.clauses.append([-flag, row[j - most]] if j - most < len(row) else [-flag])
