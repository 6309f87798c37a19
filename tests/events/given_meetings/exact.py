"""The fewest breaks by a second method: CP-SAT on an integer model that shares no line with the solver."""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model


def fewest(event: dict[str, Any], *, seconds: float = 30) -> int | None:
    """The proven optimum; None where there is no plan. Raises TimeoutError where CP-SAT proves neither."""
    model, slots = cp_model.CpModel(), event["slots"]
    away = [set(company.get("off", [])) for company in event["companies"]]
    when = []
    for meeting in event["meetings"]:
        allowed = set(range(slots)) - away[meeting["a"]] - away[meeting["b"]]
        morning = set(range(event["morning"]))
        if meeting["session"] != "any":
            allowed = allowed & morning if meeting["session"] == "morning" else allowed - morning
        if meeting["slot"] is not None:
            allowed &= {meeting["slot"]}
        if not allowed:
            return None
        when.append(model.new_int_var_from_domain(cp_model.Domain.from_values(sorted(allowed)), ""))
    at = [[model.new_bool_var("") for _ in range(slots)] for _ in when]
    for number, literals in enumerate(at):
        model.add_exactly_one(literals)
        model.add(when[number] == sum(slot * literal for slot, literal in enumerate(literals)))
    for slot in range(slots):
        model.add(sum(row[slot] for row in at) <= event["tables"][slot])
    for i, j in event["precedences"]:
        model.add(when[i] < when[j])
    breaks = []
    for company in range(len(event["companies"])):
        own = [n for n, meeting in enumerate(event["meetings"]) if company in (meeting["a"], meeting["b"])]
        busy = [sum(at[n][slot] for n in own) for slot in range(slots)]
        starts = [model.new_bool_var("") for _ in range(slots)]
        for slot in range(slots):
            model.add(busy[slot] <= 1)
            before = busy[slot - 1] if slot else 0
            model.add(starts[slot] >= busy[slot] - before)
            model.add(starts[slot] <= busy[slot])
            model.add(starts[slot] <= 1 - before)
        breaks.append(sum(starts) - 1 if own else 0)
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
