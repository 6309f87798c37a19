"""A plan: who meets whom, when and at which table, with what was proved about it. JSON format ``b2b-plan-1``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from matchmaker.engines.planning.days import positions
from matchmaker.engines.planning.explain import SECOND_DAY, Reason, reasons
from matchmaker.engines.planning.halls import hall_changes
from matchmaker.engines.planning.instance import Instance

FORMAT = "b2b-plan-1"


@dataclass(frozen=True, slots=True)
class Agenda:
    """One party's days; ``waits`` are runs of empty slots between two meetings of a day."""

    meetings: int = 0
    days: int = 0
    waits: int = 0
    first: int | None = None
    last: int | None = None
    single_days: int = 0


def agenda_of(slots: list[int], day: Sequence[int], position: Sequence[int]) -> Agenda:
    """The agenda of a party that meets in these slots, which are in order; ``position`` as in `days.positions`."""
    if not slots:
        return Agenda()
    on = Counter(day[slot] for slot in slots)
    waits = sum(
        position[later] - position[earlier] > 1 and day[later] == day[earlier] for earlier, later in pairwise(slots)
    )
    singles = sum(count == 1 for count in on.values()) if len(on) > 1 else 0
    return Agenda(len(slots), len(on), waits, slots[0], slots[-1], singles)


@dataclass(frozen=True)
class Plan:
    """``meetings`` are rows (supplier, buyer, slot, table); ``bound`` is what no plan can exceed.

    ``given_up`` are pairs left out so that their parties need ``days_saved`` days less.
    """

    instance: Instance = field(repr=False, compare=False)
    meetings: tuple[tuple[int, int, int, int], ...]
    bound: int
    seconds: float = field(default=0.0, compare=False)
    interpreted: tuple[tuple[int, int, int], ...] = ()
    given_up: tuple[tuple[int, int], ...] = ()
    days_saved: int = 0

    @cached_property
    def degree(self) -> np.ndarray:
        """Meetings of each party, in the order of `Instance.parties`."""
        shift = self.instance.shift
        nodes = [node for s, b, _, _ in self.meetings for node in (s, shift + b)]
        return np.bincount(np.array(nodes, dtype=np.int64), minlength=len(self.instance.parties))

    @cached_property
    def weight(self) -> int:
        rows = [self.instance.edge_of[s, b] for s, b, _, _ in self.meetings]
        return int(self.instance.edges[rows, 2].sum()) if rows else 0

    @cached_property
    def objective(self) -> int:
        """Weight of the meetings plus the fairness bonus for each of a party's first ``floor`` meetings."""
        return self.weight + self.instance.fair_bonus * int(np.minimum(self.degree, self.instance.floors).sum())

    @property
    def gap(self) -> float:
        """What is at most missing, as a fraction of the bound: 0 means proven best."""
        return (self.bound - self.objective) / self.bound if self.bound else 0.0

    @property
    def below_floor(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Suppliers and buyers with fewer meetings than their fairness floor; equals stand in the first."""
        short = np.flatnonzero(self.degree < self.instance.floors)
        shift = len(self.instance.suppliers)
        return tuple(short[short < shift].tolist()), tuple((short[short >= shift] - shift).tolist())

    @cached_property
    def unplaced(self) -> list[Reason]:
        """Why each pair that might meet does not, in the order of the instance's pairs."""
        given_up = set(self.given_up)
        return [
            Reason(row.supplier, row.buyer, SECOND_DAY) if (row.supplier, row.buyer) in given_up else row
            for row in reasons(self.instance, self.meetings)
        ]

    @cached_property
    def agendas(self) -> list[Agenda]:
        """The days of each party, suppliers first."""
        slots: list[list[int]] = [[] for _ in self.instance.parties]
        shift = self.instance.shift
        for s, b, slot, _ in self.meetings:
            slots[s].append(slot)
            slots[shift + b].append(slot)
        position = positions(self.instance.day, self.instance.tables).tolist()
        return [agenda_of(sorted(own), self.instance.day, position) for own in slots]

    @cached_property
    def hall_changes(self) -> int:
        """How often a party goes to another hall between two meetings without a free slot between."""
        return len(hall_changes(self.instance, self.meetings))

    @property
    def given_up_weight(self) -> int:
        return sum(int(self.instance.edges[self.instance.edge_of[pair], 2]) for pair in self.given_up)

    @cached_property
    def idle_gaps(self) -> int:
        """Slots without a meeting strictly between a party's first and last meeting of a day, over all parties."""
        days: dict[tuple[int, int], list[int]] = {}
        shift, day = self.instance.shift, self.instance.day
        for s, b, slot, _ in self.meetings:
            days.setdefault((s, day[slot]), []).append(slot)
            days.setdefault((shift + b, day[slot]), []).append(slot)
        return sum(max(slots) - min(slots) + 1 - len(slots) for slots in days.values())

    def to_dict(self, *, unplaced: bool = True) -> dict[str, Any]:
        """The JSON object; ``unplaced`` rows are [supplier, buyer, code]."""
        suppliers, buyers = self.below_floor
        data: dict[str, Any] = {
            "format": FORMAT,
            "meetings": [list(row) for row in self.meetings],
            "bound": self.bound,
            "objective": self.objective,
            "gap": round(self.gap, 8),
            "seconds": round(self.seconds, 3),
            "below_floor": {"suppliers": list(suppliers), "buyers": list(buyers)},
        }
        if self.interpreted:
            data["interpreted"] = [list(row) for row in self.interpreted]
        if self.given_up:
            data["given_up"] = {"pairs": [list(pair) for pair in self.given_up], "days": self.days_saved}
        if self.instance.halls:
            data["hall_changes"] = self.hall_changes
        if unplaced:
            data["unplaced"] = [[reason.supplier, reason.buyer, reason.code] for reason in self.unplaced]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], instance: Instance) -> Plan:
        """Read back what `to_dict` wrote. Raises ValueError for another format or a pair the instance does not know."""
        if data.get("format") != FORMAT:
            raise ValueError(f"The format must be “{FORMAT}”, not “{data.get('format')}”.")
        meetings = tuple((int(s), int(b), int(t), int(k)) for s, b, t, k in data["meetings"])
        unknown = [row for row in meetings if row[:2] not in instance.edge_of]
        if unknown:
            raise ValueError(f"Supplier {unknown[0][0]} and buyer {unknown[0][1]} are not a pair of this instance.")
        bound, given_up = data.get("bound"), data.get("given_up", {})
        return cls(
            instance,
            meetings,
            int(bound) if bound is not None else int(instance.edges[:, 2].sum()),
            float(data.get("seconds", 0.0)),
            tuple((int(s), int(b), int(i)) for s, b, i in data.get("interpreted", [])),
            tuple((int(s), int(b)) for s, b in given_up.get("pairs", [])),
            int(given_up.get("days", 0)),
        )
