from matchmaker.engines.planning import Instance, floor_price, plan
from tests.engines.planning.events import event


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
