"""F39: meetings in the night in which clocks change, in 31 zones of the world."""

import datetime as dt
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.events.calendar import feed
from matchmaker.events.models import Event, Meeting

ZONES = (
    *("Europe/Paris", "Europe/London", "Europe/Lisbon", "Europe/Athens", "Europe/Kyiv", "Europe/Chisinau"),
    *("Europe/Dublin", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Jerusalem", "Asia/Nicosia"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Anchorage"),
    *("America/St_Johns", "America/Halifax", "America/Havana", "America/Santiago", "America/Nuuk", "America/Miquelon"),
    *("Atlantic/Azores", "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland"),
    *("Pacific/Chatham", "Pacific/Norfolk", "Antarctica/Troll"),
)
OPENS, CLOSES = dt.time(0), dt.time(6)
MINUTE = dt.timedelta(minutes=1)


@cache
def nights(name: str) -> list[dt.date]:
    """The days, in the zone, of the next two changes of its clocks."""
    zone, start, found = ZoneInfo(name), timezone.now().replace(minute=0, second=0, microsecond=0), []
    hours = (start + dt.timedelta(hours=number) for number in range(48, 24 * 400))
    for before, after in pairwise(hours):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            found.append(after.astimezone(zone).date())
    return found[:2]


def open_minutes(zone: ZoneInfo, day: dt.date) -> int:
    """How many real minutes the doors are open, counted one by one on the clock of the wall."""
    at = dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(hours=15)
    walls = ((at + MINUTE * number).astimezone(zone) for number in range(36 * 60))
    return sum(wall.date() == day and OPENS <= wall.time() < CLOSES for wall in walls)


def test_the_zones_are_31_and_in_each_the_clocks_change_twice():
    assert len(set(ZONES)) == 31
    assert [name for name in ZONES if len(nights(name)) != 2] == []


def entries(participation) -> set[dt.datetime]:
    book = icalendar.Calendar.from_ical(feed(participation))
    return {one["dtstart"].dt for one in book.walk("vevent")}


@pytest.mark.slow
def test_every_slot_of_such_a_night_is_one_instant_for_both_sides_and_none_overlap(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    for name in ZONES:
        zone = ZoneInfo(name)
        for day in nights(name):
            Meeting.objects.all().delete()
            Event.objects.update(time_zone=name, starts_on=day, ends_on=day, opens_at=OPENS, closes_at=CLOSES)
            for row in (supplier, buyer):
                row.refresh_from_db()
            hall.event = Event.objects.get()
            hall.slots = hall.event.slots()
            step = dt.timedelta(minutes=hall.event.slot_minutes + hall.event.break_minutes)

            assert len(hall.slots) == open_minutes(zone, day) * MINUTE // step, (name, day)
            assert {later - earlier for earlier, later in pairwise(hall.slots)} == {step}
            assert {slot.astimezone(zone).date() for slot in hall.slots} == {day}

            meeting = hall.book(supplier, buyer, 2)
            assert entries(supplier) == entries(buyer) == {hall.slots[2]}
            meeting.refresh_from_db()
            # The same instant, read on the clock of Wuhan, is taken; one in the middle of it is no slot.
            wuhan = hall.slots[2].astimezone(ZoneInfo("Asia/Shanghai"))
            hall.slots += [wuhan, wuhan + step / 2]
            with pytest.raises(IntegrityError), transaction.atomic():
                Meeting.objects.create(
                    event=hall.event, supplier=supplier.company, buyer=buyer.company, table=2, starts_at=wuhan
                )
            with pytest.raises(Refused) as refusal:
                hall.book(supplier, buyer, -1)
            assert refusal.value.code == "no_such_slot"


@pytest.mark.slow
def test_an_hour_that_comes_twice_holds_two_meetings_and_each_of_them_once(hall):
    name = "Europe/Paris"
    day = next(day for day in nights(name) if open_minutes(ZoneInfo(name), day) > 6 * 60)
    Event.objects.update(time_zone=name, starts_on=day, ends_on=day, opens_at=OPENS, closes_at=CLOSES)
    hall.event = Event.objects.get()
    hall.slots = hall.event.slots()
    walls = [slot.astimezone(hall.event.zone).time() for slot in hall.slots]
    first = walls.index(dt.time(2))
    second = walls.index(dt.time(2), first + 1)
    supplier = hall.comes("supplier")
    booked = [hall.book(supplier, hall.comes("buyer"), number) for number in (first, second)]
    assert booked[1].starts_at - booked[0].starts_at == dt.timedelta(hours=1)
    for number in (first, second):
        with pytest.raises(Refused) as refusal:
            hall.book(supplier, hall.comes("buyer"), number)
        assert refusal.value.code == "slot_taken"
