"""Wishes and requests. `never` is obeyed everywhere and told to nobody."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member, require_member
from matchmaker.core.problems import Refused
from matchmaker.events.models import Event, EventParticipation, Meeting, MeetingRequest, Wish
from matchmaker.events.services import news
from matchmaker.events.services.participations import participation_of
from matchmaker.language.text import detect

ANSWER_WITHIN = dt.timedelta(days=7)


def _both_sides(by: User, event: Event, company: Company, other: Company) -> None:
    require_member(by, company)
    mine, theirs = participation_of(event, company), participation_of(event, other)
    if mine.side == theirs.side:
        raise Refused("same_side", _("Meetings bring a supplier and a buyer together."), status=400)


@transaction.atomic
def wish(*, by: User, event: Event, company: Company, other: Company, kind: str) -> Wish | None:
    """Say must, would or never about another company, or take it back with `none`.

    The other side is not told, and a `never` calls back what this side had asked or been asked.

    Raises:
        Refused: not registered, the same side, or a meeting with a `never` stands already.
    """
    _both_sides(by, event, company, other)
    if kind == "none":
        Wish.objects.filter(event=event, company=company, other=other).delete()
        record(by=by, verb="take_back_wish", on=company, facts={"event": str(event.uid)})
        return None
    if kind not in Wish.Kind.values:
        raise Refused("no_such_wish", _("Choose must, would or never."), field="kind", status=400)
    if kind == Wish.Kind.NEVER:
        _never(event, company, other)
    row, _new = Wish.objects.update_or_create(event=event, company=company, other=other, defaults={"kind": kind})
    # The record says that a wish was made, not which and about whom: auditors are not told either.
    record(by=by, verb="wish", on=company, facts={"event": str(event.uid)})
    return row


def _never(event: Event, company: Company, other: Company) -> None:
    booked = Meeting.objects.of(event).active().of_company(company).of_company(other)
    if booked.filter(status=Meeting.Status.PLANNED).exists():
        raise Refused("meeting_stands", _("You have a meeting with this company. Cancel it first."))
    now = timezone.now()
    mine = MeetingRequest.objects.filter(event=event, status__in=["pending", "accepted"])
    mine.filter(company=company, other=other).update(status="withdrawn", answered_at=now)
    # What they asked stays pending on their side and expires: an answer at this moment would tell them.
    mine.filter(company=other, other=company, status="pending").update(hidden=True)


def never_pairs(event: Event) -> set[tuple[int, int]]:
    """(company, other) in both directions of all who never want to meet."""
    rows = Wish.objects.never().filter(event=event).values_list("company", "other")
    return {pair for one, other in rows for pair in ((one, other), (other, one))}


@transaction.atomic
def request_meeting(*, by: User, event: Event, company: Company, other: Company, note: str = "") -> MeetingRequest:
    """Ask another company for a meeting. It holds no slot and expires after a week, or when the event begins.

    Raises:
        ValidationError: by field.
        Refused: not registered, asked already, or more open requests than the organiser allows.
    """
    _both_sides(by, event, company, other)
    now = timezone.now()
    expire_requests(event=event)
    open_requests = MeetingRequest.objects.pending().filter(event=event, company=company)
    if open_requests.count() >= event.requests_a_company:
        raise Refused(
            "too_many_requests",
            _("Your company has %(count)d open requests, as many as this event allows. Wait for answers first.")
            % {"count": event.requests_a_company},
        )
    if Meeting.objects.of(event).active().of_company(company).of_company(other).exists():
        raise Refused("meeting_stands", _("You have a meeting with this company already."))
    # Asking somebody whom one never wanted to meet takes that back.
    Wish.objects.never().filter(event=event, company=company, other=other).delete()
    hidden = Wish.objects.never().filter(event=event, company=other, other=company).exists()
    begins = min(event.slots(), default=now)
    request = MeetingRequest(
        event=event,
        company=company,
        other=other,
        note=note.strip(),
        language=detect(note) if note.strip() else "",
        hidden=hidden,
        expires_at=max(now, min(now + ANSWER_WITHIN, begins)),
    )
    try:
        request.full_clean(exclude=["event", "company", "other"], validate_constraints=False)
        with transaction.atomic():
            request.save()
    except IntegrityError:
        raise Refused("asked_already", _("You have asked this company already.")) from None
    except ValidationError as error:
        raise ValidationError(error.message_dict) from None
    record(by=by, verb="request_meeting", on=request, organisation=company)
    if not hidden:
        news.request_made(request)
    return request


@transaction.atomic
def answer_request(*, by: User, request: MeetingRequest, accept: bool) -> MeetingRequest:
    """Accept or decline. The same answer twice is one; another answer after the first is refused with what stands.

    Raises:
        Refused: not this company's to answer, or answered, withdrawn or expired.
    """
    if request.hidden or not is_member(by, request.other):
        raise Refused("not_found", _("There is nothing here for you."), status=404)
    expire_requests(event=request.event)
    said = MeetingRequest.Status.ACCEPTED if accept else MeetingRequest.Status.DECLINED
    moved = MeetingRequest.objects.pending().filter(pk=request.pk).update(status=said, answered_at=timezone.now())
    request.refresh_from_db()
    if not moved:
        if request.status == said:
            return request
        raise Refused(
            "request_state",
            _("This request is no longer open: %(state)s.") % {"state": request.get_status_display()},
        )
    record(by=by, verb=f"request_{said}", on=request, organisation=request.other)
    news.request_answered(request)
    return request


@transaction.atomic
def withdraw_request(*, by: User, request: MeetingRequest) -> MeetingRequest:
    """Take back what one asked, answered or not, as long as no meeting came of it."""
    require_member(by, request.company)
    moved = MeetingRequest.objects.filter(pk=request.pk, status__in=["pending", "accepted"])
    moved.update(status=MeetingRequest.Status.WITHDRAWN, answered_at=timezone.now())
    request.refresh_from_db()
    record(by=by, verb="withdraw_request", on=request, organisation=request.company)
    return request


def expire_requests(*, event: Event | None = None) -> int:
    """Close requests nobody answered in time; returns how many."""
    rows = MeetingRequest.objects.pending().filter(expires_at__lte=timezone.now())
    if event is not None:
        rows = rows.filter(event=event)
    return rows.update(status=MeetingRequest.Status.EXPIRED)


def counterparts(participation: EventParticipation):
    """The registered companies of the other side."""
    return (
        EventParticipation.objects.registered()
        .filter(event=participation.event)
        .exclude(side=participation.side)
        .exclude(company=participation.company_id)
        .select_related("company")
    )
