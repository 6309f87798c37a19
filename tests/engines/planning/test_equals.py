"""Events of equals: any company may meet any other, so the graph of meetings has odd cycles."""

import time

import numpy as np
import pytest
from ortools.sat.python import cp_model

from benchmarks.planning.instances import make_equals
from matchmaker.engines.planning import Instance, InvalidInstance, plan, replan, with_absences
from matchmaker.engines.planning.board import Board
from matchmaker.engines.planning.flow import select
from matchmaker.engines.planning.improve import rechoose
from tests.engines.planning.checker import check


def event(companies: int, edges: list[list[int]], *, slots: int = 3, tables: int = 9, cap: int = 9, **more) -> dict:
    party = {"cap": cap, "min": 0, "off": []}
    return {
        "format": "b2b-sched-1",
        "slots": slots,
        "day": [0] * slots,
        "tables": [tables] * slots,
        "companies": [dict(party) for _n in range(companies)],
        "edges": edges,
        "fixed": [],
        "fair_bonus": 0,
        **more,
    }


TRIANGLE = [[0, 1, 100, 0], [0, 2, 100, 0], [1, 2, 100, 0]]


def optimum(data: dict) -> int:
    """The objective of the best plan by CP-SAT, from a model of its own."""
    model, held, count = cp_model.CpModel(), {}, len(data["companies"])
    for s, b, _w, _m in data["edges"]:
        for slot in range(data["slots"]):
            if not {slot} & {*data["companies"][s]["off"], *data["companies"][b]["off"]}:
                held[s, b, slot] = model.new_bool_var("")
    for s, b, _w, _m in data["edges"]:
        model.add(sum(var for (one, other, _t), var in held.items() if (one, other) == (s, b)) <= 1)
    for slot, tables in enumerate(data["tables"]):
        model.add(sum(var for (*_pair, at), var in held.items() if at == slot) <= tables)
    happy = []
    for who in range(count):
        own = {key: var for key, var in held.items() if who in key[:2]}
        model.add(sum(own.values()) <= data["companies"][who]["cap"])
        for slot in range(data["slots"]):
            model.add(sum(var for key, var in own.items() if key[2] == slot) <= 1)
        happy.append(model.new_int_var(0, data["companies"][who]["min"], ""))
        model.add(happy[-1] <= sum(own.values()))
    weight = {(s, b): w for s, b, w, _m in data["edges"]}
    model.maximize(sum(weight[key[:2]] * var for key, var in held.items()) + data["fair_bonus"] * sum(happy))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


def test_three_companies_meet_in_three_slots_and_in_two_only_two_pairs_can():
    made = plan(Instance.from_dict(event(3, TRIANGLE)), seconds=0.3)
    assert (len(made.meetings), made.gap) == (3, 0)
    short = plan(Instance.from_dict(event(3, TRIANGLE, slots=2)), seconds=0.3)
    assert (short.objective, short.bound) == (200, 200)
    assert check(event(3, TRIANGLE, slots=2), short.to_dict()).faults == []


def test_the_bound_counts_half_pairs_of_an_odd_cycle():
    """One meeting each: only one pair of three meets, the fractional bound is one and a half."""
    selection = select(Instance.from_dict(event(3, TRIANGLE, cap=1)))
    assert (len(selection.edges), selection.bound) == (3, 150)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plans_of_small_events_are_close_to_the_optimum_and_the_bound_above_it(seed):
    data = make_equals(7, 4, seed=seed)
    best = optimum(data)
    made = plan(Instance.from_dict(data), seconds=0.5, clock=time.thread_time)  # enough on a busy machine, too
    assert check(data, made.to_dict()).faults == []
    assert 0.97 * best <= made.objective <= best <= made.bound


def test_choosing_a_slot_anew_keeps_the_meetings_inside_a_half():
    board = Board.empty(Instance.from_dict(event(4, [[0, 1, 5, 0], [0, 2, 9, 0], [2, 3, 5, 0]], slots=1)))
    board.put(0, 0)
    everything = np.ones(3, dtype=bool)
    assert rechoose(board, 0, everything, np.array([True, True, False, False])) == 0
    assert board.meetings().tolist() == [0]
    assert rechoose(board, 0, everything, np.array([True, False, True, False])) == 5
    assert board.meetings().tolist() == [0, 2]


def test_a_company_that_does_not_come_gives_its_slots_to_others():
    data = make_equals(12, 6, seed=4)
    made = plan(Instance.from_dict(data), seconds=0.5)
    changed = with_absences(made.instance, suppliers={3: range(6)})
    new = replan(made, changed, seconds=0.3)
    assert check(changed.to_dict(), new.to_dict()).faults == []
    stay = {row for row in made.meetings if 3 not in row[:2]}
    assert stay <= set(new.meetings)
    assert 3 not in {who for row in new.meetings for who in row[:2]}


def test_the_format_is_read_back_and_a_pair_the_wrong_way_round_is_refused():
    data = make_equals(8, 4, seed=5)
    assert Instance.from_dict(Instance.from_dict(data).to_dict()) is not None
    with pytest.raises(InvalidInstance, match="lower number first"):
        Instance.from_dict(event(3, [[1, 0, 5, 0]]))


def test_each_company_keeps_one_table_whichever_place_it_has_in_the_pair():
    edges = [[0, 2, 9, 0], [1, 2, 9, 0], [2, 3, 9, 0]]
    made = plan(Instance.from_dict(event(4, edges)), seconds=0.3)
    assert len({table for *_pair, _slot, table in made.meetings}) == 1
