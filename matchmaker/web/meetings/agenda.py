"""A company's event: status, requests and the agenda; on paper, in calendars, and what became of each meeting."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core import reference
from matchmaker.core.problems import Refused
from matchmaker.events import calendar, services
from matchmaker.events.models import (
    CalendarAddress,
    EventParticipation,
    Meeting,
    MeetingMove,
    MeetingRequest,
    Wish,
)
from matchmaker.events.services.meetings import free_slots
from matchmaker.events.services.requests import time_of
from matchmaker.matching import reasons
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import everyone, signed_in
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.meetings.lookups import event_of, own_participation, participation_or_404
from matchmaker.web.rendering.agendas import Row, by_day, local, read_instant, rows_of, viewers_zone
from matchmaker.web.rendering.list_export import Table, export
from matchmaker.web.rendering.notice_claims import describe_result


def _rows(request: HttpRequest, row: EventParticipation) -> list[Row]:
    meetings = Meeting.objects.of(row.event).of_company(row.company).active().for_agenda()
    meetings = list(meetings)
    found = rows_of(meetings, row.company, viewers_zone(request.user, row.event))
    clashes = services.staff_clashes(row.company, meetings)
    people = list(row.attendees.all())
    if found:
        best = {one.company.pk: one.matches for one in services.suggestions(row)}
        for entry in found:
            matches = best.get(entry.other.pk)
            entry.reasons = reasons.sentences(matches[0])[:2] if matches else []
            entry.clash = clashes.get(entry.meeting.pk, "")
            entry.staff = entry.staff or _only(people)
    return found


def _only(people) -> str:
    """Who goes where a company has one person: who else should."""
    return people[0].name if len(people) == 1 else ""


@signed_in
@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    shown = event_of(request, slug)
    row = own_participation(request, shown)
    if row is None:
        return redirect("meetings_register", slug)
    services.expire_requests(event=shown)
    requests = MeetingRequest.objects.filter(event=shown).select_related("company", "other")
    wishes = dict.fromkeys(Wish.Kind.values, 0)
    for kind in Wish.objects.filter(event=shown, company=row.company).values_list("kind", flat=True):
        wishes[kind] += 1
    viewer = viewers_zone(request.user, shown)
    rows = _rows(request, row)
    context = {
        "event": shown,
        "row": row,
        "days": by_day(rows),
        "unnamed": sum(1 for one in rows if not one.staff and one.meeting.status == Meeting.Status.PLANNED),
        "viewer": viewer.key if viewer else "",
        "incoming": _incoming(requests, row),
        "sent": _with_next_step(requests.filter(company=row.company).exclude(status="withdrawn")),
        "accepted": _with_next_step(requests.filter(other=row.company, hidden=False, status="accepted")),
        "wishes": wishes,
        "people": row.attendees.all(),
        "languages": [reference.name(reference.languages().get(code), code) for code in row.languages],
        "feed_url": _feed_url(request, row),
        "place_in_line": _place_in_line(row),
        "now": timezone.now(),
    }
    return render(request, "meetings/event.html", context)


def _with_next_step(requests) -> list[MeetingRequest]:
    """Each with what happens after a yes."""
    rows = list(requests.select_related("event"))
    for one in rows:
        one.next_step = services.next_step(one) if one.status == MeetingRequest.Status.ACCEPTED else ""
    return rows


def _incoming(requests, row: EventParticipation) -> list[dict]:
    """Requests that wait for this company's answer, each with the times it could propose instead."""
    found = []
    for one in requests.owed_by(row.company):
        other = one.company if one.other_id == row.company_id else one.other
        theirs = EventParticipation.objects.registered().filter(event=row.event, company=other).first()
        free = free_slots(row.event, row, theirs, after=timezone.now(), count=12) if theirs else []
        found.append(
            {
                "request": one,
                "seen": time_of(one),
                "other": other,
                "at": local(one.starts_at, row.event.zone) if one.starts_at else None,
                "kept": services.attendance_rate(other).percent,
                "free": [{"instant": slot.isoformat(), "at": local(slot, row.event.zone)} for slot in free],
            }
        )
    return found


