"""An event whose meetings are given: companies, meetings, slots, tables and rules. JSON format ``b2b-sched-2``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

FORMAT = "b2b-sched-2"
SESSIONS = ("any", "morning", "afternoon")


class InvalidInstance(ValueError):
    """The instance cannot be read; the message is one sentence that says where."""


@dataclass(frozen=True, slots=True)
class GivenMeeting:
    """Companies ``a`` and ``b`` meet; ``session`` is any, morning or afternoon; ``slot`` fixes the meeting."""

    a: int
    b: int
    session: str = "any"
    slot: int | None = None


@dataclass(frozen=True)
class GivenMeetings:
    """Slots are 0..slots-1, the first ``morning`` of them are the morning. ``off[company]`` are its forbidden slots.

    ``precedences`` are pairs (i, j): meeting i in a strictly earlier slot than meeting j. With ``fairness`` d the
    numbers of breaks of any two companies differ by at most d.
    """

    slots: int
    morning: int
    off: tuple[frozenset[int], ...]
    meetings: tuple[GivenMeeting, ...]
    tables: tuple[int, ...]
    precedences: tuple[tuple[int, int], ...] = ()
    fairness: int | None = None
    names: tuple[str, ...] = ()  # of the companies, for sentences

    @classmethod
    def from_dict(cls, data: Any) -> GivenMeetings:
        """Read the JSON object. Raises `InvalidInstance` for anything missing, misshapen or out of range."""
        if not isinstance(data, dict):
            raise InvalidInstance("An instance must be one JSON object.")
        if data.get("format") != FORMAT:
            raise InvalidInstance(f"The format must be “{FORMAT}”, not “{data.get('format')}”.")
        missing = [key for key in ("slots", "companies", "meetings", "tables") if key not in data]
        if missing:
            raise InvalidInstance(f"The instance has no “{missing[0]}”.")
        if data.get("objective", "breaks") != "breaks":
            raise InvalidInstance("The objective must be “breaks”.")
        slots = _number(data["slots"], "The number of slots", 1, 10_000)
        off = _companies(data["companies"], slots)
        meetings = _meetings(data["meetings"], len(off), slots)
        tables = tuple(_number(count, "A number of tables", 0) for count in _rows(data["tables"], "tables"))
        if len(tables) != slots:
            raise InvalidInstance(f"There are {slots} slots but {len(tables)} numbers of tables.")
        fairness = data.get("fairness")
        return cls(
            slots=slots,
            morning=_number(data.get("morning", slots), "The number of morning slots", 0, slots),
            off=off,
            meetings=meetings,
            tables=tables,
            precedences=_precedences(data.get("precedences", []), len(meetings)),
            fairness=None if fairness is None else _number(fairness, "The fairness", 0),
        )

    def to_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "format": FORMAT,
            "slots": self.slots,
            "morning": self.morning,
            "companies": [{"id": place, "off": sorted(off)} for place, off in enumerate(self.off)],
            "meetings": [{"a": m.a, "b": m.b, "session": m.session, "slot": m.slot} for m in self.meetings],
            "precedences": [list(pair) for pair in self.precedences],
            "tables": list(self.tables),
            "objective": "breaks",
        }
        if self.fairness is not None:
            data["fairness"] = self.fairness
        return data

    def name(self, company: int) -> str:
        return self.names[company] if self.names else f"Company {company}"

    def describe(self, number: int) -> str:
        """A meeting in a sentence."""
        meeting = self.meetings[number]
        return f"Meeting {number} ({self.name(meeting.a)} and {self.name(meeting.b)})"

    @cached_property
    def meetings_of(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the meetings of each company."""
        found: list[list[int]] = [[] for _ in self.off]
        for number, meeting in enumerate(self.meetings):
            found[meeting.a].append(number)
            found[meeting.b].append(number)
        return tuple(map(tuple, found))

    @cached_property
    def allowed(self) -> tuple[tuple[int, ...], ...]:
        """For each meeting the slots that its own rules leave, without regard to other meetings."""
        return tuple(
            tuple(
                slot
                for slot in range(self.slots)
                if self.tables[slot] > 0
                and slot not in self.off[meeting.a]
                and slot not in self.off[meeting.b]
                and (meeting.session == "any" or (meeting.session == "morning") == (slot < self.morning))
                and (meeting.slot is None or meeting.slot == slot)
            )
            for meeting in self.meetings
        )

    @cached_property
    def precedence_order(self) -> tuple[int, ...] | None:
        """The meetings, each after those that must be earlier; None where the precedences run in a circle."""
        graph: dict[int, list[int]] = {}
        for earlier, later in self.precedences:
            graph.setdefault(later, []).append(earlier)
        try:
            return tuple(TopologicalSorter(graph).static_order())
        except CycleError:
            return None

    @cached_property
    def possible(self) -> tuple[tuple[int, ...], ...]:
        """`allowed` less the slots that the precedences rule out; needs precedences without a circle."""
        slots = [list(row) for row in self.allowed]
        order = {number: place for place, number in enumerate(self.precedence_order or ())}
        for i, j in sorted(self.precedences, key=lambda pair: order[pair[0]]):
            earliest = min(slots[i], default=self.slots)
            slots[j] = [slot for slot in slots[j] if slot > earliest]
        for i, j in sorted(self.precedences, key=lambda pair: -order[pair[1]]):
            latest = max(slots[j], default=-1)
            slots[i] = [slot for slot in slots[i] if slot < latest]
        return tuple(map(tuple, slots))


