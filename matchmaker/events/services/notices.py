"""Notices to participants; a function writes notices of one kind, or of few that belong together.

Names go out in every language."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from matchmaker.companies.models import Company
from matchmaker.companies.notices import CompanyLetter, notify_companies, notify_company
from matchmaker.core.clocks import zone_name
from matchmaker.events import calendar
from matchmaker.events.models import (
    AgendaReminder,
    Event,
    EventInvitation,
    EventParticipation,
    Meeting,
    MeetingMove,
    MeetingRequest,
    PlanDraft,
)
from matchmaker.events.services.brand import LOOKS_LIKE
from matchmaker.notifications.by_language import in_languages
from matchmaker.notifications.services import cancel_waiting


def _about(event: Event) -> dict:
    return {"event": event.name, LOOKS_LIKE: event.slug}


def _names(company: Company) -> dict:
    latin, chinese = company.name_latin or company.legal_name, company.name_zh or company.legal_name
    return {"company": {"en": latin, "zh-hans": chinese}}


def _zone(event: Event) -> dict[str, str]:
    return in_languages(lambda: zone_name(event.time_zone, in_brackets=True))


def _page(event: Event) -> str:
    return f"/meetings/{event.slug}/"


def send_invitation(row: EventInvitation) -> int:
    """The letter of an invitation, and the same again as a reminder; both lead to the page for the answer."""
    return notify_company(
        row.company,
        kind="meetings_invited",
        ids={"event": row.event.slug},
        event_key=f"meetings_invited:{row.uid}:{row.reminders}",
        context={
            **_about(row.event),
            **_names(row.company),
            "campaign": row.event.campaign.name,
            "first": row.event.starts_on.isoformat(),
            "last": row.event.ends_on.isoformat(),
            "reminder": row.reminders > 0,
        },
        path=f"/meetings/{row.event.slug}/invitation/",
    )


def notify_moved_up(row: EventParticipation) -> None:
    notify_company(
        row.company,
        kind="meetings_place",
        ids={"event": row.event.slug},
        event_key=f"meetings_place:{row.uid}:{row.registered_at.isoformat()}",
        context=_about(row.event),
        path=_page(row.event),
        part_of=row.event.campaign_id,
    )


# A step that many hear of can be taken back for so long; its letters wait until then.
TAKE_BACK = dt.timedelta(minutes=10)
BEFORE_A_MEETING = dt.timedelta(minutes=15)  # no one learns of a change later than that


def letters_leave_at(changed: Iterable[dt.datetime]) -> dt.datetime | None:
    """When letters about meetings at these times leave; None for at once, because one of them begins soon."""
    now = timezone.now()
    coming = [when - BEFORE_A_MEETING for when in changed if when > now]
    leave = min([now + TAKE_BACK, *coming])
    return leave if leave > now else None


def published_key(plan: PlanDraft) -> str:
    return f"meetings_published:{plan.uid}"


def changed_key(meeting: Meeting) -> str:
    return f"meetings_changed:{meeting.uid}:{meeting.sequence}"


def called_off_key(event: Event, at: dt.datetime) -> str:
    return f"meetings_off:{event.uid}:{at.isoformat()}"


def notify_plan(plan: PlanDraft, meetings: Mapping[int, int], *, at: dt.datetime | None = None) -> int:
    """Tell companies of a published plan; `meetings` are their keys with how many meetings each has now."""
    return _tell_agendas(plan.event, "meetings_published", published_key(plan), meetings, {}, at)


def notify_called_off(event: Event, meetings: Mapping[int, int], *, key: str, at: dt.datetime | None) -> int:
    """All or many meetings of companies are off: one letter, which takes the entries out of calendars.

    `meetings` are the keys of the companies with how many of the meetings of each are off.
    """
    cancelled = {"cancelled": event.status == Event.Status.CANCELLED}
    return _tell_agendas(event, "meetings_off", key, meetings, cancelled, at)


def _tell_agendas(
    event: Event, kind: str, key: str, meetings: Mapping[int, int], facts: Mapping[str, Any], at: dt.datetime | None
) -> int:
    """One notice a person, however many companies she works for; its mail carries the agenda of her company.

    The event is locked meanwhile, so all companies are told in a handful of queries.
    """
    agendas = dict(EventParticipation.objects.filter(event=event, company__in=meetings).values_list("company", "uid"))
    return notify_companies(
        [
            CompanyLetter(
                company=company,
                kind=kind,
                ids={"event": event.slug},
                event_key=key,
                context={
                    **_about(event),
                    **_names(company),
                    "meetings": meetings[company.pk],
                    **facts,
                    **(_calendar(agendas[company.pk]) if company.pk in agendas else {}),
                },
                path=_page(event),
                at=at,
                part_of=event.campaign_id,
            )
            for company in Company.objects.filter(pk__in=meetings)
        ]
    )


def _calendar(agenda: UUID) -> dict:
    return {"calendar": {"maker": "events.agenda", "key": str(agenda)}}


def notify_meeting_change(meeting: Meeting, *, to: Iterable[Company], at: dt.datetime | None = None) -> None:
    """Moved or cancelled: the people of `to` hear where the meeting is now, and no more where it was meant to be."""
    event = meeting.event
    cancel_waiting(event_key=f"meetings_changed:{meeting.uid}:{meeting.sequence - 1}")
    for company in to:
        other = meeting.buyer if company.pk == meeting.supplier_id else meeting.supplier
        notify_company(
            company,
            kind="meetings_changed",
            ids={"event": event.slug, "meeting": meeting.uid},
            event_key=changed_key(meeting),
            context={
                **_about(event),
                **_names(other),
                "cancelled": meeting.status == Meeting.Status.CANCELLED,
                "when": _clock(event, meeting.starts_at),
                "zone": _zone(event),
                "where": in_languages(lambda meeting=meeting: meeting.where),
                "why": in_languages(lambda meeting=meeting: meeting.why),
                "calendar": calendar.invitation(meeting, company),
            },
            path=_page(event),
            at=at,
            part_of=event.campaign_id,
        )


def _clock(event: Event, instant: dt.datetime | None) -> str:
    return instant.astimezone(event.zone).strftime("%Y-%m-%d %H:%M") if instant else ""


def meetings_soon(row: EventParticipation, *, day: dt.date, first_at: dt.datetime, meetings: int) -> None:
    """The reminder of one day: one a person and event, however many companies she works for."""
    notify_company(
        row.company,
        kind="meetings_soon",
        ids={"event": row.event.slug},
        event_key=f"meetings_soon:{row.event.uid}:{row.company.uid}:{day}",
        context={
            **_about(row.event),
            **_names(row.company),
            "meetings": meetings,
            "when": _clock(row.event, first_at),
            "zone": _zone(row.event),
        },
        path=_page(row.event),
        part_of=row.event.campaign_id,
    )


def _send_request(request: MeetingRequest, key: str, turn: str) -> None:
    """`turn` says what the letter is about: asked, another time proposed, or still waiting."""
    to = request.answers
    asker = request.company if to == request.other else request.other
    notify_company(
        to,
        kind="meetings_asked",
        ids={"event": request.event.slug, "request": request.uid},
        event_key=key,
        context={
            **_about(request.event),
            **_names(asker),
            "note": request.note,
            "when": _clock(request.event, request.starts_at),
            "zone": _zone(request.event),
            "turn": turn,
            "until": _clock(request.event, request.expires_at),
        },
        path=_page(request.event),
        part_of=request.event.campaign_id,
    )


def notify_request(request: MeetingRequest) -> None:
    _send_request(request, f"meetings_asked:{request.uid}", "asked")


def other_time(request: MeetingRequest) -> None:
    """Whose turn it is now hears of the time the other side proposed."""
    asker = request.other if request.asker_answers else request.company
    key = f"meetings_asked:{request.uid}:{asker.pk}:{_clock(request.event, request.starts_at)}"
    _send_request(request, key, "proposed")


def request_waits(request: MeetingRequest) -> None:
    """Only the side that owes the answer hears of it, once a turn."""
    _send_request(request, f"meetings_asked:{request.uid}:waits:{int(request.asker_answers)}", "waits")


def notify_request_answer(request: MeetingRequest, *, to: Company, then: Callable[[], str]) -> None:
    """`then` says in the language set what happens after a yes."""
    other = request.other if to == request.company else request.company
    notify_company(
        to,
        kind="meetings_answered",
        ids={"event": request.event.slug, "request": request.uid},
        event_key=f"meetings_answered:{request.uid}",
        context={
            **_about(request.event),
            **_names(other),
            "accepted": request.status == "accepted",
            "next": in_languages(then),
        },
        path=_page(request.event),
        part_of=request.event.campaign_id,
    )


def _move(move: MeetingMove, *, about: Company, to: Company, declined: bool) -> None:
    meeting, event = move.meeting, move.meeting.event
    notify_company(
        to,
        kind="meetings_move",
        ids={"event": event.slug, "meeting": meeting.uid},
        event_key=f"meetings_move:{move.uid}:{int(declined)}",
        context={
            **_about(event),
            **_names(about),
            "before": _clock(event, meeting.starts_at),
            "when": _clock(event, move.starts_at),
            "zone": _zone(event),
            "declined": declined,
        },
        path=f"/meetings/meeting/{meeting.uid}/",
        part_of=event.campaign_id,
    )


def _other(move: MeetingMove) -> Company:
    meeting = move.meeting
    return meeting.buyer if move.company_id == meeting.supplier_id else meeting.supplier


def notify_move_proposal(move: MeetingMove) -> None:
    _move(move, about=move.company, to=_other(move), declined=False)


def notify_move_refusal(move: MeetingMove) -> None:
    _move(move, about=_other(move), to=move.company, declined=True)


# Reminders: of a day's meetings some hours before the first, and of a request to the side that owes the answer.


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
    """Tell the side that owes an answer that a request ends soon; returns how many. Ringing twice reminds once."""
    now, reminded = timezone.now(), 0
    for request in MeetingRequest.objects.about_to_expire(now).select_related("event", "company", "other")[:500]:
        with transaction.atomic():
            due = MeetingRequest.objects.about_to_expire(now).filter(pk=request.pk, asker_answers=request.asker_answers)
            if due.update(reminded_at=now):
                request_waits(request)
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
                meetings_soon(row, day=day, first_at=when, meetings=count[company, day])
        except IntegrityError:
            continue  # another worker was faster
        reminded += 1
    return reminded