def _place_in_line(row: EventParticipation) -> int:
    if row.status != EventParticipation.Status.WAITING:
        return 0
    earlier = Q(registered_at__lt=row.registered_at) | Q(registered_at=row.registered_at, pk__lte=row.pk)
    return row.event.participations.waiting().filter(earlier).count()


@signed_in
@require_safe
def printed(request: HttpRequest, slug: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    context = {"event": row.event, "company": row.company, "days": by_day(_rows(request, row))}
    return render(request, "meetings/print.html", context)


def _table(row: EventParticipation) -> Table:
    meetings = Meeting.objects.of(row.event).of_company(row.company).active().for_agenda()
    head = [_("Day"), _("Begins"), _("Ends"), _("Time zone"), _("With"), _("Country or region"), _("Table"), _("Hall")]
    head += [_("Booth"), _("Room"), _("Interpreter"), _("Who goes"), _("State"), _("Rating"), _("Note")]
    return head, (
        [
            *(one.at.date(), one.at.strftime("%H:%M"), one.until.strftime("%H:%M"), row.event.time_zone),
            *(one.other.display_name, one.other.country_name, one.meeting.table, one.place),
            *(one.meeting.booth, one.meeting.room_url),
            one.meeting.interpreter.name if one.meeting.interpreter else "",
            *(one.staff, one.meeting.get_status_display(), one.rating, one.note),
        ]
        for one in rows_of(meetings, row.company)
    )


@signed_in
@require_safe
def export_agenda(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    return export(request, f"{slug}-agenda", form, lambda: _table(row), title=_("Agenda"))


@everyone
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The secret of the address is the key: calendars can't sign in."""
    found = CalendarAddress.objects.open().select_related("participation__event", "participation__company")
    row = get_object_or_404(found, secret=token).participation
    response = HttpResponse(calendar.feed(row), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


def _feed_url(request: HttpRequest, row: EventParticipation) -> str:
    found = row.calendar_addresses.filter(user=request.user).first()
    return request.build_absolute_uri(reverse("meetings_feed", args=[found.secret])) if found else ""


@signed_in
@require_POST
@reauthentication_required
def renew_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Make one's own calendar address, or replace it: the one before gives nothing any more."""
    services.renew_calendar_address(by=request.user, participation=participation_or_404(request, slug))
    messages.success(request, _("This is your calendar address from now on. Subscribe to it in your calendar."))
    return redirect("meetings_event", slug)


@signed_in
@require_POST
def end_feed(request: HttpRequest, slug: str) -> HttpResponse:
    services.close_calendar_address(by=request.user, participation=participation_or_404(request, slug))
    messages.success(request, _("Your calendar address gives nothing any more."))
    return redirect("meetings_event", slug)


def _own(request: HttpRequest, uid) -> tuple[Meeting, EventParticipation]:
    """A meeting of one's own company, with the registration it belongs to."""
    found = get_object_or_404(Meeting.objects.visible_to(request.user).for_agenda(), uid=uid)
    rows = EventParticipation.objects.filter(event=found.event, company__members=request.user)
    row = rows.filter(company__in=[found.supplier_id, found.buyer_id]).select_related("company", "event").first()
    if row is None:
        raise Http404
    return found, row


@signed_in
@require_safe
def meeting(request: HttpRequest, uid) -> HttpResponse:
    found, row = _own(request, uid)
    entry = rows_of([found], row.company, viewers_zone(request.user, row.event))[0]
    best = {one.company.pk: one.matches for one in services.suggestions(row)}.get(entry.other.pk)
    entry.reasons = reasons.sentences(best[0]) if best else []
    entry.clash = services.staff_clashes(row.company, [found]).get(found.pk, "")
    people = list(row.attendees.all())
    entry.staff = entry.staff or _only(people)
    viewer = viewers_zone(request.user, row.event)
    to_come = found.status == Meeting.Status.PLANNED and found.starts_at > timezone.now()
    proposed = found.moves.pending().select_related("company").first() if to_come else None
    context = {
        "entry": entry,
        "proposed": proposed,
        "proposed_at": local(proposed.starts_at, row.event.zone) if proposed else None,
        "own_proposal": proposed is not None and proposed.company_id == row.company_id,
        "free": _free(found) if to_come and not proposed else [],
        "kept": services.attendance_rate(entry.other),
        "event": row.event,
        "row": row,
        "people": people,
        "viewer": viewer.key if viewer else "",
        "begun": found.starts_at <= timezone.now(),
        "outcomes": [choice for choice in Meeting.Status.choices if choice[0] in ("held", "cut_short", "missed")],
        "ratings": range(1, 6),
    }
    return render(request, "meetings/meeting.html", context)


def _change_meeting(request: HttpRequest, uid, verb, sentence: str, *, told: str = "", **fields) -> HttpResponse:
    """Call a service for one's meeting. `told` is said too where the other side has a notice of the change."""
    found, row = _own(request, uid)
    with refusals_in_messages(request):
        verb(by=request.user, meeting=found, **fields)
        transaction.on_commit(start_delivery)
        other = found.buyer if row.company_id == found.supplier_id else found.supplier
        companies = [other] if told else []
        messages.success(request, describe_result(sentence, told, kind="meetings_changed", companies=companies))
    return redirect("meetings_meeting", found.uid)


def _free(meeting: Meeting) -> list[dict]:
    try:
        slots = services.free_for_both(meeting)
    except Refused:  # the other side has withdrawn
        return []
    return [{"instant": slot.isoformat(), "at": local(slot, meeting.event.zone)} for slot in slots]


@signed_in
@require_POST
def move(request: HttpRequest, uid) -> HttpResponse:
    """Propose another time; the meeting stands until the other side agrees."""
    try:
        starts_at = read_instant(request.POST.get("slot", ""))
    except ValueError:
        messages.error(request, _("Choose a slot of this event."))
        return redirect("meetings_meeting", uid)
    sentence = _("Proposed. The meeting stays where it is until the other side agrees.")
    return _change_meeting(request, uid, services.ask_move, sentence, starts_at=starts_at)


@signed_in
@require_POST
def answer_move(request: HttpRequest, uid) -> HttpResponse:
    rows = MeetingMove.objects.filter(meeting__in=Meeting.objects.visible_to(request.user))
    found = get_object_or_404(
        rows.select_related("company", "meeting__event__campaign", "meeting__supplier", "meeting__buyer"), uid=uid
    )
    accept = request.POST.get("answer") == "accept"
    with refusals_in_messages(request):
        services.answer_move(by=request.user, move=found, accept=accept)
        transaction.on_commit(start_delivery)
        messages.success(request, _("Moved.") if accept else _("It stays where it is."))
    return redirect("meetings_meeting", found.meeting.uid)


@signed_in
@require_POST
def cancel(request: HttpRequest, uid) -> HttpResponse:
    why = request.POST.get("why", "")[:300]
    notice_sentence = _("The other side is notified.")
    return _change_meeting(request, uid, services.cancel_meeting, _("Cancelled."), told=notice_sentence, why=why)


@signed_in
@require_POST
def outcome(request: HttpRequest, uid) -> HttpResponse:
    rating = request.POST.get("rating", "")
    return _change_meeting(
        request,
        uid,
        services.mark_meeting,
        _("Noted."),
        outcome=request.POST.get("outcome", ""),
        rating=int(rating) if rating in set("12345") else None,
        note=request.POST.get("note", "")[:1001],
    )


@signed_in
@require_POST
def staff(request: HttpRequest, uid) -> HttpResponse:
    return _change_meeting(request, uid, services.assign_staff, _("Saved."), name=request.POST.get("staff", ""))


# Contacts kept by scanning badges in the hall.
