"""F40: many take one slot at once; exactly one has it, the others are told, and nobody is booked twice."""

import threading

import pytest
from django.db import connection, connections

from matchmaker.accounts.audit import first_broken
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Event, EventParticipation, Meeting
from tests import factories
from tests.events.conftest import Hall


def at_once(calls):
    """Run all calls in threads that start together; their results or refusals."""
    gate, found = threading.Barrier(len(calls)), []

    def run(call):
        gate.wait()
        try:
            found.append(call())
        except Refused as refusal:
            found.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(calls)
    return found


@pytest.fixture
def open_hall(transactional_db):
    return Hall()


@pytest.mark.slow
def test_many_who_want_one_slot_leave_one_meeting(open_hall):
    hall = open_hall
    supplier = hall.comes("supplier")
    buyers = [hall.comes("buyer") for _n in range(5)]
    for slot in range(4):
        found = at_once([lambda b=buyer, s=slot: hall.book(supplier, b, s) for buyer in buyers for _try in range(4)])
        won = [one for one in found if isinstance(one, Meeting)]
        lost = [one for one in found if isinstance(one, Refused)]
        assert (len(won), len(lost)) == (1, 19)
        assert {refusal.status for refusal in lost} == {409}
        assert {refusal.code for refusal in lost} <= {"slot_taken", "meeting_stands"}
    rows = list(Meeting.objects.active().values_list("supplier", "starts_at"))
    assert len(rows) == len(set(rows)) == 4


@pytest.mark.slow
def test_the_last_table_of_a_slot_goes_to_one(open_hall):
    hall = open_hall
    Event.objects.update(tables=1)
    hall.event.refresh_from_db()
    pairs = [(hall.comes("supplier"), hall.comes("buyer")) for _n in range(6)]
    found = at_once([lambda p=pair: hall.book(*p, 0) for pair in pairs])
    assert sum(isinstance(one, Meeting) for one in found) == 1
    assert {one.code for one in found if isinstance(one, Refused)} == {"no_table"}


@pytest.mark.slow
def test_pairs_that_want_the_same_slot_all_get_a_table_while_there_are_enough(open_hall):
    hall = open_hall
    Event.objects.update(tables=6)
    hall.event.refresh_from_db()
    pairs = [(hall.comes("supplier"), hall.comes("buyer")) for _n in range(6)]
    found = at_once([lambda p=pair: hall.book(*p, 0) for pair in pairs])
    assert sorted(meeting.table for meeting in found) == [1, 2, 3, 4, 5, 6]
    assert first_broken(str(hall.event.campaign.uid)) is None


@pytest.mark.slow
def test_moving_while_the_other_side_cancels_leaves_one_consistent_state(open_hall):
    hall = open_hall
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    by = factories.member_of(buyer.company)
    meeting = hall.book(supplier, buyer, 0)
    at_once(
        [
            lambda: services.move_meeting(by=hall.organiser, meeting=meeting, starts_at=hall.slots[1]),
            lambda: services.cancel_meeting(by=by, meeting=meeting),
        ]
    )
    meeting.refresh_from_db()
    assert meeting.status == "cancelled"
    assert meeting.sequence in (1, 2)


@pytest.mark.slow
def test_the_last_place_goes_to_one_and_the_others_wait(open_hall):
    hall = open_hall
    Event.objects.update(capacity=1)
    companies = [factories.supplier() for _n in range(6)]
    at_once(
        [
            lambda c=company: services.register_for_event(
                by=factories.member_of(c), event=hall.event, company=c, side="supplier"
            )
            for company in companies
        ]
    )
    counts = [EventParticipation.objects.filter(status=status).count() for status in ("registered", "waiting")]
    assert counts == [1, 5]
    connection.close()
