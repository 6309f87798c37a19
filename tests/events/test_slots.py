import datetime as dt
from zoneinfo import ZoneInfo

from matchmaker.events.slots import slot_starts

DAY = dt.date(2027, 3, 1)


def starts(**changed):
    values = {"first_day": DAY, "last_day": DAY, "opens": "09:00", "closes": "11:00", "minutes": 25, "rest": 5}
    return slot_starts(**{**values, "zone": ZoneInfo("Asia/Shanghai"), **changed})


def test_slots_are_utc_instants_of_the_events_clock():
    assert starts() == [dt.datetime(2027, 3, 1, 1, minute, tzinfo=dt.UTC) for minute in (0, 30)] + [
        dt.datetime(2027, 3, 1, 2, minute, tzinfo=dt.UTC) for minute in (0, 30)
    ]


def test_the_last_slot_ends_before_closing():
    assert len(starts(closes="10:54")) == 3
    assert len(starts(closes="10:55")) == 4


def test_nothing_reaches_into_the_pause_and_the_rhythm_begins_anew_after_it():
    found = [slot.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%H:%M") for slot in starts(pause=("09:40", "10:10"))]
    assert found == ["09:00", "10:10"]


def test_a_day_on_which_clocks_change_keeps_real_minutes():
    paris = ZoneInfo("Europe/Paris")
    found = starts(
        first_day=dt.date(2027, 3, 28), last_day=dt.date(2027, 3, 28), opens="01:00", closes="04:00", zone=paris
    )
    assert len(found) == 4  # two real hours: the clock jumps from 2 to 3


def test_no_length_gives_no_slots():
    assert starts(minutes=0) == []
