"""The slots of an event, from its days, opening hours and the length of a meeting. Plain Python."""

import datetime as dt
from zoneinfo import ZoneInfo

Clock = dt.time | str


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
) -> list[dt.datetime]:
    """When meetings begin, as UTC instants in order.

    A slot lasts `minutes`, `rest` minutes lie between two; none reaches past closing or into the pause, after which
    the rhythm begins anew. Counted in real minutes, so that a day on which clocks change is right too.
    """
    if minutes <= 0:
        return []
    length, step = dt.timedelta(minutes=minutes), dt.timedelta(minutes=minutes + rest)
    found = []
    for number in range((last_day - first_day).days + 1):
        day = first_day + dt.timedelta(days=number)
        spans = [(opens, closes)]
        if pause and pause[0] and pause[1]:
            spans = [(opens, pause[0]), (pause[1], closes)]
        for begin, end in spans:
            at, until = _instant(day, begin, zone), _instant(day, end, zone)
            while at + length <= until:
                found.append(at)
                at += step
    return found


def _instant(day: dt.date, clock: Clock, zone: ZoneInfo) -> dt.datetime:
    clock = dt.time.fromisoformat(clock) if isinstance(clock, str) else clock
    return dt.datetime.combine(day, clock, zone).astimezone(dt.UTC)
