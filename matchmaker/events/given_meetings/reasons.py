"""Why an event with given meetings has no plan, in one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from ortools.graph.python import max_flow

from matchmaker.events.given_meetings.instance import GivenMeetings

CONFLICTS = 200_000  # a question that takes longer than this stays unanswered


def contradiction(instance: GivenMeetings) -> str:
    """The first rule that no plan can satisfy; empty where none is obvious."""
    for find in (_too_many, _no_slot, _fixed, _tables, _circle, _too_late, _crowded):
        if sentence := find(instance):
            return sentence
    return ""


def _no_slot(instance: GivenMeetings) -> str:
    for number, slots in enumerate(instance.allowed):
        if not slots:
            return (
                f"{instance.describe(number)} has no slot: its session, its fixed slot, the forbidden slots of the two "
                "companies and the tables leave none."
            )
    return ""


def _fixed(instance: GivenMeetings) -> str:
    busy: dict[tuple[int, int], int] = {}
    held: Counter[int] = Counter()
    for number, meeting in enumerate(instance.meetings):
        if meeting.slot is None:
            continue
        held[meeting.slot] += 1
        if held[meeting.slot] > instance.tables[meeting.slot]:
            tables = instance.tables[meeting.slot]
            return f"More meetings are fixed in slot {meeting.slot} than its {tables} tables can hold."
        for company in (meeting.a, meeting.b):
            other = busy.setdefault((company, meeting.slot), number)
            if other != number:
                return f"{instance.name(company)} has two meetings fixed in slot {meeting.slot}: {other} and {number}."
    return ""


def _too_many(instance: GivenMeetings) -> str:
    for company, meetings in enumerate(instance.meetings_of):
        free = instance.slots - len(instance.off[company])
        if len(meetings) > free:
            return f"{instance.name(company)} has {len(meetings)} meetings but can meet in only {free} slots."
    return ""


def _tables(instance: GivenMeetings) -> str:
    room, pairs = sum(instance.tables), len(instance.off) // 2
    if len(instance.meetings) > room:
        return f"There are {len(instance.meetings)} meetings but tables for only {room} in all slots together."
    held = sum(min(count, pairs) for count in instance.tables)
    if len(instance.meetings) > held:
        return f"There are {len(instance.meetings)} meetings, but {len(instance.off)} companies can hold only {held}."
    return ""


def _circle(instance: GivenMeetings) -> str:
    graph: dict[int, list[int]] = {}
    for earlier, later in instance.precedences:
        graph.setdefault(later, []).append(earlier)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = ", ".join(str(number) for number in error.args[1])
        return f"The precedences run in a circle: meetings {circle}."
    return ""


def _too_late(instance: GivenMeetings) -> str:
    for number, slots in enumerate(instance.possible):
        if not slots:
            return f"The precedences leave no slot for a meeting: {instance.describe(number)} has none left."
    return ""


def _crowded(instance: GivenMeetings) -> str:
    """Companies and tables by maximum flow: meetings to slots, at most one a slot for each company."""
    for company, meetings in enumerate(instance.meetings_of):
        if _placeable(instance, meetings, [1] * instance.slots) < len(meetings):
            return (
                f"The {len(meetings)} meetings of {instance.name(company)} do not fit into different slots: "
                "sessions, fixed and forbidden slots and precedences leave too few."
            )
    everything = tuple(range(len(instance.meetings)))
    if _placeable(instance, everything, list(instance.tables)) < len(everything):
        return "The tables are too few in the slots that sessions, absences and precedences leave."
    return ""


def _placeable(instance: GivenMeetings, meetings: tuple[int, ...], room: list[int]) -> int:
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


def why_infeasible(instance: GivenMeetings) -> str:
    """One kind of rule without which an event that has no plan (as the solver has proved) would have one."""
    ample = max(1, len(instance.off) // 2)
    easier = (
        ("the rule of fairness", replace(instance, fairness=None)),
        ("the precedences", replace(instance, precedences=())),
        ("the fixed slots", replace(instance, meetings=tuple(replace(m, slot=None) for m in instance.meetings))),
        ("the sessions", replace(instance, meetings=tuple(replace(m, session="any") for m in instance.meetings))),
        ("the forbidden slots", replace(instance, off=(frozenset(),) * len(instance.off))),
        ("the number of tables", replace(instance, tables=(ample,) * instance.slots)),
    )
    for rule, changed in easier:
        if changed != instance and _has_a_plan(changed):
            return f"No plan keeps all rules together (proven); without {rule} there would be one."
    return "No plan keeps all rules together (proven)."


def _has_a_plan(instance: GivenMeetings) -> bool:
    from pysat.solvers import Solver

    from matchmaker.events.given_meetings.model import model_of

    if contradiction(instance):
        return False
    with Solver("glucose42", bootstrap_with=model_of(instance).clauses) as solver:
        solver.conf_budget(CONFLICTS)
        return bool(solver.solve_limited())
