import pytest

from matchmaker.events.scheduling import Instance, compare, floor_price, plan
from tests.events.scheduling.events import event


def test_fewer_tables_show_who_loses():
    today = plan(Instance.from_dict(event(slots=1, pairs={(0, 0): 300, (1, 1): 100})), seconds=0)
    other = plan(today.instance.changed(tables=(1,)), seconds=0)
    seen = compare(today, other)
    assert seen.objective == (400, 300)
    assert seen.meetings == (2, 1)
    assert seen.gap == (0, 0)
    assert (seen.gains, seen.losses) == ((), (("supplier", 1, -1), ("buyer", 1, -1)))


def test_plans_of_other_parties_are_not_compared():
    with pytest.raises(ValueError, match="same parties"):
        compare(
            plan(Instance.from_dict(event()), seconds=0),
            plan(Instance.from_dict(event(sizes=(3, 2))), seconds=0),
        )


def test_the_floor_has_a_price_and_no_floor_has_none():
    # Two meetings are possible: supplier 0 with both buyers is worth most, but then supplier 1 meets nobody.
    data = event(sizes=(2, 2), slots=2, tables=1, fixed=[])
    data["edges"] = [[0, 0, 500, 0], [0, 1, 400, 0], [1, 1, 100, 0]]
    for party in (*data["suppliers"], *data["buyers"]):
        party["min"] = 1
    fair = plan(Instance.from_dict({**data, "fair_bonus": 1000}), seconds=0)
    assert (fair.weight, round(floor_price(fair), 4)) == (600, round(1 - 600 / 900, 4))
    free = plan(Instance.from_dict({**data, "fair_bonus": 0}), seconds=0)
    assert (free.weight, floor_price(free)) == (900, 0.0)
