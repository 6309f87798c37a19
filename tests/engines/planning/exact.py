"""The exact optimum of a tiny event by CP-SAT on the model as it is written down; an oracle for the tests."""

from __future__ import annotations

from typing import Any

from ortools.sat.python import cp_model

from matchmaker.engines.planning import Instance, Plan
from matchmaker.engines.planning.flow import select
from matchmaker.engines.planning.replanning import _fix_survivors, _rest


def best_objective(data: dict[str, Any]) -> int:
    model = cp_model.CpModel()
    meets: dict[tuple[int, int, int], Any] = {}
    gain = []
    for s, b, weight, _ in data["edges"]:
        away = {*data["suppliers"][s]["off"], *data["buyers"][b]["off"]}
        for slot in range(data["slots"]):
            if slot not in away:
                meets[s, b, slot] = model.new_bool_var(f"{s} {b} {slot}")
                gain.append(weight * meets[s, b, slot])
        model.add(sum(x for key, x in meets.items() if key[:2] == (s, b)) <= 1)
    for slot, tables in enumerate(data["tables"]):
        model.add(sum(x for key, x in meets.items() if key[2] == slot) <= tables)
    for place, side in enumerate(("suppliers", "buyers")):
        for who, party in enumerate(data[side]):
            mine = {key: x for key, x in meets.items() if key[place] == who}
            for slot in range(data["slots"]):
                model.add(sum(x for key, x in mine.items() if key[2] == slot) <= 1)
            model.add(sum(mine.values()) <= party["cap"])
            happy = model.new_int_var(0, party["min"], f"{side} {who}")
            model.add(happy <= sum(mine.values()))
            gain.append(data["fair_bonus"] * happy)
    for s, b, slot in data["fixed"]:
        model.add(meets[s, b, slot] == 1)
    model.maximize(sum(gain))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


def most_without_moves(old: Plan, changed: Instance) -> int:
    """A proven upper bound of every plan that keeps all survivors where they are, for events without interpreters."""
    board, _roster, _pinned = _fix_survivors(old, changed)
    return board.objective + select(_rest(changed, board)[0]).bound
