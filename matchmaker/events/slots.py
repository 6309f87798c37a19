"""The slots of an event, from its days, opening hours and the length of a meeting. Plain Python."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

Clock = dt.time | str


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a day: meetings from `opens` until `closes`, none in the `pause` (from, until)."""

    opens: Clock
    closes: Clock
    pause: tuple[Clock, Clock] | None = None

    @property
    def spans(self) -> list[tuple[Clock, Clock]]:
        if self.pause and self.pause[0] and self.pause[1]:
            return [(self.opens, self.pause[0]), (self.pause[1], self.closes)]
        return [(self.opens, self.closes)]


def slot_starts(
    *,
    first_day: dt.date,
    last_day: dt.date,
    opens: Clock,
    closes: Clock,
    minutes: int,
    rest: int,
    zone: ZoneInfo,
    pause: tuple[Clock, Clock] | None = None,
    own_hours: Mapping[dt.date, Hours | None] | None = None,
) -> list[dt.datetime]:
    """When meetings begin, as UTC instants in order.

    A slot lasts `minutes`, `rest` minutes lie between two; none reaches past closing or into the pause, after which
    the rhythm begins anew. Counted in real minutes, so that a day on which clocks change is right too. `own_hours` are
    those of the days that differ; None where a day has no meetings.
    """
    if minutes <= 0:
        return []
    length, step = dt.timedelta(minutes=minutes), dt.timedelta(minutes=minutes + rest)
    usual, own_hours = Hours(opens, closes, pause), own_hours or {}
    found = []
    for number in range((last_day - first_day).days + 1):
        day = first_day + dt.timedelta(days=number)
        hours = own_hours.get(day, usual)
        for begin, end in hours.spans if hours else ():
            at, until = _instant(day, begin, zone), _instant(day, end, zone)
            while at + length <= until:
                found.append(at)
                at += step
    return found


def _instant(day: dt.date, clock: Clock, zone: ZoneInfo) -> dt.datetime:
    clock = dt.time.fromisoformat(clock) if isinstance(clock, str) else clock
    return dt.datetime.combine(day, clock, zone).astimezone(dt.UTC)
