"""Why an event with given meetings has no plan, in one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from matchmaker.engines.planning.given_meetings.instance import GivenMeetings, Reason

CONFLICTS = 200_000  # a question that takes longer than this stays unanswered


def contradiction(instance: GivenMeetings) -> Reason | None:
    """The first rule that no plan can satisfy; None where none is obvious."""
    for find in (_too_many, _no_slot, _fixed_conflict, _tables, _circle, _too_late, _capacity_conflict):
        if reason := find(instance):
            return reason
    return None


def _no_slot(instance: GivenMeetings) -> Reason | None:
    for number, slots in enumerate(instance.allowed):
        if not slots:
            text = (
                f"{instance.describe(number)} has no slot: its session, its fixed slot, the forbidden slots of the two "
                "companies and the tables leave none."
            )
            return Reason("no_slot", text, _pair(instance, number))
    return None


def _pair(instance: GivenMeetings, number: int) -> dict[str, str]:
    meeting = instance.meetings[number]
    return {"company": instance.name(meeting.a), "other": instance.name(meeting.b)}


def _fixed_conflict(instance: GivenMeetings) -> Reason | None:
    busy: dict[tuple[int, int], int] = {}
    held: Counter[int] = Counter()
    for number, meeting in enumerate(instance.meetings):
        if meeting.slot is None:
            continue
        held[meeting.slot] += 1
        if held[meeting.slot] > instance.tables[meeting.slot]:
            tables = instance.tables[meeting.slot]
            text = f"More meetings are fixed in slot {meeting.slot} than its {tables} tables can hold."
            return Reason("fixed_tables", text, {"slot": meeting.slot, "tables": tables})
        for company in (meeting.a, meeting.b):
            other = busy.setdefault((company, meeting.slot), number)
            if other != number:
                name = instance.name(company)
                text = f"{name} has two meetings fixed in slot {meeting.slot}: {other} and {number}."
                return Reason("fixed_twice", text, {"slot": meeting.slot, "company": name})
    return None


def _too_many(instance: GivenMeetings) -> Reason | None:
    for company, meetings in enumerate(instance.meetings_of):
        free = instance.slots - len(instance.off[company])
        if len(meetings) > free:
            name = instance.name(company)
            text = f"{name} has {len(meetings)} meetings but can meet in only {free} slots."
            return Reason("too_many", text, {"company": name, "meetings": len(meetings), "slots": free})
    return None


def _tables(instance: GivenMeetings) -> Reason | None:
    room, pairs = sum(instance.tables), len(instance.off) // 2
    if len(instance.meetings) > room:
        text = f"There are {len(instance.meetings)} meetings but tables for only {room} in all slots together."
        return Reason("tables", text, {"meetings": len(instance.meetings), "places": room})
    held = sum(min(count, pairs) for count in instance.tables)
    if len(instance.meetings) > held:
        text = f"There are {len(instance.meetings)} meetings, but {len(instance.off)} companies can hold only {held}."
        return Reason("tables", text, {"meetings": len(instance.meetings), "places": held})
    return None


def _circle(instance: GivenMeetings) -> Reason | None:
    graph: dict[int, list[int]] = {}
    for earlier, later in instance.precedences:
        graph.setdefault(later, []).append(earlier)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = ", ".join(str(number) for number in error.args[1])
        return Reason("order", f"The precedences run in a circle: meetings {circle}.")
    return None


def _too_late(instance: GivenMeetings) -> Reason | None:
    for number, slots in enumerate(instance.possible):
        if not slots:
            text = f"The precedences leave no slot for a meeting: {instance.describe(number)} has none left."
            return Reason("no_slot", text, _pair(instance, number))
    return None


def _capacity_conflict(instance: GivenMeetings) -> Reason | None:
    """Companies and tables by maximum flow: meetings to slots, at most one a slot for each company."""
    for company, meetings in enumerate(instance.meetings_of):
        if _placeable(instance, meetings, [1] * instance.slots) < len(meetings):
            name = instance.name(company)
            text = (
                f"The {len(meetings)} meetings of {name} do not fit into different slots: "
                "sessions, fixed and forbidden slots and precedences leave too few."
            )
            return Reason("crowded", text, {"company": name, "meetings": len(meetings)})
    everything = tuple(range(len(instance.meetings)))
    if _placeable(instance, everything, list(instance.tables)) < len(everything):
        return Reason(
            "few_tables", "The tables are too few in the slots that sessions, absences and precedences leave."
        )
    return None


def _placeable(instance: GivenMeetings, meetings: tuple[int, ...], room: list[int]) -> int:
    from ortools.graph.python import max_flow  # 20 MB: only a process that plans pays for it

    flow = max_flow.SimpleMaxFlow()
    source, sink = len(meetings) + instance.slots, len(meetings) + instance.slots + 1
    for place, number in enumerate(meetings):
        flow.add_arc_with_capacity(source, place, 1)
        for slot in instance.possible[number]:
            flow.add_arc_with_capacity(place, len(meetings) + slot, 1)
    for slot, count in enumerate(room):
        flow.add_arc_with_capacity(len(meetings) + slot, sink, count)
    if not meetings:
        return 0
    flow.solve(source, sink)
    return flow.optimal_flow()


def why_infeasible(instance: GivenMeetings) -> Reason:
    """One kind of rule without which an event that has no plan (as the solver has proved) would have one."""
    ample = max(1, len(instance.off) // 2)
    easier = (
        ("fairness", "the rule of fairness", replace(instance, fairness=None)),
        ("order", "the precedences", replace(instance, precedences=())),
        (
            "fixed",
            "the fixed slots",
            replace(instance, meetings=tuple(replace(m, slot=None) for m in instance.meetings)),
        ),
        (
            "sessions",
            "the sessions",
            replace(instance, meetings=tuple(replace(m, session="any") for m in instance.meetings)),
        ),
        ("away", "the forbidden slots", replace(instance, off=(frozenset(),) * len(instance.off))),
        ("tables", "the number of tables", replace(instance, tables=(ample,) * instance.slots)),
    )
    for code, rule, changed in easier:
        if changed != instance and _has_a_plan(changed):
            text = f"No plan keeps all rules together (proven); without {rule} there would be one."
            return Reason(f"without_{code}", text)
    return Reason("none", "No plan keeps all rules together (proven).")


def _has_a_plan(instance: GivenMeetings) -> bool:
    from pysat.solvers import Solver

    from matchmaker.engines.planning.given_meetings.model import model_of

    if contradiction(instance):
        return False
    with Solver("glucose42", bootstrap_with=model_of(instance).clauses) as solver:
        solver.conf_budget(CONFLICTS)
        return bool(solver.solve_limited())
