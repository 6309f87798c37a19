import pytest

from matchmaker.companies import privacy
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Attendee, Event, EventParticipation, Meeting
from matchmaker.notifications.models import Notice
from tests import factories


def test_a_full_event_keeps_a_waiting_list_that_moves_up_when_somebody_withdraws(hall):
    Event.objects.filter(pk=hall.event.pk).update(capacity=1)
    first, second, third = (hall.comes("supplier") for _n in range(3))
    assert [row.status for row in (first, second, third)] == ["registered", "waiting", "waiting"]
    services.withdraw_from_event(by=factories.member_of(first.company), participation=first)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.status, third.status) == ("registered", "waiting")
    told = Notice.objects.filter(kind="meetings_place").values_list("recipient", flat=True)
    assert list(told) == [factories.member_of(second.company).pk]


def test_a_larger_hall_lets_the_waiting_list_in(hall):
    Event.objects.filter(pk=hall.event.pk).update(capacity=1)
    hall.event.refresh_from_db()
    hall.comes("supplier")
    waiting = hall.comes("buyer")
    services.save_event(by=hall.organiser, campaign=hall.event.campaign, event=hall.event, capacity=2)
    waiting.refresh_from_db()
    assert waiting.status == "registered"


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("twice", "already_registered"),
        ("stranger", "not_found"),
        ("wrong side", "wrong_side"),
        ("not approved", "not_approved"),
        ("cancelled", "event_cancelled"),
        ("side closed", "side_closed"),
    ],
)
def test_register_is_refused(hall, case, code):
    company = factories.supplier(status="pending" if case == "not approved" else "approved")
    by, side = factories.member_of(company), "supplier"
    if case == "twice":
        services.register_for_event(by=by, event=hall.event, company=company, side=side)
    elif case == "stranger":
        by = factories.user()
    elif case == "wrong side":
        side = "buyer"
    elif case == "cancelled":
        Event.objects.filter(pk=hall.event.pk).update(status="cancelled")
    elif case == "side closed":
        Event.objects.filter(pk=hall.event.pk).update(sides_open="buyer")
    with pytest.raises(Refused) as refusal:
        services.register_for_event(by=by, event=hall.event, company=company, side=side)
    assert refusal.value.code == code


def test_the_team_registers_a_walk_in_where_the_side_is_closed(hall):
    Event.objects.filter(pk=hall.event.pk).update(sides_open="buyer")
    company = factories.supplier()
    row = services.register_for_event(by=hall.organiser, event=hall.event, company=company, side="supplier")
    assert row.status == "registered"


def test_a_person_whose_name_stays_keeps_her_code(hall):
    row = hall.comes("supplier", people=[{"name": "Malee", "role": "sales"}, {"name": "Somchai", "role": ""}])
    codes = dict(row.attendees.values_list("name", "code"))
    by = factories.member_of(row.company)
    services.update_participation(
        by=by, participation=row, people=[{"name": "Malee", "role": "director"}, {"name": "Anong", "role": ""}]
    )
    assert dict(row.attendees.values_list("name", "role")) == {"Malee": "director", "Anong": ""}
    assert Attendee.objects.get(name="Malee").code == codes["Malee"]


def test_availability_outside_the_events_slots_is_refused(hall):
    row = hall.comes("supplier")
    with pytest.raises(Refused, match="Choose slots of this event"):
        services.set_availability(
            by=factories.member_of(row.company), participation=row, away=[hall.slots[0].replace(minute=7)]
        )


def test_withdrawing_cancels_meetings_and_tells_the_others_once(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    meeting = hall.book(supplier, buyer, 0)
    services.withdraw_from_event(by=factories.member_of(supplier.company), participation=supplier)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.sequence) == (Meeting.Status.CANCELLED, 1)
    told = Notice.objects.filter(kind="meetings_changed", event_key__endswith=":1")
    assert list(told.values_list("recipient", flat=True)) == [factories.member_of(buyer.company).pk]


def test_participations_are_seen_by_their_people_and_the_team_only(hall):
    row = hall.comes("supplier")
    other = hall.comes("buyer")
    seen = EventParticipation.objects.visible_to
    assert list(seen(factories.member_of(row.company))) == [row]
    assert set(seen(hall.organiser)) == {row, other}
    assert not seen(factories.user()).exists()


def test_times_of_an_event_with_meetings_stay(hall):
    hall.book(hall.comes("supplier"), hall.comes("buyer"), 0)
    with pytest.raises(Exception, match="Meetings are booked for these times"):
        services.save_event(by=hall.organiser, campaign=hall.event.campaign, event=hall.event, slot_minutes=20)


def test_a_company_is_away_only_where_all_its_people_are(hall):
    row = hall.comes("supplier", people=[{"name": "Malee"}, {"name": "Somchai"}])
    by, other = factories.member_of(row.company), hall.comes("buyer")
    malee, somchai = row.attendees.order_by("name")
    services.set_availability(by=by, participation=row, away=hall.slots[:2], person=malee)
    assert row.away == []
    services.set_availability(by=by, participation=row, away=hall.slots[1:3], person=somchai)
    assert row.away == [hall.slots[1].isoformat()]
    with pytest.raises(Refused) as caught:
        hall.book(row, other, 1)
    assert caught.value.code == "away"
    services.update_participation(by=by, participation=row, people=[{"name": "Malee"}, {"name": "Nok"}])
    assert row.away == [hall.slots[1].isoformat()]
    services.update_participation(by=by, participation=row, people=[{"name": "Malee"}])
    assert row.away == [slot.isoformat() for slot in hall.slots[:2]]


def test_whoever_is_named_for_a_meeting_in_which_she_is_away_is_flagged(hall):
    row = hall.comes("supplier", people=[{"name": "Malee"}, {"name": "Somchai"}])
    by, meeting = factories.member_of(row.company), hall.book(row, hall.comes("buyer"), 0)
    malee = row.attendees.get(name="Malee")
    services.set_availability(by=by, participation=row, away=[hall.slots[0]], person=malee)
    for name, clash in (("Somchai", {}), ("Malee", {meeting.pk: "Malee cannot meet at this time."})):
        services.assign_staff(by=by, meeting=meeting, name=name)
        assert services.staff_clashes(row.company, [meeting]) == clash


def test_hours_of_a_person_of_another_company_are_not_ones_own(hall):
    row, other = hall.comes("supplier"), hall.comes("supplier")
    with pytest.raises(Refused) as caught:
        services.set_availability(
            by=factories.member_of(row.company), participation=row, away=[], person=other.attendees.get()
        )
    assert caught.value.status == 404


def test_a_company_that_closes_with_its_person_calls_its_meetings_off_and_the_other_side_hears(hall):
    mill, buyer = hall.comes("supplier"), hall.comes("buyer")
    meeting = hall.book(mill, buyer, 0)
    person = factories.member_of(mill.company)
    stays = privacy.erase_person(by=person)
    meeting.refresh_from_db()
    mill.refresh_from_db()
    assert (meeting.status, mill.status) == ("cancelled", "withdrawn")
    told = Notice.objects.filter(kind="meetings_changed", recipient=factories.member_of(buyer.company))
    assert told.order_by("-id").first().context["cancelled"] is True
    assert any("meetings to come are called off" in sentence for sentence in stays)
