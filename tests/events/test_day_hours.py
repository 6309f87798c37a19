"""Days of an event that begin or end at another time, have another pause, or have no meetings."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from matchmaker.events import services
from matchmaker.events.models import Event
from matchmaker.events.services.open_slots import closed_slots, open_slots, slots_of
from tests.events.conftest import Hall

HALF_DAY = {"day": 2, "opens_at": "09:00", "closes_at": "10:00"}


@pytest.fixture
def days(db):
    """Three days from 9 to 11: four slots each."""
    hall = Hall()
    Event.objects.filter(pk=hall.event.pk).update(ends_on=hall.event.starts_on + dt.timedelta(days=2))
    hall.event.refresh_from_db()
    hall.slots = hall.event.slots()
    return hall


def save(hall, **fields):
    return services.save_event(by=hall.organiser, campaign=hall.event.campaign, event=hall.event, **fields)


def clocks(event, slots=None) -> list[list[str]]:
    """The slots of each day of the event on its clock."""
    local = [slot.astimezone(ZoneInfo(event.time_zone)) for slot in (event.slots() if slots is None else slots)]
    return [[at.strftime("%H:%M") for at in local if at.date() == day] for day in event.days]


USUAL = ["09:00", "09:30", "10:00", "10:30"]


def test_a_half_day_has_fewer_slots_and_the_others_stay(days):
    event = save(days, day_hours=[HALF_DAY])
    assert clocks(event) == [USUAL, ["09:00", "09:30"], USUAL]


def test_a_day_can_begin_later_and_have_a_pause_of_its_own(days):
    save(days, pause_from=dt.time(10), pause_until=dt.time(10, 30))
    late = {"day": 3, "opens_at": dt.time(13), "closes_at": dt.time(15), "pause_from": "14:00", "pause_until": "14:30"}
    event = save(days, day_hours=[late])
    assert clocks(event) == [["09:00", "09:30", "10:30"]] * 2 + [["13:00", "13:30", "14:30"]]
    assert event.day_hours == [
        {"day": 3, "opens_at": "13:00", "closes_at": "15:00", "pause_from": "14:00", "pause_until": "14:30"}
    ]


def test_a_day_without_meetings_has_no_slots(days):
    event = save(days, day_hours=[{"day": 2}])
    assert clocks(event) == [USUAL, [], USUAL]
    assert event.hours_on(event.days[1]) is None


@pytest.mark.parametrize(
    ("hours", "problem"),
    [
        ({"opens_at": "09:00"}, "Day 2: Write when meetings end on this day."),
        ({"closes_at": "09:00"}, "Day 2: Write when meetings begin on this day."),
        ({"pause_from": "09:00", "pause_until": "10:00"}, "Write when meetings begin on this day."),
        ({"opens_at": "11:00", "closes_at": "09:00"}, "Day 2: Meetings must end after they begin."),
        ({**HALF_DAY, "pause_from": "09:20"}, "Day 2: The pause needs a beginning and a later end."),
        ({**HALF_DAY, "pause_from": "09:30", "pause_until": "09:20"}, "The pause needs a beginning and a later end."),
        ({**HALF_DAY, "pause_from": "09:30", "pause_until": "12:00"}, "The pause must lie within the hours"),
    ],
)
def test_hours_of_a_day_that_contradict_themselves_are_refused(days, hours, problem):
    with pytest.raises(ValidationError) as refusal:
        save(days, day_hours=[{"day": 2, **hours}])
    assert problem in " ".join(refusal.value.message_dict["day_hours"])
    days.event.refresh_from_db()
    assert days.event.day_hours == []


def test_a_day_cannot_have_hours_twice(days):
    with pytest.raises(ValidationError, match="Day 2 has hours twice"):
        save(days, day_hours=[HALF_DAY, {"day": 2}])


def test_hours_of_days_that_fall_away_are_not_kept(days):
    save(days, day_hours=[HALF_DAY, {"day": 3}])
    event = save(days, ends_on=days.event.starts_on + dt.timedelta(days=1))
    assert [row["day"] for row in event.day_hours] == [2]


def test_hours_move_with_the_event_and_go_to_its_copy(days):
    save(days, day_hours=[HALF_DAY])
    week = dt.timedelta(days=7)
    event = save(days, starts_on=days.event.starts_on + week, ends_on=days.event.ends_on + week)
    copied = services.copy_event(by=days.organiser, event=event)
    assert clocks(event) == clocks(copied) == [USUAL, ["09:00", "09:30"], USUAL]


def test_hours_that_would_leave_booked_meetings_outside_are_refused_with_their_names(days):
    supplier, buyer = days.comes("supplier"), days.comes("buyer")
    meeting = days.book(supplier, buyer, 7)  # the last slot of the second day
    with pytest.raises(ValidationError) as refusal:
        save(days, day_hours=[HALF_DAY])
    sentences = refusal.value.message_dict["day_hours"]
    assert sentences[0] == "1 booked meeting would lie outside these hours. Move or cancel it first."
    day = days.event.days[1].isoformat()
    assert sentences[1] == f"{day} 10:30: {supplier.company} with {buyer.company}."
    services.move_meeting(by=days.organiser, meeting=meeting, starts_at=days.slots[5])
    assert clocks(save(days, day_hours=[HALF_DAY]))[1] == ["09:00", "09:30"]


def test_hours_may_grow_around_booked_meetings(days):
    days.book(days.comes("supplier"), days.comes("buyer"), 0)
    event = save(days, closes_at=dt.time(12), ends_on=days.event.ends_on + dt.timedelta(days=1))
    assert [len(row) for row in clocks(event)] == [6, 6, 6, 6]
    with pytest.raises(ValidationError, match="would lie outside these hours"):
        save(days, opens_at=dt.time(9, 5))


def test_no_meeting_is_booked_outside_the_hours_of_its_day(days):
    save(days, day_hours=[HALF_DAY])
    with pytest.raises(Exception, match=r"Choose a slot of this event\."):
        days.book(days.comes("supplier"), days.comes("buyer"), 7)


def test_a_plan_keeps_to_the_hours_of_each_day(days):
    save(days, day_hours=[HALF_DAY, {"day": 1}])
    suppliers, buyers = [days.comes("supplier") for _ in range(4)], [days.comes("buyer") for _ in range(4)]
    for supplier in suppliers:
        for buyer in buyers:
            days.wish(supplier, buyer, "would")
    draft = days.plan()
    assert draft.meetings_count == 2 * 6, "two tables in the two slots of the second day and the four of the third"
    services.publish_plan(by=days.organiser, draft=draft)
    days.event.refresh_from_db()
    taken = set(days.event.meetings.values_list("starts_at", flat=True))
    assert clocks(days.event, sorted(taken)) == [[], ["09:00", "09:30"], USUAL]


def test_a_what_if_and_a_lunch_of_a_plan_leave_days_with_hours_of_their_own_as_they_are(days):
    own = {"day": 2, "opens_at": "09:00", "closes_at": "12:00", "pause_from": "11:00", "pause_until": "11:30"}
    event = save(days, day_hours=[own])
    options = {"opens_at": "09:30", "closes_at": "11:00", "lunch_from": "10:00", "lunch_until": "10:30"}
    slots = slots_of(event, options)
    closed = closed_slots(event, slots, options)
    shown = clocks(event, [slot for place, slot in enumerate(slots) if place not in closed])
    assert shown == [["09:30", "10:30"], [*USUAL, "11:30"], ["09:30", "10:30"]]


def test_without_a_published_plan_the_slots_of_each_day_are_open(days):
    event = save(days, day_hours=[HALF_DAY])
    assert open_slots(event) == event.slots()