@dataclass(frozen=True)
class Reason:
    """Why there is no plan: a code with its facts for programs that say it in another language, and an English text."""

    code: str
    text: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class GivenPlan:
    """The slot of each meeting, the number of breaks, and what was proved: no plan has fewer than ``bound``.

    ``reason`` says why there is no plan; ``slots`` is None then.
    """

    slots: tuple[int, ...] | None
    breaks: int = 0
    bound: int = 0
    seconds: float = 0.0
    reason: Reason | None = None

    @property
    def why(self) -> str:
        """The reason as one English sentence."""
        return self.reason.text if self.reason else ""

    @property
    def proven(self) -> bool:
        return self.slots is not None and self.breaks == self.bound

    def to_dict(self) -> dict[str, Any]:
        if self.slots is None:
            return {"infeasible": True, "why": self.why}
        return {"slots": list(self.slots), "breaks": self.breaks, "bound": self.bound, "proven": self.proven}


def breaks_of(instance: GivenMeetings, slots: Sequence[int]) -> list[int]:
    """Breaks of each company: idle runs between its first and last meeting."""
    busy: list[set[int]] = [set() for _ in instance.off]
    for meeting, slot in zip(instance.meetings, slots, strict=True):
        busy[meeting.a].add(slot)
        busy[meeting.b].add(slot)
    return [max(0, sum(slot - 1 not in row for slot in row) - 1) for row in busy]


def _number(value: Any, what: str, low: int, high: int = 1_000_000) -> int:
    if type(value) is not int or not low <= value <= high:
        raise InvalidInstance(f"{what} must be a whole number from {low} to {high}, not {value!r:.40}.")
    return value


def _rows(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise InvalidInstance(f"The {what} must be a list.")
    return list(value)


def _companies(rows: Any, slots: int) -> tuple[frozenset[int], ...]:
    found = []
    for place, row in enumerate(_rows(rows, "companies")):
        if not isinstance(row, dict) or row.get("id", place) != place:
            raise InvalidInstance(f"Company number {place} must be an object with the id {place}.")
        off = _rows(row.get("off", []), f"forbidden slots of company {place}")
        found.append(frozenset(_number(slot, f"A forbidden slot of company {place}", 0, slots - 1) for slot in off))
    return tuple(found)


def _meetings(rows: Any, companies: int, slots: int) -> tuple[GivenMeeting, ...]:
    found = []
    for number, row in enumerate(_rows(rows, "meetings")):
        what = f"Meeting {number}"
        if not isinstance(row, dict):
            raise InvalidInstance(f"{what} must be an object.")
        a, b = (_number(row.get(side), f"{what}: company {side}", 0, companies - 1) for side in ("a", "b"))
        if a == b:
            raise InvalidInstance(f"{what} is of company {a} with itself.")
        if row.get("session", "any") not in SESSIONS:
            raise InvalidInstance(f"The session of meeting {number} must be any, morning or afternoon.")
        slot = row.get("slot")
        if slot is not None:
            _number(slot, f"The slot of meeting {number}", 0, slots - 1)
        found.append(GivenMeeting(a, b, row.get("session", "any"), slot))
    return tuple(found)


def _precedences(rows: Any, meetings: int) -> tuple[tuple[int, int], ...]:
    found = []
    for place, row in enumerate(_rows(rows, "precedences")):
        if not isinstance(row, list | tuple) or len(row) != 2:
            raise InvalidInstance(f"Precedence number {place} must be two numbers of meetings.")
        i, j = (_number(number, f"Precedence number {place}", 0, meetings - 1) for number in row)
        found.append((i, j))
    return tuple(found)
