"""The judge itself: each fault is seen."""

import pytest

from tests.engines.planning.checker import check
from tests.engines.planning.events import event


def plan_of(*meetings, **more):
    return {"format": "b2b-plan-1", "meetings": [list(row) for row in meetings], "bound": None} | more


AWAY = event() | {"buyers": [{"cap": 1, "min": 0, "off": [1]}, {"cap": 3, "min": 0, "off": []}]}
FAULTS = {
    "away": (AWAY, plan_of((0, 0, 1, 0)), "('B', 0) is away in slot 1"),
    "cap": (AWAY, plan_of((0, 0, 0, 0), (1, 0, 2, 0)), "('B', 0) has 2 meetings, cap 1"),
    "pair twice": (event(), plan_of((0, 0, 0, 0), (0, 0, 1, 0)), "0-0 meet twice"),
    "double booked": (event(), plan_of((0, 0, 0, 0), (0, 1, 0, 1)), "('S', 0) has two meetings in slot 0"),
    "table twice": (event(), plan_of((0, 0, 0, 0), (1, 1, 0, 0)), "table 0 is taken twice in slot 0"),
    "no such table": (event(), plan_of((0, 0, 0, 2)), "0-0 sit at table 2 in slot 0"),
    "never pair": (event(pairs={(0, 0): 1}), plan_of((1, 1, 0, 0)), "1-1 may not meet"),
    "booked moved": (event(fixed=[[0, 0, 0]]), plan_of((0, 0, 1, 0)), "booked meeting 0-0 left slot 0"),
    "bound too low": (event(), plan_of((0, 0, 0, 0), bound=99), "bound 99 is below the objective 100"),
}


@pytest.mark.parametrize(("data", "plan", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_the_checker_sees(data, plan, fault):
    assert check(data, plan).faults == [fault]


def test_the_checker_counts():
    verdict = check(event(fair_bonus=10), plan_of((0, 0, 0, 0), (0, 1, 2, 1), bound=200))
    assert (verdict.ok, verdict.objective, verdict.meetings, verdict.idle_gaps, verdict.table_changes) == (
        True, 200, 2, 1, 1,
    )  # fmt: skip
