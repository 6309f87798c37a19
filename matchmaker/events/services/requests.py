"""Asking for a meeting: accept, decline or another time. The organiser's rules say who may ask whom, and how often."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member, require_member
from matchmaker.core.problems import NotFound, Refused
from matchmaker.engines.language import detect
from matchmaker.events.models import Event, EventParticipation, Meeting, MeetingRequest, PlanDraft, Wish
from matchmaker.events.services import notices
from matchmaker.events.services.meetings import book_agreed, clock, free_slots
from matchmaker.events.services.open_slots import open_slots
from matchmaker.events.services.participations import participation_of
from matchmaker.events.services.weights import matches_of
from matchmaker.events.services.wishes import both_sides

REQUEST_LIFE = dt.timedelta(days=7)


@transaction.atomic
def request_meeting(
    *, by: User, event: Event, company: Company, other: Company, note: str = "", starts_at: dt.datetime | None = None
) -> MeetingRequest:
    """Ask another company for a meeting, at a time or whenever the plan has room.

    It holds no slot and expires after a week, or when the event begins. A company that opens its free times
    (`books_itself`) has agreed to any free time in advance: the meeting is booked at once.

    Raises:
        ValidationError: by field.
        Refused: not registered, asked already, or against the organiser's rules.
    """
    mine = both_sides(by, event, company, other)
    expire_requests(event=event)
    _obey_rules(mine, other)
    if Meeting.objects.of(event).active().of_company(company).of_company(other).exists():
        raise Refused("meeting_stands", _("You have a meeting with this company already."))
    # Asking a person whom one never wanted to meet takes that back.
    Wish.objects.never().filter(event=event, company=company, other=other).delete()
    hidden = Wish.objects.never().filter(event=event, company=other, other=company).exists()
    request = MeetingRequest(
        event=event,
        company=company,
        other=other,
        **_note_fields(note),
        starts_at=_slot_to_come(event, starts_at) if starts_at else None,
        hidden=hidden,
        expires_at=_until(event),
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
    if request.starts_at and books_itself(mine, other, request.starts_at):
        request.status, request.answered_at = MeetingRequest.Status.ACCEPTED, timezone.now()
        request.save(update_fields=["status", "answered_at"])
        _book(by, request, request.starts_at)
    elif not hidden:
        notices.notify_request(request)
    return request


def books_itself(mine: EventParticipation, other: Company, starts_at: dt.datetime | None = None) -> bool:
    """May this company book a free time of the other without an answer? With `starts_at`: this time?

    Only once the plan is published, so that no plan has to work around it, and as long as the other has fewer meetings
    than it wants.
    """
    event = mine.event
    host = event.participations.registered().filter(company=other, opens_free_times=True).first()
    if host is not None and starts_at is not None and starts_at.isoformat() in (host.by_request or ()):
        return False
    if host is None or not event.plans.filter(state=PlanDraft.State.PUBLISHED).exists():
        return False
    if Wish.objects.never().filter(event=event, company=other, other=mine.company).exists():
        return False
    return host.most is None or Meeting.objects.of(event).active().of_company(other).count() < host.most


def _note_fields(note: str) -> dict[str, str]:
    note = note.strip()
    return {"note": note, "language": detect(note) if note else ""}


@transaction.atomic
def change_request(
    *, by: User, request: MeetingRequest, note: str, starts_at: dt.datetime | None = None
) -> MeetingRequest:
    """Word a request anew or wish for another time, as long as it waits for its first answer; no one is told twice.

    Raises:
        ValidationError: by field.
        Refused: answered, expired, or the other side proposed a time already.
    """
    require_member(by, request.company)
    expire_requests(event=request.event)
    if starts_at is not None and starts_at != request.starts_at:
        _slot_to_come(request.event, starts_at)
    changed = {**_note_fields(note), "starts_at": starts_at}
    for name, value in changed.items():
        setattr(request, name, value)
    request.full_clean(exclude=["event", "company", "other"], validate_constraints=False)
    if not MeetingRequest.objects.pending().filter(pk=request.pk, asker_answers=False).update(**changed):
        request.refresh_from_db()
        raise _not_open(request)
    record(by=by, verb="change_request", on=request, organisation=request.company)
    return request


def time_of(request: MeetingRequest) -> str:
    """The time asked for as forms carry it; '' for none."""
    return request.starts_at.isoformat() if request.starts_at else ""


def _not_open(request: MeetingRequest) -> Refused:
    if request.status == MeetingRequest.Status.PENDING:
        return Refused("other_time_proposed", _("They have proposed another time: answer that first."))
    return Refused(
        "request_state",
        _("This request is no longer open: %(state)s.") % {"state": request.get_status_display()},
    )


def may_ask(participation: EventParticipation) -> bool:
    """Does the organiser let this side ask for meetings at all?"""
    event = participation.event
    if event.is_of_equals:
        return event.asks_from != Event.Asks.NOBODY
    return event.asks_from in (Event.Asks.BOTH, participation.side)


def _obey_rules(mine: EventParticipation, other: Company) -> None:
    event, company = mine.event, mine.company
    if not may_ask(mine):
        raise Refused("asking_closed", _("At this event your side does not ask; say whom you wish to meet instead."))
    sent = MeetingRequest.objects.filter(event=event, company=company)
    if sent.pending().count() >= event.requests_a_company:
        raise Refused(
            "too_many_requests",
            _("Your company has %(count)d open requests, as many as this event allows. Wait for answers first.")
            % {"count": event.requests_a_company},
        )
    if event.requests_in_all is not None and sent.count() >= event.requests_in_all:
        raise Refused(
            "no_requests_left",
            _("Your company has sent %(count)d requests, as many as this event allows.")
            % {"count": event.requests_in_all},
        )
    if not event.asks_again and sent.filter(other=other, status=MeetingRequest.Status.DECLINED).exists():
        raise Refused("declined_before", _("This company has declined. You can still say that you wish to meet it."))
    if event.asks_matched_only:
        pair = {company.pk}, {other.pk}
        if not matches_of(event, *(pair if mine.side == EventParticipation.Side.SUPPLIER else pair[::-1])):
            raise Refused("not_matched", _("At this event you can ask companies whose offer and demand match yours."))


def _slot_to_come(event: Event, starts_at: dt.datetime) -> dt.datetime:
    if starts_at not in event.slots():
        raise Refused("no_such_slot", _("Choose a slot of this event."), field="slot", status=400)
    if starts_at <= timezone.now():
        raise Refused("past", _("This slot has begun already."), field="slot", status=400)
    if starts_at not in open_slots(event):
        raise Refused("closed_slot", _("There are no meetings at this time. Choose another."), field="slot")
    return starts_at


def _until(event: Event) -> dt.datetime:
    """When an open request ends by itself."""
    now = timezone.now()
    return max(now, min(now + REQUEST_LIFE, max(event.slots(), default=now)))


@transaction.atomic
def answer_request(
    *,
    by: User,
    request: MeetingRequest,
    accept: bool = False,
    other_time: dt.datetime | None = None,
    seen: str | None = None,
) -> MeetingRequest:
    """Accept, decline, or propose another time, which the other side then answers in the same way.

    A request with a time that is accepted becomes a meeting at once; without a time the plan finds one. The same
    answer twice is one; another answer after the first is refused with what stands. `seen` is the time (`time_of`) that
    stood before the person who answers: she agrees to no other.

    Raises:
        Refused: not this company's to answer; answered, withdrawn, expired or changed meanwhile; or the time was taken,
            with the slots that are free for both.
    """
    if request.hidden or not is_member(by, request.answers):
        raise NotFound()
    expire_requests(event=request.event)
    if seen is not None and seen != time_of(request):
        raise Refused("request_changed", _("They have changed the time meanwhile. Look at the request again."))
    open_row = MeetingRequest.objects.pending().filter(
        pk=request.pk, asker_answers=request.asker_answers, starts_at=request.starts_at
    )
    if other_time is not None:
        return _propose(by, request, open_row, _slot_to_come(request.event, other_time))
    status = MeetingRequest.Status.ACCEPTED if accept else MeetingRequest.Status.DECLINED
    moved = open_row.update(status=status, answered_at=timezone.now())
    asker_answered = request.asker_answers
    request.refresh_from_db()
    if not moved:
        if request.status == status:
            return request
        raise _not_open(request)
    record(by=by, verb=f"request_{status}", on=request, organisation=request.answers)
    if accept and request.starts_at:
        _book(by, request, request.starts_at)
    notices.notify_request_answer(
        request, to=request.other if asker_answered else request.company, then=lambda: next_step(request)
    )
    return request


def next_step(request: MeetingRequest) -> str:
    """What becomes of an accepted request, as one sentence for either side."""
    event = request.event
    pair = Meeting.objects.of(event).of_company(request.company).of_company(request.other)
    meeting = pair.active().first()
    if meeting is not None:
        return _("The meeting is at %(when)s.") % {"when": clock(event, meeting.starts_at)}
    if MeetingRequest.objects.waiting_for_a_time().filter(pk=request.pk).exists():
        return _("The plan is published already, so the organiser gives the meeting a time. You are told of it.")
    if pair.exists():
        return _("The meeting was called off.")
    return _("The plan gives the meeting a time and a table.")


@transaction.atomic
def place_request(*, by: User, request: MeetingRequest) -> Meeting:
    """Book the first slot in which both are free and a table stands empty; both sides hear of it.

    Raises:
        Refused: `request_state` where it was not accepted; `no_slot`; otherwise as in `book_meeting`.
    """
    event = request.event
    require_organiser(by, event.campaign)
    if request.status != MeetingRequest.Status.ACCEPTED:
        raise Refused("request_state", _("Only a request that was accepted can be placed."))
    supplier, buyer = _supplier_and_buyer(request)
    sides = participation_of(event, supplier), participation_of(event, buyer)
    slots = free_slots(event, *sides, after=timezone.now(), count=1)
    if not slots:
        raise Refused(
            "no_slot",
            _("There is no slot in which both are free and a table is empty. Move a meeting of one of them first."),
        )
    return book_agreed(by=by, event=event, supplier=supplier, buyer=buyer, starts_at=slots[0])


def _propose(by: User, request: MeetingRequest, open_row, starts_at: dt.datetime) -> MeetingRequest:
    turned = not request.asker_answers
    moved = open_row.update(
        starts_at=starts_at, asker_answers=turned, expires_at=_until(request.event), reminded_at=None
    )
    request.refresh_from_db()
    if not moved:
        raise _not_open(request)
    record(by=by, verb="propose_other_time", on=request, facts={"to": starts_at.isoformat()})
    notices.other_time(request)
    return request


def _supplier_and_buyer(request: MeetingRequest) -> tuple[Company, Company]:
    if request.event.is_of_equals:
        first, second = sorted([request.company, request.other], key=lambda company: company.pk)
        return first, second
    rows = EventParticipation.objects.filter(event=request.event, company=request.company)
    asker_sells = rows.filter(side=EventParticipation.Side.SUPPLIER).exists()
    return (request.company, request.other) if asker_sells else (request.other, request.company)


def _book(by: User, request: MeetingRequest, starts_at: dt.datetime) -> None:
    supplier, buyer = _supplier_and_buyer(request)
    book_agreed(by=by, event=request.event, supplier=supplier, buyer=buyer, starts_at=starts_at)


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
    """Close requests no one answered in time; returns how many."""
    rows = MeetingRequest.objects.pending().filter(expires_at__lte=timezone.now())
    if event is not None:
        rows = rows.filter(event=event)
    return rows.update(status=MeetingRequest.Status.EXPIRED)
