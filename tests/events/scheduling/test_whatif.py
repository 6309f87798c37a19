import pytest

from matchmaker.events.scheduling import Instance, compare, plan
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
