"""When a company gets an answer: so many working days after it was submitted, as the campaign promises."""

import datetime as dt

from django.utils import timezone

from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company

SATURDAY = 5  # of date.weekday(); public holidays differ by place and count as working days


def working_days_after(day: dt.date, days: int) -> dt.date:
    """The day that lies so many working days after another; Saturdays and Sundays are none."""
    while days:
        day += dt.timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


def answer_day(campaign: Campaign, *, submitted_on: dt.date | None = None) -> dt.date | None:
    """The day by which a company submitted on a day (today) gets its answer; None where nothing is promised."""
    if not campaign.answer_days:
        return None
    return working_days_after(submitted_on or timezone.localdate(), campaign.answer_days)


def answer_day_of(company: Company, campaign: Campaign | None) -> dt.date | None:
    """The same for a company that waits; None for every other."""
    if campaign is None or company.status != Company.Status.PENDING or company.submitted_at is None:
        return None
    return answer_day(campaign, submitted_on=timezone.localdate(company.submitted_at))
