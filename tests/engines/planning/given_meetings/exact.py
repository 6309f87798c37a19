"""The fewest breaks by a second method: CP-SAT on an integer model that shares no line with the solver."""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model


def _allowed(event: dict[str, Any], meeting: dict[str, Any]) -> set[int]:
    away = [set(event["companies"][meeting[side]].get("off", [])) for side in ("a", "b")]
    allowed = set(range(event["slots"])) - away[0] - away[1]
    morning = set(range(event["morning"]))
    if meeting["session"] != "any":
        allowed = allowed & morning if meeting["session"] == "morning" else allowed - morning
    return allowed if meeting["slot"] is None else allowed & {meeting["slot"]}


def _breaks(model: cp_model.CpModel, event: dict[str, Any], at: list[list[Any]], company: int) -> Any:
    """The number of breaks of a company, which meets at most once a slot."""
    own = [n for n, meeting in enumerate(event["meetings"]) if company in (meeting["a"], meeting["b"])]
    busy = [sum(at[n][slot] for n in own) for slot in range(event["slots"])]
    starts = [model.new_bool_var("") for _ in busy]
    for slot, start in enumerate(starts):
        before = busy[slot - 1] if slot else 0
        model.add(busy[slot] <= 1)
        model.add(start >= busy[slot] - before)
        model.add(start <= busy[slot])
        model.add(start <= 1 - before)
    return sum(starts) - 1 if own else 0


def fewest(event: dict[str, Any], *, seconds: float = 30) -> int | None:
    """The proven optimum; None where there is no plan. Raises TimeoutError where CP-SAT proves neither."""
    model, slots = cp_model.CpModel(), event["slots"]
    domains = [_allowed(event, meeting) for meeting in event["meetings"]]
    if not all(domains):
        return None
    when = [model.new_int_var_from_domain(cp_model.Domain.from_values(sorted(own)), "") for own in domains]
    at = [[model.new_bool_var("") for _ in range(slots)] for _ in when]
    for number, literals in enumerate(at):
        model.add_exactly_one(literals)
        model.add(when[number] == sum(slot * literal for slot, literal in enumerate(literals)))
    for slot in range(slots):
        model.add(sum(row[slot] for row in at) <= event["tables"][slot])
    for i, j in event["precedences"]:
        model.add(when[i] < when[j])
    breaks = [_breaks(model, event, at, company) for company in range(len(event["companies"]))]
    model.minimize(sum(breaks))
    if event.get("fairness") is not None:
        least = model.new_int_var(0, slots, "")
        for count in breaks:
            model.add(count >= least)
            model.add(count <= least + event["fairness"])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise TimeoutError("CP-SAT did not finish")
    return round(solver.objective_value)
