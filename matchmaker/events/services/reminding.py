"""Reminders: of a day's meetings some hours before the first, and of a request to whoever owes the answer.

What is due is read from the rows.
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from matchmaker.events.models import AgendaReminder, Event, EventParticipation, Meeting, MeetingRequest
from matchmaker.events.services import notices


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


def remind_of_requests() -> int:
    """Tell whoever owes an answer that a request ends soon; returns how many. Ringing twice reminds once."""
    now, reminded = timezone.now(), 0
    for request in MeetingRequest.objects.about_to_expire(now).select_related("event", "company", "other")[:500]:
        with transaction.atomic():
            due = MeetingRequest.objects.about_to_expire(now).filter(pk=request.pk, asker_answers=request.asker_answers)
            if due.update(reminded_at=now):
                notices.request_waits(request)
                reminded += 1
    return reminded


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
                notices.meetings_soon(row, day=day, first_at=when, meetings=count[company, day])
        except IntegrityError:
            continue  # another worker was faster
        reminded += 1
    return reminded
