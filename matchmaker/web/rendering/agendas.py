"""A company's meetings as rows that pages and print sheets show alike: the event's clock beside the viewer's."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from matchmaker.companies.models import Company
from matchmaker.events.models import Event, Interpreter, Meeting


@dataclass(slots=True)
class Row:
    """`at` and `until` are on the event's clock, `own` on the viewer's; all without zone, ready to be shown."""

    meeting: Meeting
    other: Company
    at: dt.datetime
    until: dt.datetime
    own: dt.datetime
    staff: str
    rating: int | None
    note: str
    place: str = ""  # the hall
    comes_from: str = ""  # the other hall of the meeting right before
    clash: str = ""  # why the person named cannot be there
    reasons: list[str] = field(default_factory=list)


def rows_of(meetings: Iterable[Meeting], company: Company, viewer: ZoneInfo | None = None) -> list[Row]:
    """Meetings fetched with `for_agenda`, from the point of view of one company."""
    found = []
    for meeting in meetings:
        side = "supplier" if meeting.supplier_id == company.pk else "buyer"
        zone = meeting.event.zone
        found.append(
            Row(
                meeting=meeting,
                other=meeting.buyer if side == "supplier" else meeting.supplier,
                at=local(meeting.starts_at, zone),
                until=local(meeting.ends_at, zone),
                own=local(meeting.starts_at, viewer or zone),
                staff=getattr(meeting, f"{side}_staff"),
                rating=getattr(meeting, f"{side}_rating"),
                note=getattr(meeting, f"{side}_note"),
                place="" if meeting.booth else meeting.event.place_of(meeting.table),
            )
        )
    for one, other in pairwise(found):
        straight = other.meeting.starts_at - one.meeting.starts_at == other.meeting.event.rhythm
        if straight and one.place and other.place and one.place != other.place:
            other.comes_from = one.place
    return found


def timetable_by_day(interpreter: Interpreter) -> list[tuple[dt.date, list[dict]]]:
    """An interpreter's meetings by the event's days: {meeting, at, until}."""
    zone = interpreter.event.zone
    rows = [
        {
            "meeting": meeting,
            "at": local(meeting.starts_at, zone),
            "until": local(meeting.ends_at, zone),
        }
        for meeting in interpreter.timetable
    ]
    return [(day, list(group)) for day, group in groupby(rows, key=lambda row: row["at"].date())]


def by_day(rows: Iterable[Row]) -> list[tuple[dt.date, list[Row]]]:
    """Rows grouped by the event's days."""
    return [(day, list(group)) for day, group in groupby(rows, key=lambda row: row.at.date())]


def local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant on a clock of the zone, without zone: filters show it as it stands."""
    return instant.astimezone(zone).replace(tzinfo=None)


def slots_by_day(event: Event, viewer: ZoneInfo | None = None) -> list[dict]:
    """The grid of the event: days with slots {value (ISO, UTC), at, own}."""
    slots = [
        {"value": slot.isoformat(), "at": local(slot, event.zone), "own": local(slot, viewer or event.zone)}
        for slot in event.slots()
    ]
    return [{"day": day, "slots": list(group)} for day, group in groupby(slots, key=lambda row: row["at"].date())]


def ticked_slots(event: Event, away: Collection[str], viewer: ZoneInfo | None = None) -> list[dict]:
    """The grid with `free` at each slot that is not among those away (ISO, UTC)."""
    days = slots_by_day(event, viewer)
    for day in days:
        for slot in day["slots"]:
            slot["free"] = slot["value"] not in away
    return days


def read_away(event: Event, ticked: Iterable[str]) -> set[dt.datetime]:
    """The slots that a form of the grid left unticked."""
    grid = {slot.isoformat(): slot for slot in event.slots()}
    return set(grid.values()) - {grid[text] for text in ticked if text in grid}


def viewers_zone(user, event: Event) -> ZoneInfo | None:
    """The viewer's own zone when it differs from the event's."""
    if not user.is_authenticated or user.zone.key == event.time_zone:
        return None
    return user.zone


def read_instant(text: str) -> dt.datetime:
    """An instant as a form sends it, ISO 8601; without a zone it is UTC.

    Raises:
        ValueError: for anything else.
    """
    found = dt.datetime.fromisoformat(text[:40])
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
