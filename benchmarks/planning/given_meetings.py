"""Fewest breaks of given meetings (``b2b-sched-2``) on seeded events of the size of the published ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Size:
    """Companies, meetings, slots, tables, and the rules of the variant."""

    companies: int
    meetings: int
    slots: int
    tables: int
    rules: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        rules = ", ".join(f"{name} {value}" for name, value in self.rules.items())
        text = f"{self.companies} companies, {self.meetings} meetings, {self.slots} slots, {self.tables} tables"
        return f"{text}, {rules}" if rules else text


# Twenty of the family of the published events, from tables for everybody to tables that are nearly always taken.
SIZES = (
    Size(42, 125, 8, 21),
    Size(42, 125, 8, 17),
    Size(47, 180, 10, 23),
    Size(47, 180, 10, 21),
    Size(47, 180, 10, 19),
    Size(50, 160, 12, 25),
    Size(50, 160, 12, 18),
    Size(50, 160, 12, 15),
    Size(50, 160, 12, 14),
    Size(60, 250, 14, 24),
    Size(60, 250, 14, 22),
    Size(60, 250, 14, 19),
    Size(70, 154, 21, 35),
    Size(70, 154, 21, 25),
    Size(70, 154, 21, 14),
    Size(76, 184, 20, 38),
    Size(76, 184, 20, 22),
    Size(76, 195, 21, 14),
    Size(78, 302, 22, 39),
    Size(78, 302, 22, 25),
    Size(47, 180, 10, 23, {"fixed": 18}),
    Size(60, 250, 14, 24, {"off": 0.2}),
    Size(42, 125, 10, 21, {"precedences": 12, "sessions": 0.1}),
    Size(50, 160, 12, 18, {"fixed": 10, "off": 0.1, "fairness": 2}),
    Size(70, 154, 21, 25, {"precedences": 15}),
    Size(78, 302, 22, 25, {"fixed": 20, "off": 0.1}),
)


def measure(size: int, seed: int, seconds: float, busy: bool) -> dict[str, Any]:
    """One event: breaks, bound, seconds; the plan is judged by the checker of the tests.

    On a busy machine seconds are processor time of this process; the proof runs beside it in another.
    """
    from matchmaker.engines.planning.given_meetings import GivenMeetings, fewest_breaks
    from tests.engines.planning.given_meetings.checker import faults
    from tests.engines.planning.given_meetings.events import event

    size_of_event = SIZES[size]
    data = event(
        seed,
        companies=size_of_event.companies,
        meetings=size_of_event.meetings,
        slots=size_of_event.slots,
        tables=size_of_event.tables,
        **size_of_event.rules,
    )
    began = time.process_time()
    made = fewest_breaks(
        GivenMeetings.from_dict(data),
        seconds=100 * seconds if busy else seconds,
        progress=lambda breaks, bound, spent: not busy or time.process_time() - began < seconds,
    )
    spent = time.process_time() - began if busy else made.seconds
    if made.slots is None:
        return {"breaks": None, "why": made.why, "seconds": spent}
    if found := faults(data, made.to_dict()):
        raise SystemExit(f"{size_of_event}: {found[0]}")
    return {"breaks": made.breaks, "bound": made.bound, "proven": made.proven, "seconds": spent}


def as_row(size: Size, rows: list[dict[str, Any]]) -> str:
    """A line of the table: the figures of one event for each seed; what is not proven in bold."""
    possible = [row for row in rows if row["breaks"] is not None]
    share = f"{sum(row['proven'] for row in possible)} of {len(possible)}"
    columns = (
        str(size),
        ", ".join("no plan" if row["breaks"] is None else str(row["breaks"]) for row in rows),
        ", ".join("–" if row["breaks"] is None else str(row["bound"]) for row in rows),
        share if all(row["proven"] for row in possible) else f"**{share}**",
        ", ".join(f"{row['seconds']:.1f}" for row in rows),
    )
    return f"| {' | '.join(columns)} |"


def second_method(seeds: tuple[int, ...]) -> tuple[int, int]:
    """(events, agreements): small events whose optimum CP-SAT proves from a model of its own."""
    from matchmaker.engines.planning.given_meetings import GivenMeetings, fewest_breaks
    from tests.engines.planning.given_meetings.events import event
    from tests.engines.planning.given_meetings.exact import fewest

    same = 0
    for seed in seeds:
        data = event(seed, off=0.3, fixed=2)
        made = fewest_breaks(GivenMeetings.from_dict(data), seconds=30)
        same += fewest(data) == (made.breaks if made.proven else None)
    return len(seeds), same
