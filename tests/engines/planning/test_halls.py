"""Who has two meetings in a row has them in one hall, where that is possible at all."""

import pytest

from matchmaker.engines.planning import Preferences, plan
from matchmaker.engines.planning.halls import gather, hall_changes
from matchmaker.engines.planning.instance import Instance, InvalidInstance
from matchmaker.engines.planning.tables import assign_tables
from tests.engines.planning.checker import check
from tests.engines.planning.test_days import two_days


def small(**changed):
    """Four suppliers, four buyers, two slots, four tables in two halls."""
    data = {
        "format": "b2b-sched-1",
        "slots": 2,
        "day": [0, 0],
        "tables": [4, 4],
        "suppliers": [{"cap": 2, "min": 0, "off": []}] * 4,
        "buyers": [{"cap": 2, "min": 0, "off": []}] * 4,
        "edges": [[s, b, 100, 0] for s in range(4) for b in range(4)],
        "halls": [2, 2],
        **changed,
    }
    return Instance.from_dict(data)


# Buyers 0 and 1 go between suppliers 0 and 2, buyers 2 and 3 between suppliers 1 and 3: tables 0 and 2, 1 and 3.
ROWS = [(0, 0, 0, 0), (1, 2, 0, 1), (2, 1, 0, 2), (3, 3, 0, 3), (2, 0, 1, 2), (3, 2, 1, 3), (0, 1, 1, 0), (1, 3, 1, 1)]


def test_tables_between_which_people_go_stand_in_one_hall():
    assert len(hall_changes(small(), ROWS)) == 4
    rows = gather(small(), ROWS)
    assert hall_changes(small(), rows) == []
    assert sorted(row[:3] for row in rows) == sorted(row[:3] for row in ROWS), "no meeting is lost or moved in time"
    assert all(len({table for s, _b, _t, table in rows if s == one}) == 1 for one in range(4)), "hosts stay"


def test_pinned_meetings_keep_their_tables():
    pinned = {row[:3] for row in ROWS if row[3] == 0}
    rows = gather(small(), ROWS, pinned)
    assert {row for row in rows if row[:3] in pinned} == {row for row in ROWS if row[:3] in pinned}
    assert hall_changes(small(), rows) == []


def test_a_pause_a_night_and_a_free_slot_leave_time_to_walk():
    assert hall_changes(small(pauses=[1]), ROWS) == []
    assert hall_changes(small(day=[0, 1]), ROWS) == []
    later = [(s, b, 2 if t else 0, table) for s, b, t, table in ROWS]
    assert hall_changes(small(slots=3, day=[0, 0, 0], tables=[4, 4, 4]), later) == []


def test_one_room_has_no_changes_of_hall():
    one = small(halls=[])
    assert (gather(one, ROWS), hall_changes(one, ROWS)) == (ROWS, [])


def test_no_table_is_used_in_a_slot_in_which_it_does_not_stand():
    rows = [(0, 0, 0, 0), (1, 2, 0, 1), (0, 1, 1, 0), (1, 0, 1, 1)]
    instance = small(tables=[4, 2])
    assert all(table < instance.tables[slot] for *_pair, slot, table in gather(instance, rows))


def test_a_hall_with_a_negative_number_of_tables_is_no_instance():
    with pytest.raises(InvalidInstance, match="Hall 1 has a negative number of tables"):
        small(halls=[4, -1])


def test_halls_are_read_back_as_they_were_written():
    instance = small(pauses=[1])
    assert (Instance.from_dict(instance.to_dict()).halls, instance.to_dict()["pauses"]) == ((2, 2), [1])


@pytest.mark.slow
@pytest.mark.parametrize("host", ["supplier", "buyer"])
def test_few_people_change_halls_and_no_meeting_is_lost(host):
    instance = two_days(1, 16).changed(halls=(8, 8))
    work = {"rounds": 20}
    unwished = plan(instance, preferences=Preferences(most_loss=0.01), host=host, **work)
    made = plan(instance, preferences=Preferences(walk=2.0, most_loss=0.01), host=host, **work)
    plain = assign_tables([row[:3] for row in unwished.meetings], instance.tables, host=host)
    assert check(instance.to_dict(), made.to_dict()).faults == [], "the checker counts the changes of hall itself"
    assert (made.objective, len(made.meetings)) == (unwished.objective, len(unwished.meetings))
    assert unwished.hall_changes < len(hall_changes(instance, plain)), "better tables alone help"
    assert made.hall_changes < 0.6 * unwished.hall_changes, "other times help more"
    assert sum(agenda.days for agenda in made.agendas) <= sum(agenda.days for agenda in unwished.agendas)


def test_among_equals_halls_count_too():
    companies = [{"cap": 3, "min": 0, "off": []}] * 6
    pairs = [[a, b, 100, 0] for a in range(6) for b in range(a + 1, 6)]
    data = {"format": "b2b-sched-1", "slots": 4, "day": [0] * 4, "tables": [3] * 4, "companies": companies}
    instance = Instance.from_dict({**data, "edges": pairs, "halls": [2, 1]})
    made = plan(instance, rounds=5, preferences=Preferences(walk=2.0))
    verdict = check(instance.to_dict(), made.to_dict())
    assert verdict.faults == []
    assert verdict.hall_changes == made.hall_changes
