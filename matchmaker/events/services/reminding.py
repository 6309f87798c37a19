"""Reminders: one a company and day, some hours before its first meeting. What is due is read from the meetings."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from matchmaker.events.models import AgendaReminder, Event, EventParticipation, Meeting
from matchmaker.events.services import news


def remind_of_meetings() -> int:
    """Write the reminders that are due; returns how many companies are reminded. Ringing twice reminds once."""
    now = timezone.now()
    near = Event.objects.filter(
        status=Event.Status.PUBLISHED,
        remind_hours__gt=0,
        ends_on__gte=(now - dt.timedelta(days=1)).date(),
        starts_on__lte=(now + dt.timedelta(days=5)).date(),
    )
    return sum(_remind(event, now) for event in near)


def _remind(event: Event, now: dt.datetime) -> int:
    horizon = now + dt.timedelta(hours=event.remind_hours)
    planned = Meeting.objects.of(event).filter(status=Meeting.Status.PLANNED)
    first: dict[tuple[int, dt.date], dt.datetime] = {}
    count: dict[tuple[int, dt.date], int] = {}
    for supplier, buyer, when in planned.values_list("supplier", "buyer", "starts_at"):
        for company in (supplier, buyer):
            key = company, when.astimezone(event.zone).date()
            first[key] = min(when, first.get(key, when))
            count[key] = count.get(key, 0) + 1
    due = {key: when for key, when in first.items() if now < when <= horizon}
    if not due:
        return 0
    rows = EventParticipation.objects.registered().filter(event=event, company__in={company for company, _day in due})
    by_company = {row.company_id: row for row in rows.select_related("company", "event")}
    done = set(AgendaReminder.objects.filter(participation__event=event).values_list("participation", "day"))
    reminded = 0
    for (company, day), when in sorted(due.items(), key=lambda item: item[1]):
        row = by_company.get(company)
        if row is None or (row.pk, day) in done:
            continue
        try:
            with transaction.atomic():
                AgendaReminder.objects.create(participation=row, day=day, first_at=when)
                news.meetings_soon(row, day=day, first_at=when, meetings=count[company, day])
        except IntegrityError:
            continue  # another worker was faster
        reminded += 1
    return reminded
