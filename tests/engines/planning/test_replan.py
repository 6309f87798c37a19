import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.planning.instances import make_instance
from matchmaker.engines.planning import Instance, plan, replan, with_absences
from tests.engines.planning.checker import check
from tests.engines.planning.events import event, events
from tests.engines.planning.exact import most_without_moves


def stayed(old, new):
    """(kept with slot and table, moved, dropped) of the old meetings."""
    now = {row[:2]: row[2:] for row in new.meetings}
    kept = sum(now.get(row[:2]) == row[2:] for row in old.meetings)
    dropped = sum(row[:2] not in now for row in old.meetings)
    return kept, len(old.meetings) - kept - dropped, dropped


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events(), st.data())
def test_whoever_cancels_the_others_keep_slot_and_table(data, draw):
    old = plan(Instance.from_dict(data), rounds=2)
    suppliers = draw.draw(st.sets(st.integers(0, len(data["suppliers"]) - 1), max_size=2))
    changed = with_absences(old.instance, suppliers={who: range(data["slots"]) for who in suppliers})
    new = replan(old, changed, rounds=2)
    assert check(changed.to_dict(), new.to_dict()).faults == []
    leaving = sum(row[0] in suppliers for row in old.meetings)
    assert stayed(old, new) == (len(old.meetings) - leaving, 0, leaving)


@pytest.mark.slow
def test_freed_places_are_filled_and_the_gap_stays_small():
    old = plan(Instance.from_dict(make_instance(100, 100, 12, seed=21, variant="norm")), rounds=10)
    changed = with_absences(
        old.instance,
        suppliers={who: range(12) for who in range(0, 100, 20)},
        buyers={7: range(6)},
    )
    new = replan(old, changed, rounds=10)
    assert check(changed.to_dict(), new.to_dict()).faults == []
    kept, moved, _ = stayed(old, new)
    assert moved == 0
    assert len(new.meetings) > kept
    most = most_without_moves(old, changed)
    assert new.objective <= most <= new.bound
    assert (most - new.objective) / most < 0.0005


def test_moving_nobody_has_a_price_and_it_is_proven():
    # Buyer 1 no longer comes. Buyer 0 could take the better slot 0 with supplier 1, but its meeting stays where it is.
    data = event(sizes=(2, 2), slots=1, tables=2, fixed=[[0, 0, 0], [1, 1, 0]])
    data["edges"] = [[0, 0, 100, 0], [1, 0, 500, 0], [1, 1, 100, 0]]
    old = plan(Instance.from_dict(data), seconds=0)
    data["buyers"][1]["off"], data["fixed"] = [0], []
    changed = Instance.from_dict(data)
    new = replan(old, changed, rounds=1)
    bonus = data["fair_bonus"] * sum(min(1, party["min"]) for party in (data["suppliers"][0], data["buyers"][0]))
    assert [row[:3] for row in new.meetings] == [(0, 0, 0)]
    assert (new.objective, most_without_moves(old, changed)) == (100 + bonus, 100 + bonus)
    assert new.bound == plan(changed, seconds=0).objective > new.objective


def test_who_comes_late_loses_only_what_was_before():
    old = plan(Instance.from_dict(event(slots=3)), seconds=0)
    changed = with_absences(old.instance, buyers={0: [0]})
    new = replan(old, changed, rounds=5)
    before = [row for row in old.meetings if row[1] == 0 and row[2] == 0]
    assert [row for row in old.meetings if row not in before and row not in new.meetings] == []
    assert check(changed.to_dict(), new.to_dict()).faults == []


def test_a_booked_meeting_of_somebody_who_cancels_is_released():
    old = plan(Instance.from_dict(event(fixed=[[0, 0, 1]])), seconds=0)
    changed = with_absences(old.instance, suppliers={0: [1]})
    assert changed.fixed == ()


def test_a_wish_may_push_a_kept_meeting_only_when_moves_are_allowed():
    # Buyer 0 now comes in slot 0 only, and supplier 0 sits there with buyer 1, who could as well come later.
    data = event(sizes=(1, 2), slots=2, tables=1, fixed=[[0, 1, 0]])
    data["buyers"][0]["off"] = [0, 1]
    old = plan(Instance.from_dict(data), seconds=0)
    data["buyers"][0]["off"], data["fixed"] = [1], []
    changed = Instance.from_dict(data)
    assert [row[:3] for row in replan(old, changed, rounds=1).meetings] == [(0, 1, 0)]
    assert sorted(row[:3] for row in replan(old, changed, rounds=1, max_moves=1).meetings) == [(0, 0, 0), (0, 1, 1)]
