from datetime import date

import pytest

from matchmaker.market_access.registrations import Reminder, counted_end, months_before, reminder

END = date(2027, 12, 31)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-12-30", None),
        ("2026-12-31", Reminder.OPENS),  # 24.kg: applications 12 to 3 months before the end
        ("2027-06-29", Reminder.OPENS),
        ("2027-06-30", Reminder.HALF),
        ("2027-08-30", Reminder.HALF),
        ("2027-08-31", Reminder.CLOSING),
        ("2027-09-29", Reminder.CLOSING),
        ("2027-09-30", Reminder.LATE),
        ("2027-12-31", Reminder.LATE),
        ("2028-01-01", None),
    ],
)
def test_the_step_of_the_window(today, expected):
    assert reminder(END, date.fromisoformat(today)) is expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-05-31", 3, "2026-02-28"),
        ("2024-05-31", 3, "2024-02-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-01-15", -12, "2027-01-15"),
        ("2026-07-01", 0, "2026-07-01"),
    ],
)
def test_months_before(day, months, expected):
    assert months_before(date.fromisoformat(day), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("begins", "years", "expected"),
    [("2026-06-01", 5, "2031-05-31"), ("2024-02-29", 5, "2029-02-27"), ("2026-01-01", 4, "2029-12-31")],
)
def test_the_last_day_is_counted_from_the_first(begins, years, expected):
    assert counted_end(date.fromisoformat(begins), years) == date.fromisoformat(expected)
