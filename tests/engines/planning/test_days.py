import math

import numpy as np
import pytest

from benchmarks.planning.instances import make_instance
from matchmaker.engines.planning import Agenda, Instance, Party, Plan, Preferences, plan
from matchmaker.engines.planning.board import Board
from matchmaker.engines.planning.days import polish
from matchmaker.engines.planning.flow import select
from matchmaker.engines.planning.interpreters import InterpreterRoster
from matchmaker.engines.planning.solve import finish, place
from tests.engines.planning.checker import check


@pytest.mark.slow
def test_days_become_shorter_and_nothing_else_changes():
    data = make_instance(120, 120, 16, seed=5, variant="norm")
    instance = Instance.from_dict(data)
    board, roster = Board.empty(instance), InterpreterRoster(instance)
    place(board, roster, select(instance), seed=1)
    before = finish(instance, board, roster, 10**9, 0)
    change = polish(board, instance.day, deadline=math.inf, sweeps=500)
    after = finish(instance, board, roster, 10**9, 0)
    assert check(data, after.to_dict()).faults == []
    assert after.objective == before.objective
    assert after.idle_gaps == before.idle_gaps + change
    assert after.idle_gaps < 0.3 * before.idle_gaps


def two_days(seed, tables=12):
    """Like the sample event: 32 suppliers and 16 buyers over two days of 14 slots, two of them lunch."""
    chance = np.random.default_rng(seed)
    open_tables = [0 if slot % 14 in (5, 6) else tables for slot in range(28)]
    pairs = [[s, b, int(chance.integers(100, 1000)), 0] for s in range(32) for b in range(16) if chance.random() < 0.5]
    return Instance(
        slots=28,
        day=(0,) * 14 + (1,) * 14,
        tables=tuple(open_tables),
        suppliers=(Party(12, 2),) * 32,
        buyers=(Party(12, 2),) * 16,
        edges=np.array(pairs),
        fair_bonus=300,
    )


@pytest.mark.parametrize("tables", [8, 12])
def test_nobody_comes_on_a_second_day_for_one_meeting_and_the_morning_is_filled_first(tables):
    instance = two_days(1, tables)
    made = plan(instance, rounds=20, preferences=Preferences(most_loss=0.01))
    assert check(instance.to_dict(), made.to_dict()).faults == []
    assert sum(agenda.single_days for agenda in made.agendas) == 0
    assert made.objective >= 0.99 * made.bound
    assert made.given_up_weight <= 0.01 * made.bound
    used = [sum(row[2] == slot for row in made.meetings) for slot in range(28)]
    assert used[5] == used[6] == used[19] == used[20] == 0
    early, late = used[:4] + used[14:18], used[10:14] + used[24:]
    assert sum(early) > 0.65 * 8 * tables
    assert sum(late) < sum(early) or tables == 8  # eight tables are all taken all day


def test_days_become_better_also_when_the_time_is_over():
    """A worker on a busy machine may reach this step too late; an organiser sees its days all the same."""
    instance, preferences = two_days(1), Preferences()
    board, roster = Board.empty(instance), InterpreterRoster(instance)
    place(board, roster, select(instance), seed=1)
    before = finish(instance, board, roster, 10**9, 0)
    polish(board, instance.day, deadline=-math.inf, preferences=preferences)
    after = finish(instance, board, roster, 10**9, 0)
    days = [sum(agenda.days for agenda in made.agendas) for made in (before, after)]
    assert days[1] < 0.95 * days[0]
    assert after.objective == before.objective


def test_a_single_meeting_on_a_second_day_is_left_out_at_its_price_and_says_so():
    # Supplier 0 meets buyers 0 to 2 on the first day; buyer 3 is there on the second day only.
    buyers = (Party(3, off=(3,)), Party(3, off=(3,)), Party(3, off=(3,)), Party(3, off=(0, 1, 2)))
    pairs = np.array([[0, 0, 900, 0], [0, 1, 900, 0], [0, 2, 900, 0], [0, 3, 100, 0], [1, 3, 900, 0]])
    instance = Instance(4, (0, 0, 0, 1), (2,) * 4, (Party(4), Party(1, off=(0, 1, 2))), buyers, pairs)
    kept = plan(instance, rounds=2)
    assert len(kept.given_up) == 0
    one = instance.changed(edges=pairs[:4], suppliers=(Party(4),))
    made = plan(one, rounds=2, preferences=Preferences(most_loss=0.05))
    assert (made.given_up, made.days_saved, made.given_up_weight) == (((0, 3),), 1, 100)
    assert [(row.supplier, row.buyer, row.code) for row in made.unplaced] == [(0, 3, "second_day")]
    assert made.agendas[0] == Agenda(meetings=3, days=1, waits=0, first=0, last=2)
    again = Plan.from_dict(made.to_dict(), one)
    assert (again.given_up, again.days_saved) == (made.given_up, 1)
    booked = one.changed(fixed=((0, 3, 3),))
    assert plan(booked, rounds=2, preferences=Preferences(most_loss=0.05)).given_up == ()
