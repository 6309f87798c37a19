"""The general meeting scheduling problem (CSPLib 046) on a small scale: any number of people in a meeting, and travel.

Not what an event with thousands of 1:1 meetings needs (there the flow and the colouring are far stronger), but the same
question in its classical form: is there a slot for every meeting such that nobody has to be in two places, or on the
way, at once? CP-SAT answers exactly; meant for tens of meetings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from ortools.sat.python import cp_model


def schedule_all(
    attendance: Iterable[Iterable[int]], distance: Sequence[Sequence[int]], slots: int, *, seconds: float = 60
) -> list[int] | None:
    """A slot for each meeting, or None where it is proved that there is none.

    ``attendance`` lists the meetings of each person. Two meetings of one person lie more than ``distance[a][b]`` slots
    apart. Raises TimeoutError when neither is settled in ``seconds``.
    """
    model = cp_model.CpModel()
    start = [model.new_int_var(0, slots - 1, f"meeting {place}") for place in range(len(distance))]
    pairs = {pair for meetings in attendance for pair in combinations(sorted(set(meetings)), 2)}
    for one, other in sorted(pairs):
        apart = distance[one][other] + 1
        first = model.new_bool_var(f"{one} before {other}")
        model.add(start[one] + apart <= start[other]).only_enforce_if(first)
        model.add(start[other] + apart <= start[one]).only_enforce_if(~first)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [solver.value(slot) for slot in start]
    if status == cp_model.INFEASIBLE:
        return None
    raise TimeoutError(f"No answer in {seconds} s.")
