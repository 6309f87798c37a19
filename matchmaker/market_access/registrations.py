"""When to remind of a registration that ends: plain dates, no table.

Overseas food plants apply 12 to 3 months before the end where they have to apply at all (Decree 280; under Decree 248
it was 6 to 3 months). The same window serves the other registrations, whose own rules ask for six months or less.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

OPENS_MONTHS = 12
CLOSES_MONTHS = 3


class Reminder(StrEnum):
    """The step of the window a day falls in; each is told once."""

    OPENS = "opens"  # 12 to 6 months before the end
    HALF = "half"  # 6 to 4 months before
    CLOSING = "closing"  # the last month of the window
    LATE = "late"  # less than 3 months: the window is closed, the registration still holds


def reminder(valid_until: date, today: date) -> Reminder | None:
    """The step for today, or None before the window and after the end."""
    if today > valid_until or today < months_before(valid_until, OPENS_MONTHS):
        return None
    for step, months in ((Reminder.OPENS, 6), (Reminder.HALF, 4), (Reminder.CLOSING, CLOSES_MONTHS)):
        if today < months_before(valid_until, months):
            return step
    return Reminder.LATE


def months_before(day: date, months: int) -> date:
    """The same day of the month earlier, or that month's last day where it is shorter."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def counted_end(valid_from: date, years: int) -> date:
    """The last day of a registration that holds ``years`` from its first day."""
    return months_before(valid_from, -12 * years) - timedelta(days=1)
