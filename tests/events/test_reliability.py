"""What became of meetings, whose word counts, and the share of meetings a company kept."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.events import services
from matchmaker.events.models import AgendaReminder, Event, Meeting
from matchmaker.events.services.outcomes import AttendanceRate
from matchmaker.notifications.models import Notice
from tests import factories


def mark(meeting, row, outcome, **fields):
    return services.mark_meeting(by=factories.member_of(row.company), meeting=meeting, outcome=outcome, **fields)


@pytest.fixture
def three(hall):
    supplier = hall.comes("supplier")
    buyers = [hall.comes("buyer") for _n in range(3)]
    meetings = [hall.book(supplier, buyer, slot) for slot, buyer in enumerate(buyers)]
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(hours=4))
    for meeting in meetings:
        meeting.refresh_from_db()
    return supplier, buyers, meetings


def test_a_company_that_stayed_away_kept_less(three):
    supplier, buyers, meetings = three
    mark(meetings[0], supplier, "held")
    mark(meetings[1], supplier, "cut_short")
    mark(meetings[2], buyers[2], "missed")
    assert services.attendance_rate(supplier.company) == AttendanceRate(2, 3)
    assert services.attendance_rate(supplier.company).percent == 67
    assert services.attendance_rate(buyers[2].company) == AttendanceRate(1, 1)
    assert services.attendance_rate(buyers[2].company).percent is None


def test_where_the_two_sides_disagree_nobody_is_blamed_until_the_team_says_so(hall, three):
    supplier, buyers, meetings = three
    mark(meetings[0], supplier, "missed")
    found = mark(meetings[0], buyers[0], "held")
    assert found.is_disputed
    assert services.attendance_rate(buyers[0].company) == AttendanceRate(0, 0)
    services.mark_meeting(by=hall.organiser, meeting=meetings[0], outcome="missed", absent="buyer")
    assert services.attendance_rate(buyers[0].company) == AttendanceRate(0, 1)
    assert mark(meetings[0], buyers[0], "held").status == "missed"


def test_both_saying_missed_means_both_stayed_away(three):
    supplier, buyers, meetings = three
    mark(meetings[0], supplier, "missed")
    assert mark(meetings[0], buyers[0], "missed").absent == "both"


def test_calling_off_on_the_last_day_counts_and_earlier_does_not(hall):
    supplier, buyer, other = hall.comes("supplier"), hall.comes("buyer"), hall.comes("buyer")
    early, late = hall.book(supplier, buyer, 0), hall.book(supplier, other, 1)
    services.cancel_meeting(by=factories.member_of(buyer.company), meeting=early)
    Meeting.objects.filter(pk=late.pk).update(starts_at=timezone.now() + dt.timedelta(hours=5))
    services.cancel_meeting(by=factories.member_of(other.company), meeting=late)
    assert services.attendance_rate(buyer.company) == AttendanceRate(0, 0)
    assert services.attendance_rate(other.company) == AttendanceRate(0, 1)
    assert services.attendance_rate(supplier.company) == AttendanceRate(0, 0)


def test_rates_of_many_companies_cost_one_query(three, django_assert_num_queries):
    supplier, buyers, meetings = three
    mark(meetings[0], supplier, "held")
    keys = [supplier.company_id, *(buyer.company_id for buyer in buyers)]
    with django_assert_num_queries(1):
        assert services.attendance_rates(keys).keys() == {supplier.company_id, buyers[0].company_id}


# -- reminders ---------------------------------------------------------------------------------------------------------
def test_a_day_is_reminded_of_once_however_often_the_bell_rings(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.book(supplier, buyer, 1)
    hall.move_to(timezone.now().replace(second=0, microsecond=0) + dt.timedelta(hours=20))
    assert services.remind_of_meetings() == 0
    Event.objects.update(remind_hours=24)
    assert services.remind_of_meetings() == 2
    assert services.remind_of_meetings() == 0
    AgendaReminder.objects.all().delete()  # the row is gone, the post office still knows
    services.remind_of_meetings()
    assert Notice.objects.filter(kind="meetings_soon").count() == 2


def test_nobody_is_reminded_of_what_was_cancelled_or_has_begun(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    meeting = hall.book(supplier, buyer, 0)
    services.cancel_meeting(by=hall.organiser, meeting=meeting)
    hall.move_to(timezone.now().replace(second=0, microsecond=0) + dt.timedelta(hours=2))
    assert services.remind_of_meetings() == 0
