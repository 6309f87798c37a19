"""Times that a published plan leaves free stay free for later bookings; companies do not meet while away."""

import pytest

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Meeting, PlanDraft
from matchmaker.events.services.meetings import free_slots
from matchmaker.events.services.suggestions import places_for
from tests import factories

LUNCH = {"lunch_from": "09:30", "lunch_until": "10:30"}  # the second and third slot of four


def publish(hall, **options):
    """A published plan without meetings: only its options matter."""
    return PlanDraft.objects.create(event=hall.event, state=PlanDraft.State.PUBLISHED, options=options)


@pytest.fixture
def lunch(hall):
    publish(hall, **LUNCH)
    return hall


def before_the_event(hall):
    return hall.slots[0] - hall.event.length


def test_free_times_leave_out_the_lunch_of_the_published_plan(lunch):
    supplier, buyer = lunch.comes("supplier"), lunch.comes("buyer")
    free = free_slots(lunch.event, supplier, buyer, after=before_the_event(lunch), count=9)
    assert free == [lunch.slots[0], lunch.slots[3]]
    assert [place.starts_at for place in places_for(supplier)] == [lunch.slots[0]]


def test_a_draft_closes_nothing(hall):
    publish(hall, **LUNCH)
    PlanDraft.objects.update(state=PlanDraft.State.READY)
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    assert free_slots(hall.event, supplier, buyer, after=before_the_event(hall), count=9) == hall.slots


def test_days_and_hours_that_the_published_plan_leaves_out_are_not_free(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    publish(hall, opens_at="09:30", closes_at="10:30")
    free = free_slots(hall.event, supplier, buyer, after=before_the_event(hall), count=9)
    assert free == hall.slots[1:3]
    PlanDraft.objects.update(options={"days": ["2000-01-01"]})
    assert free_slots(hall.event, supplier, buyer, after=before_the_event(hall)) == []


def test_a_booking_at_lunch_is_refused_with_the_times_that_are_free(lunch):
    supplier, buyer = lunch.comes("supplier"), lunch.comes("buyer")
    with pytest.raises(Refused, match=r"09:00.*10:30") as refusal:
        lunch.book(supplier, buyer, 1)
    assert refusal.value.code == "closed_slot"
    meeting = lunch.book(supplier, buyer, 0)
    with pytest.raises(Refused):
        services.move_meeting(by=lunch.organiser, meeting=meeting, starts_at=lunch.slots[2])


def test_a_request_for_a_time_at_lunch_is_refused_and_an_older_one_is_not_booked(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    asker, answerer = factories.member_of(buyer.company), factories.member_of(supplier.company)
    sides = {"by": asker, "event": hall.event, "company": buyer.company}
    request = services.request_meeting(**sides, other=supplier.company, starts_at=hall.slots[1])
    publish(hall, **LUNCH)
    with pytest.raises(Refused) as refusal:
        services.answer_request(by=answerer, request=request, accept=True)
    assert refusal.value.code == "closed_slot"
    with pytest.raises(Refused) as refusal:
        services.request_meeting(**sides, other=hall.comes("supplier").company, starts_at=hall.slots[2])
    assert refusal.value.code == "closed_slot"
    assert not Meeting.objects.exists()


def test_an_accepted_request_is_placed_outside_lunch(lunch):
    supplier, buyer = lunch.comes("supplier"), lunch.comes("buyer")
    lunch.book(supplier, lunch.comes("buyer"), 0)
    request = lunch.ask(buyer, supplier)
    services.answer_request(by=factories.member_of(supplier.company), request=request, accept=True)
    assert services.place_request(by=lunch.organiser, request=request).starts_at == lunch.slots[3]


@pytest.mark.slow
def test_mending_fills_no_slot_at_lunch_and_leaves_what_was_booked_there(hall):
    supplier, other = hall.comes("supplier"), hall.comes("supplier")
    buyers = [hall.comes("buyer") for _n in range(4)]
    for buyer in buyers[1:]:
        hall.wish(supplier, buyer, "must")
    gone, stays = hall.book(supplier, buyers[0], 0), hall.book(other, buyers[3], 1)
    Meeting.objects.filter(pk=stays.pk).update(locked=False, table=2)
    publish(hall, **LUNCH)
    services.mend_plan(by=hall.organiser, event=hall.event, companies=[buyers[0].company])
    stays.refresh_from_db()
    assert (stays.status, stays.starts_at, stays.table) == ("planned", hall.slots[1], 2)
    times = {meeting.starts_at for meeting in Meeting.objects.active().exclude(pk=stays.pk)}
    assert times == {hall.slots[0], hall.slots[3]}
    gone.refresh_from_db()
    assert gone.status == "cancelled"


@pytest.mark.slow
def test_publishing_leaves_out_a_meeting_of_a_company_that_is_away_by_now(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.wish(supplier, buyer, "must")
    draft = hall.plan()
    services.set_availability(by=factories.member_of(buyer.company), participation=buyer, away=hall.slots)
    done = services.publish_plan(by=hall.organiser, draft=draft)
    assert (done.new, done.left_out) == (0, 1)
