"""What is to be planned: parties, pairs that may meet, slots, tables and what is already booked.

The JSON format is ``b2b-sched-1`` (docs/scheduling.md). An instance is checked once, when it is made: the solver
relies on it. Every refusal is one English sentence with the numbers of the file. Where booked meetings cannot stand,
it has a `Contradiction`, too, from which the caller makes a sentence with names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

FORMAT = "b2b-sched-1"
SIDES = ("supplier", "buyer")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Why booked meetings cannot stand. `companies` are nodes, `slot` is a number of the instance."""

    code: str  # fixed_tables, fixed_twice, fixed_too_many or fixed_no_interpreter
    companies: tuple[int, ...] = ()
    slot: int | None = None
    numbers: dict[str, int] = field(default_factory=dict)


class InvalidInstance(ValueError):
    """The instance contradicts itself; the message is one sentence that says where."""

    def __init__(self, text: str, contradiction: Contradiction | None = None):
        super().__init__(text)
        self.contradiction = contradiction


@dataclass(frozen=True, slots=True)
class Party:
    """One supplier or buyer. ``floor`` is the number of meetings fairness asks for (``min`` in the JSON)."""

    cap: int
    floor: int = 0
    off: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        row: dict[str, Any] = {"cap": self.cap, "min": self.floor, "off": list(self.off)}
        if self.languages:
            row["languages"] = list(self.languages)
        return row


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One interpreter: works between the two languages of each pair, one meeting a slot, never in ``off``."""

    pairs: tuple[tuple[str, str], ...]
    off: tuple[int, ...] = ()

    def covers(self, one: Sequence[str], other: Sequence[str]) -> bool:
        return any((a in one and b in other) or (b in one and a in other) for a, b in self.pairs)

    def to_dict(self) -> dict[str, Any]:
        return {"pairs": [list(pair) for pair in self.pairs], "off": list(self.off)}


@dataclass(frozen=True)
class Instance:
    """A checked instance. ``edges`` is an int64 array of rows (supplier, buyer, weight, mutual), kept in the order of
    suppliers; slots are 0..slots-1.

    ``fixed`` rows are (supplier, buyer, slot) and stay as they are. Pairs that must never meet are simply absent.
    In an event of equals (``equals``) any company may meet any other: ``suppliers`` and ``buyers`` are the same list,
    a pair is (lower number, higher number), and a company has one meeting a slot whichever place it has in the pair.
    ``halls`` are the numbers of tables in each hall, first to last; ``pauses`` the slots that begin after a pause.
    """

    slots: int
    day: tuple[int, ...]
    tables: tuple[int, ...]
    suppliers: tuple[Party, ...]
    buyers: tuple[Party, ...]
    edges: np.ndarray
    fixed: tuple[tuple[int, int, int], ...] = ()
    fair_bonus: int = 0
    interpreters: tuple[Interpreter, ...] = ()
    name: str = ""
    equals: bool = False
    halls: tuple[int, ...] = ()
    pauses: tuple[int, ...] = ()
    _checked: bool = field(default=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self._checked:
            _check(self)
            # By supplier: the solver walks through one supplier's pairs at a time, side by side in memory.
            order = np.lexsort((self.edges[:, 1], self.edges[:, 0]))
            object.__setattr__(self, "edges", np.ascontiguousarray(self.edges[order]))
            _check_fixed(self)
            object.__setattr__(self, "_checked", True)

    @classmethod
    def from_dict(cls, data: Any) -> Instance:
        """Read the JSON object. Raises `InvalidInstance` for anything missing, misshapen or contradictory."""
        if not isinstance(data, dict):
            raise InvalidInstance("An instance must be one JSON object.")
        if data.get("format") != FORMAT:
            raise InvalidInstance(f"The format must be “{FORMAT}”, not “{data.get('format')}”.")
        equals = "companies" in data
        sides = ("companies",) if equals else ("suppliers", "buyers")
        missing = [key for key in ("slots", "tables", *sides, "edges") if key not in data]
        if missing:
            raise InvalidInstance(f"The instance has no “{missing[0]}”.")
        slots = _whole(data["slots"], "The number of slots")
        suppliers, buyers = (
            (_parties(data["companies"], "Company"),) * 2
            if equals
            else (_parties(data["suppliers"], "Supplier"), _parties(data["buyers"], "Buyer"))
        )
        return cls(
            slots=slots,
            day=_whole_list(data.get("day", [0] * slots), "The list of days"),
            tables=_whole_list(data["tables"], "The list of tables"),
            suppliers=suppliers,
            buyers=buyers,
            edges=_table(data["edges"], 4, "Pair"),
            fixed=tuple(
                (int(s), int(b), int(t)) for s, b, t in _table(data.get("fixed", []), 3, "Fixed meeting").tolist()
            ),
            fair_bonus=_whole(data.get("fair_bonus", 0), "The fairness bonus"),
            interpreters=_interpreters(data.get("interpreters", [])),
            name=str(data.get("name", "")),
            equals=equals,
            halls=_whole_list(data.get("halls", []), "The list of halls"),
            pauses=_whole_list(data.get("pauses", []), "The list of pauses"),
        )

    @classmethod
    def read(cls, path: str | Path) -> Instance:
        """Read a JSON file. Raises `InvalidInstance` also when the file cannot be read."""
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except OSError as error:
            raise InvalidInstance(f"The file {path} cannot be read: {error.strerror}.") from error
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise InvalidInstance(f"The file {path} is not JSON.") from error

    def to_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "format": FORMAT,
            "name": self.name,
            "slots": self.slots,
            "day": list(self.day),
            "tables": list(self.tables),
            **{side: [party.to_dict() for party in parties] for side, parties in self._sides.items()},
            "edges": self.edges.tolist(),
            "fixed": [list(row) for row in self.fixed],
            "fair_bonus": self.fair_bonus,
        }
        if self.interpreters:
            data["interpreters"] = [interpreter.to_dict() for interpreter in self.interpreters]
        if self.halls:
            data |= {"halls": list(self.halls), "pauses": list(self.pauses)}
        return data

    def changed(self, **changes: Any) -> Instance:
        """The same event with other tables, parties, fairness …; checked again."""
        return replace(self, _checked=False, **changes)

    @property
    def _sides(self) -> dict[str, tuple[Party, ...]]:
        return {"companies": self.suppliers} if self.equals else {"suppliers": self.suppliers, "buyers": self.buyers}

    # -- arrays the solver works on; node ids: suppliers first, then buyers; among equals one list -----------------

    @property
    def parties(self) -> tuple[Party, ...]:
        return self.suppliers if self.equals else self.suppliers + self.buyers

    @property
    def shift(self) -> int:
        """The node of buyer 0: after the suppliers; among equals both places of a pair name the same nodes."""
        return 0 if self.equals else len(self.suppliers)

    @cached_property
    def available(self) -> np.ndarray:
        """Boolean (parties, slots): may this party meet in this slot?"""
        free = np.ones((len(self.parties), self.slots), dtype=bool)
        for node, party in enumerate(self.parties):
            if party.off:
                free[node, list(party.off)] = False
        return free

    @cached_property
    def caps(self) -> np.ndarray:
        return np.array([party.cap for party in self.parties], dtype=np.int64)

    @cached_property
    def floors(self) -> np.ndarray:
        return np.array([party.floor for party in self.parties], dtype=np.int64)

    @cached_property
    def edge_of(self) -> dict[tuple[int, int], int]:
        """Row of `edges` by (supplier, buyer)."""
        return {pair: row for row, pair in enumerate(map(tuple, self.edges[:, :2].tolist()))}

    @cached_property
    def needs_interpreter(self) -> np.ndarray:
        """Boolean for each pair: both sides named their languages and share none."""
        needs = np.zeros(len(self.edges), dtype=bool)
        speaks = [frozenset(party.languages) for party in self.parties]
        if any(speaks):
            shift = self.shift
            for row, (s, b) in enumerate(self.edges[:, :2].tolist()):
                one, other = speaks[s], speaks[shift + b]
                needs[row] = bool(one) and bool(other) and one.isdisjoint(other)
        return needs

    @cached_property
    def interpreter_kinds(self) -> dict[tuple[int, ...], np.ndarray]:
        """Rows of the pairs that need an interpreter, by the interpreters who can serve them; no row where none can."""
        able: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[int, ...]] = {}
        rows: dict[tuple[int, ...], list[int]] = {}
        for row in np.flatnonzero(self.needs_interpreter).tolist():
            spoken = self.suppliers[self.edges[row, 0]].languages, self.buyers[self.edges[row, 1]].languages
            if spoken not in able:
                able[spoken] = tuple(n for n, who in enumerate(self.interpreters) if who.covers(*spoken))
            rows.setdefault(able[spoken], []).append(row)
        return {who: np.array(found) for who, found in rows.items() if who}


def _whole(value: Any, what: str) -> int:
    if type(value) is not int:
        raise InvalidInstance(f"{what} must be a whole number, not {value!r:.40}.")
    return value


def _whole_list(value: Any, what: str) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidInstance(f"{what} must be a list of whole numbers.")
    return tuple(_whole(item, f"Each entry of “{what.removeprefix('The ')}”") for item in value)


def _table(rows: Any, width: int, what: str) -> np.ndarray:
    """Rows of whole numbers as an int64 array; the fast path trusts numpy, the slow one finds the bad row."""
    try:
        array = np.array(rows)
        if array.dtype.kind == "i" and array.ndim == 2 and array.shape[1] == width:
            return array.astype(np.int64)
    except (ValueError, OverflowError):
        pass
    if isinstance(rows, list | tuple) and not rows:
        return np.zeros((0, width), dtype=np.int64)
    if not isinstance(rows, list | tuple):
        raise InvalidInstance(f"{what}s must be a list of rows.")
    for place, row in enumerate(rows):
        if not (isinstance(row, list | tuple) and len(row) == width and all(type(x) is int for x in row)):
            raise InvalidInstance(f"{what} number {place} must be {width} whole numbers.")
    raise InvalidInstance(f"{what}s hold numbers that are too large.")


def _parties(rows: Any, side: str) -> tuple[Party, ...]:
    if not isinstance(rows, list | tuple):
        raise InvalidInstance(f"{side}s must be a list.")
    made = []
    for place, row in enumerate(rows):
        who = f"{side} {place}"
        if not isinstance(row, dict) or "cap" not in row:
            raise InvalidInstance(f"{who} must be an object with a “cap”.")
        made.append(
            Party(
                cap=_whole(row["cap"], f"The cap of {who.lower()}"),
                floor=_whole(row.get("min", 0), f"The fairness floor of {who.lower()}"),
                off=tuple(sorted(set(_whole_list(row.get("off", []), f"The absences of {who.lower()}")))),
                languages=_languages(row.get("languages", []), who),
            )
        )
    return tuple(made)


def _languages(value: Any, who: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(code, str) and code for code in value):
        raise InvalidInstance(f"The languages of {who.lower()} must be a list of language codes.")
    return tuple(dict.fromkeys(value))


def _interpreters(rows: Any) -> tuple[Interpreter, ...]:
    if not isinstance(rows, list | tuple):
        raise InvalidInstance("Interpreters must be a list.")
    made = []
    for place, row in enumerate(rows):
        who = f"Interpreter {place}"
        if not isinstance(row, dict) or not isinstance(row.get("pairs"), list | tuple) or not row["pairs"]:
            raise InvalidInstance(f"{who} must have at least one pair of languages.")
        pairs = [_languages(pair, who) for pair in row["pairs"]]
        if any(len(pair) != 2 for pair in pairs):
            raise InvalidInstance(f"Each language pair of {who.lower()} must name two different languages.")
        off = _whole_list(row.get("off", []), f"The absences of {who.lower()}")
        made.append(Interpreter(tuple((a, b) for a, b in pairs), tuple(sorted(set(off)))))
    return tuple(made)


def _check(instance: Instance) -> None:
    slots = instance.slots
    if slots <= 0:
        raise InvalidInstance("The event has no slots.")
    if len(instance.tables) != slots:
        raise InvalidInstance(f"There are {slots} slots but {len(instance.tables)} numbers of tables.")
    if len(instance.day) != slots:
        raise InvalidInstance(f"There are {slots} slots but {len(instance.day)} days.")
    counts = [(f"Slot {slot}", count) for slot, count in enumerate(instance.tables)]
    counts += [(f"Hall {number}", count) for number, count in enumerate(instance.halls)]
    negative = [what for what, count in counts if count < 0]
    if negative:
        raise InvalidInstance(f"{negative[0]} has a negative number of tables.")
    if instance.fair_bonus < 0:
        raise InvalidInstance("The fairness bonus must not be negative.")
    for side, parties in zip(SIDES, (instance.suppliers, instance.buyers), strict=True):
        for place, party in enumerate(parties):
            _check_party(party, f"{side} {place}", slots)
    for place, interpreter in enumerate(instance.interpreters):
        if any(not 0 <= slot < slots for slot in interpreter.off):
            raise InvalidInstance(f"The absences of interpreter {place} name a slot that does not exist.")
    _check_pairs(instance)


def _check_party(party: Party, who: str, slots: int) -> None:
    if party.cap < 0:
        raise InvalidInstance(f"The cap of {who} is negative.")
    if party.floor < 0:
        raise InvalidInstance(f"The fairness floor of {who} is negative.")
    if any(not 0 <= slot < slots for slot in party.off):
        raise InvalidInstance(f"The absences of {who} name a slot that does not exist.")


def _check_pairs(instance: Instance) -> None:
    edges = instance.edges
    if not len(edges):
        return
    for column, side, count in ((0, "supplier", len(instance.suppliers)), (1, "buyer", len(instance.buyers))):
        ids = edges[:, column]
        wrong = np.flatnonzero((ids < 0) | (ids >= count))
        if len(wrong):
            raise InvalidInstance(f"Pair number {wrong[0]} names {side} {ids[wrong[0]]}, who does not exist.")
    if instance.equals:
        _check_equals(instance)
    wrong = np.flatnonzero(edges[:, 2] <= 0)
    if len(wrong):
        raise InvalidInstance(f"The weight of pair number {wrong[0]} must be above zero.")
    # The bound is a sum of int64 products; a million a meeting leaves room for a million meetings and more.
    if max(int(edges[:, 2].max()), instance.fair_bonus) > 1_000_000:
        raise InvalidInstance("Weights and the fairness bonus must not be above one million.")
    key = edges[:, 0] * len(instance.buyers) + edges[:, 1]
    order = np.argsort(key, kind="stable")
    twice = np.flatnonzero(np.diff(key[order]) == 0)
    if len(twice):
        s, b = edges[order[twice[0]], :2]
        raise InvalidInstance(f"The pair of supplier {s} and buyer {b} is listed twice.")


def _check_equals(instance: Instance) -> None:
    if instance.suppliers != instance.buyers:
        raise InvalidInstance("Among equals there is one list of companies.")
    if (instance.edges[:, 0] >= instance.edges[:, 1]).any():
        raise InvalidInstance("Among equals each pair names the company with the lower number first.")


def _check_fixed(instance: Instance) -> None:
    shift = instance.shift
    pairs: set[tuple[int, int]] = set()
    busy: set[tuple[int, int]] = set()
    load: Counter[int] = Counter()
    per_slot: Counter[int] = Counter()
    for s, b, slot in instance.fixed:
        what = f"The fixed meeting of supplier {s} and buyer {b}"
        if not (0 <= s < len(instance.suppliers) and 0 <= b < len(instance.buyers)) or (s, b) not in instance.edge_of:
            raise InvalidInstance(f"{what} is not among the pairs that may meet.")
        if not 0 <= slot < instance.slots:
            raise InvalidInstance(f"{what} is in slot {slot}, which does not exist.")
        if (s, b) in pairs:
            raise InvalidInstance(f"{what} is listed twice.")
        pairs.add((s, b))
        per_slot[slot] += 1
        for side, place, node, party in (
            ("supplier", s, s, instance.suppliers[s]),
            ("buyer", b, shift + b, instance.buyers[b]),
        ):
            if slot in party.off:
                raise InvalidInstance(f"{what} is in slot {slot}, while {side} {place} is away.")
            if (node, slot) in busy:
                raise InvalidInstance(
                    f"{side.capitalize()} {place} has two fixed meetings in slot {slot}.",
                    Contradiction("fixed_twice", (node,), slot),
                )
            busy.add((node, slot))
            load[node] += 1
            if load[node] > party.cap:
                raise InvalidInstance(
                    f"{side.capitalize()} {place} has {load[node]} fixed meetings but may have at most {party.cap}.",
                    Contradiction("fixed_too_many", (node,), numbers={"meetings": load[node], "most": party.cap}),
                )
        if per_slot[slot] > instance.tables[slot]:
            tables = instance.tables[slot]
            raise InvalidInstance(
                f"Slot {slot} has more fixed meetings than its {tables} tables.",
                Contradiction("fixed_tables", slot=slot, numbers={"tables": tables}),
            )
