"""An independent judge of plans: reads the two JSON objects and shares no line with the solver.

It looks at a plan the way an organiser would: is everybody where they can be, once, at a table that exists? Formats:
docs/scheduling.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any


@dataclass(slots=True)
class Verdict:
    faults: list[str] = field(default_factory=list)
    objective: int = 0
    weight: int = 0
    meetings: int = 0
    below_floor: tuple[int, int] = (0, 0)
    idle_gaps: int = 0
    table_changes: int = 0  # of suppliers

    @property
    def ok(self) -> bool:
        return not self.faults


def check(instance: dict[str, Any], plan: dict[str, Any]) -> Verdict:
    """Judge a plan; every broken hard constraint is a fault, and so is a bound below the objective."""
    verdict = Verdict()
    fault = verdict.faults.append
    if plan.get("format") != "b2b-plan-1":
        fault("unknown format")
    weights = {(s, b): w for s, b, w, _ in instance["edges"]}
    people = {("S", i): p for i, p in enumerate(instance["suppliers"])}
    people |= {("B", i): p for i, p in enumerate(instance["buyers"])}
    diary: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    occupied: set[tuple[int, int]] = set()
    when: dict[tuple[int, int], int] = {}
    for s, b, slot, table in plan["meetings"]:
        if (s, b) not in weights:
            fault(f"{s}-{b} may not meet")
            continue
        if (s, b) in when:
            fault(f"{s}-{b} meet twice")
            continue
        when[s, b] = slot
        if not 0 <= slot < instance["slots"]:
            fault(f"{s}-{b} meet in slot {slot}")
            continue
        if not 0 <= table < instance["tables"][slot]:
            fault(f"{s}-{b} sit at table {table} in slot {slot}")
        if (slot, table) in occupied:
            fault(f"table {table} is taken twice in slot {slot}")
        occupied.add((slot, table))
        for who in (("S", s), ("B", b)):
            if slot in people[who]["off"]:
                fault(f"{who} is away in slot {slot}")
            if slot in diary[who]:
                fault(f"{who} has two meetings in slot {slot}")
            diary[who][slot] = table
        verdict.weight += weights[s, b]
    for who, person in people.items():
        if len(diary[who]) > person["cap"]:
            fault(f"{who} has {len(diary[who])} meetings, cap {person['cap']}")
    for s, b, slot in instance.get("fixed", []):
        if when.get((s, b)) != slot:
            fault(f"booked meeting {s}-{b} left slot {slot}")
    _check_interpreters(instance, plan, when, fault)
    happy = sum(min(len(diary[who]), person["min"]) for who, person in people.items())
    verdict.objective = verdict.weight + instance["fair_bonus"] * happy
    verdict.meetings = len(when)
    verdict.below_floor = (
        sum(len(diary[who]) < p["min"] for who, p in people.items() if who[0] == "S"),
        sum(len(diary[who]) < p["min"] for who, p in people.items() if who[0] == "B"),
    )
    for who, page in diary.items():
        for number in set(instance["day"]):
            hours = [slot for slot in page if instance["day"][slot] == number]
            verdict.idle_gaps += max(hours) - min(hours) + 1 - len(hours) if hours else 0
        if who[0] == "S":
            tables = [page[slot] for slot in sorted(page)]
            verdict.table_changes += sum(a != b for a, b in pairwise(tables))
    if plan.get("bound") is not None and plan["bound"] < verdict.objective:
        fault(f"bound {plan['bound']} is below the objective {verdict.objective}")
    if plan.get("objective", verdict.objective) != verdict.objective:
        fault(f"objective {plan['objective']} is claimed, {verdict.objective} counted")
    return verdict


def _check_interpreters(instance: dict[str, Any], plan: dict[str, Any], when: dict, fault: Any) -> None:
    interpreter_of = {(s, b): who for s, b, who in plan.get("interpreted", [])}
    for s, b in when:
        one = set(instance["suppliers"][s].get("languages", []))
        other = set(instance["buyers"][b].get("languages", []))
        if one and other and not one & other:
            if (s, b) not in interpreter_of:
                fault(f"{s}-{b} share no language and have no interpreter")
        elif (s, b) in interpreter_of:
            fault(f"{s}-{b} need no interpreter")
    at_work = Counter((who, when.get(pair)) for pair, who in interpreter_of.items())
    for (who, slot), times in at_work.items():
        if times > 1 or slot is None:
            fault(f"interpreter {who} has {times} meetings in slot {slot}")
    for (s, b), who in interpreter_of.items():
        interpreter = instance["interpreters"][who]
        if when.get((s, b)) in interpreter.get("off", []):
            fault(f"interpreter {who} is away in slot {when[s, b]}")
        one, other = instance["suppliers"][s]["languages"], instance["buyers"][b]["languages"]
        pairs = [set(pair) for pair in interpreter["pairs"]]
        if not any({a, c} in pairs for a in one for c in other):
            fault(f"interpreter {who} does not speak the languages of {s}-{b}")
