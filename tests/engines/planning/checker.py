"""An independent judge of plans: reads the two JSON objects and shares no line with the solver.

It looks at a plan the way an organiser would: is everybody where they can be, once, at a table that exists? Formats:
docs/scheduling.md.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

When = dict[tuple[int, int], int]  # pair → slot
Diary = defaultdict[tuple[str, int], dict[int, int]]  # party → slot → table


@dataclass(slots=True)
class Verdict:
    faults: list[str] = field(default_factory=list)
    objective: int = 0
    weight: int = 0
    meetings: int = 0
    below_floor: tuple[int, int] = (0, 0)
    idle_gaps: int = 0
    table_changes: int = 0  # of suppliers
    hall_changes: int = 0  # between two meetings in a row

    @property
    def ok(self) -> bool:
        return not self.faults


def check(instance: dict[str, Any], plan: dict[str, Any]) -> Verdict:
    """Judge a plan; every broken hard constraint is a fault, and so is a bound below the objective."""
    verdict = Verdict()
    fault = verdict.faults.append
    if plan.get("format") != "b2b-plan-1":
        fault("unknown format")
    parties = _parties(instance)
    when, diary = _check_meetings(instance, plan, parties, verdict)
    for party, limits in parties.items():
        if len(diary[party]) > limits["cap"]:
            fault(f"{party} has {len(diary[party])} meetings, cap {limits['cap']}")
    for s, b, slot in instance.get("fixed", []):
        if when.get((s, b)) != slot:
            fault(f"booked meeting {s}-{b} left slot {slot}")
    _check_interpreters(instance, plan, when, fault)
    _count(instance, parties, diary, verdict)
    if plan.get("bound") is not None and plan["bound"] < verdict.objective:
        fault(f"bound {plan['bound']} is below the objective {verdict.objective}")
    if plan.get("hall_changes", verdict.hall_changes) != verdict.hall_changes:
        fault(f"{plan['hall_changes']} changes of hall are claimed, {verdict.hall_changes} counted")
    if plan.get("objective", verdict.objective) != verdict.objective:
        fault(f"objective {plan['objective']} is claimed, {verdict.objective} counted")
    return verdict


def _parties(instance: dict[str, Any]) -> dict[tuple[str, int], dict]:
    if "companies" in instance:  # any company meets any other
        return {("C", i): p for i, p in enumerate(instance["companies"])}
    parties = {("S", i): p for i, p in enumerate(instance["suppliers"])}
    return parties | {("B", i): p for i, p in enumerate(instance["buyers"])}


def _sides(instance: dict[str, Any], s: int, b: int) -> tuple[tuple[str, int], tuple[str, int]]:
    return (("C", s), ("C", b)) if "companies" in instance else (("S", s), ("B", b))


def _check_meetings(
    instance: dict[str, Any], plan: dict[str, Any], parties: dict, verdict: Verdict
) -> tuple[When, Diary]:
    """Check each meeting by itself; returns the slot of each pair, and the table of each party in each slot."""
    fault = verdict.faults.append
    weights = {(s, b): w for s, b, w, _ in instance["edges"]}
    diary: Diary = defaultdict(dict)
    occupied: set[tuple[int, int]] = set()
    when: When = {}
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
        for party in _sides(instance, s, b):
            if slot in parties[party]["off"]:
                fault(f"{party} is away in slot {slot}")
            if slot in diary[party]:
                fault(f"{party} has two meetings in slot {slot}")
            diary[party][slot] = table
        verdict.weight += weights[s, b]
    verdict.meetings = len(when)
    return when, diary


def _count(instance: dict[str, Any], parties: dict, diary: Diary, verdict: Verdict) -> None:
    """Count the objective, parties below their minimum, gaps in a day and changes of table."""
    satisfied = sum(min(len(diary[party]), limits["min"]) for party, limits in parties.items())
    verdict.objective = verdict.weight + instance["fair_bonus"] * satisfied
    below = Counter(side for (side, number), limits in parties.items() if len(diary[side, number]) < limits["min"])
    verdict.below_floor = (below["S"] + below["C"], below["B"])
    for (side, _number), page in diary.items():
        for day in set(instance["day"]):
            hours = [slot for slot in page if instance["day"][slot] == day]
            verdict.idle_gaps += max(hours) - min(hours) + 1 - len(hours) if hours else 0
        for slot, table in page.items():
            follows = slot + 1 in page and instance["day"][slot] == instance["day"][slot + 1]
            if follows and slot + 1 not in instance.get("pauses", []):
                verdict.hall_changes += _hall(instance, table) != _hall(instance, page[slot + 1])
        if side == "S":
            tables = [page[slot] for slot in sorted(page)]
            verdict.table_changes += sum(a != b for a, b in pairwise(tables))


def _hall(instance: dict[str, Any], table: int) -> int:
    halls = instance.get("halls", [])
    return sum(table >= sum(halls[: number + 1]) for number in range(len(halls)))


def _check_interpreters(instance: dict[str, Any], plan: dict[str, Any], when: dict, fault: Any) -> None:
    parties = _parties(instance)
    interpreter_of = {(s, b): who for s, b, who in plan.get("interpreted", [])}
    for s, b in when:
        one, other = (set(parties[side].get("languages", [])) for side in _sides(instance, s, b))
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
        one, other = (parties[side]["languages"] for side in _sides(instance, s, b))
        pairs = [set(pair) for pair in interpreter["pairs"]]
        if not any({a, c} in pairs for a in one for c in other):
            fault(f"interpreter {who} does not speak the languages of {s}-{b}")
