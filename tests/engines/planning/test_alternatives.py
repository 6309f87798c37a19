import pytest

from matchmaker.engines.planning import Alternative, Conflict, Instance, Plan, alternatives
from tests.engines.planning.events import event


def make_plan(data, *meetings, interpreted=()):
    return Plan(Instance.from_dict(data), tuple(meetings), 10_000, interpreted=interpreted)


def test_a_free_slot_comes_before_one_with_a_conflict():
    found = alternatives(make_plan(event(), (0, 0, 0, 0), (0, 1, 1, 0)), 0, 0)
    assert found == [
        Alternative(slot=2, conflicts=(), change=0, idle=0),
        Alternative(slot=1, conflicts=(Conflict("supplier_busy", (0, 1)),), change=-100, idle=0),
    ]


def test_a_slot_in_which_one_is_away_is_not_offered():
    data = event()
    data["buyers"][0]["off"] = [2]
    assert [a.slot for a in alternatives(make_plan(data, (0, 0, 0, 0)), 0, 0)] == [1]


def test_a_booked_meeting_in_the_way_is_marked_and_last():
    data = event(fixed=[[0, 1, 1]])
    found = alternatives(make_plan(data, (0, 0, 0, 0), (0, 1, 1, 0), (1, 0, 2, 0)), 0, 0)
    assert [(a.slot, a.conflicts) for a in found] == [
        (2, (Conflict("buyer_busy", (1, 0)),)),
        (1, (Conflict("supplier_busy", (0, 1), booked=True),)),
    ]


def test_taken_tables_and_a_full_party_are_conflicts_of_a_wish():
    data = event(slots=2, tables=1)
    data["suppliers"][0]["cap"] = 1
    found = alternatives(make_plan(data, (0, 1, 0, 0), (1, 1, 1, 0)), 0, 0)
    assert [(a.slot, a.conflicts, a.change) for a in found] == [
        (0, (Conflict("supplier_busy", (0, 1)),), 0),
        (1, (Conflict("supplier_full"), Conflict("no_table")), 100),
    ]


def test_an_interpreter_at_work_elsewhere_is_a_conflict():
    data = event(interpreters=[{"pairs": [["zh", "fr"]], "off": []}])
    for s, b in ((0, 0), (1, 1)):
        data["suppliers"][s]["languages"], data["buyers"][b]["languages"] = ["zh"], ["fr"]
    plan = make_plan(data, (0, 0, 0, 0), (1, 1, 1, 0), interpreted=((0, 0, 0), (1, 1, 0)))
    assert [(a.slot, a.conflicts) for a in alternatives(plan, 0, 0)] == [(2, ()), (1, (Conflict("no_interpreter"),))]


def test_a_pair_that_may_not_meet_has_no_alternatives():
    with pytest.raises(KeyError):
        alternatives(make_plan(event(pairs={(0, 0): 5})), 1, 1)
