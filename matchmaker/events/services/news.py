"""What participants are told, one kind a function. Names of the event go out in both languages; templates choose."""

from collections.abc import Iterable

from matchmaker.companies.models import Company
from matchmaker.events.models import Event, EventParticipation, Meeting, MeetingRequest, PlanDraft
from matchmaker.notifications.services import notify


def _about(event: Event) -> dict:
    return {"event_en": event.name_en or event.name_zh, "event_zh": event.name_zh or event.name_en}


def _names(company: Company) -> dict:
    return {
        "company_en": company.name_latin or company.legal_name,
        "company_zh": company.name_zh or company.legal_name,
    }


def _page(event: Event) -> str:
    return f"/meetings/{event.slug}/"


def moved_up(row: EventParticipation) -> None:
    notify(
        kind="meetings_place",
        to=row.company.members.all(),
        event_key=f"meetings_place:{row.uid}:{row.registered_at.isoformat()}",
        context=_about(row.event),
        path=_page(row.event),
    )


def plan_published(plan: PlanDraft, company: Company, meetings: int) -> int:
    """One notice a person and plan, however many companies she works for."""
    return notify(
        kind="meetings_published",
        to=company.members.all(),
        event_key=f"meetings_published:{plan.uid}",
        context={**_about(plan.event), **_names(company), "meetings": meetings},
        path=_page(plan.event),
    )


def meeting_changed(meeting: Meeting, *, to: Iterable[Company]) -> None:
    """Moved or cancelled: the people of `to` hear where the meeting is now."""
    event = meeting.event
    for company in to:
        other = meeting.buyer if company.pk == meeting.supplier_id else meeting.supplier
        notify(
            kind="meetings_changed",
            to=company.members.all(),
            event_key=f"meetings_changed:{meeting.uid}:{meeting.sequence}",
            context={
                **_about(event),
                **_names(other),
                "cancelled": meeting.status == Meeting.Status.CANCELLED,
                "when": meeting.starts_at.astimezone(event.zone).strftime("%Y-%m-%d %H:%M"),
                "zone": event.time_zone,
                "table": meeting.table,
            },
            path=_page(event),
        )


def request_made(request: MeetingRequest) -> None:
    notify(
        kind="meetings_asked",
        to=request.other.members.all(),
        event_key=f"meetings_asked:{request.uid}",
        context={**_about(request.event), **_names(request.company), "note": request.note},
        path=_page(request.event),
    )


def request_answered(request: MeetingRequest) -> None:
    notify(
        kind="meetings_answered",
        to=request.company.members.all(),
        event_key=f"meetings_answered:{request.uid}",
        context={**_about(request.event), **_names(request.other), "accepted": request.status == "accepted"},
        path=_page(request.event),
    )
