"""Single meetings: book, move, cancel, lock."""

import datetime as dt
import random
from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.companies.services import is_member
from matchmaker.core.lists import format_list
from matchmaker.core.problems import NotFound, Refused
from matchmaker.events.models import Event, EventParticipation, Meeting, MeetingMove, Wish
from matchmaker.events.services import notices
from matchmaker.events.services.open_slots import open_slots
from matchmaker.events.services.participations import away_slots, participation_of, runs


def clock(event: Event, instant: dt.datetime) -> str:
    """An instant on the event's clock, the same in every language."""
    return instant.astimezone(event.zone).strftime("%Y-%m-%d %H:%M")


def free_slots(
    event: Event, supplier: EventParticipation, buyer: EventParticipation, *, after: dt.datetime, count: int = 3
) -> list[dt.datetime]:
    """The next slots in which both are there and free and a table stands empty."""
    companies = [supplier.company_id, buyer.company_id]
    rows = Meeting.objects.of(event).active()
    busy = set(rows.filter(supplier__in=companies).values_list("starts_at", flat=True))
    busy |= set(rows.filter(buyer__in=companies).values_list("starts_at", flat=True))
    busy |= away_slots(supplier) | away_slots(buyer)
    used: dict[dt.datetime, int] = {}
    for when in rows.filter(starts_at__gt=after).values_list("starts_at", flat=True):
        used[when] = used.get(when, 0) + 1
    free = (s for s in open_slots(event) if s > after and s not in busy and used.get(s, 0) < len(event.open_tables(s)))
    return [slot for slot, _number in zip(free, range(count), strict=False)]


def _tables(event: Event, when: dt.datetime, supplier: Company) -> list[int]:
    """Empty tables in a slot, the supplier's own first."""
    rows = Meeting.objects.of(event).active()
    taken = set(rows.filter(starts_at=when).values_list("table", flat=True))
    own = rows.filter(supplier=supplier).values_list("table", flat=True)
    usable = event.open_tables(when)
    ordered = dict.fromkeys([*own, *usable])
    return [table for table in ordered if table not in taken and table in usable]


def _check_booking(event: Event, supplier: Company, buyer: Company, when: dt.datetime) -> tuple:
    """What can be said before the database decides who was first.

    Raises:
        Refused: with the slots that are free next where that helps.
    """
    sides = participation_of(event, supplier), participation_of(event, buyer)
    if not event.is_of_equals and (sides[0].side, sides[1].side) != ("supplier", "buyer"):
        raise Refused("same_side", _("Meetings bring a supplier and a buyer together."), status=400)
    never = Wish.objects.never().filter(event=event)
    pair = [supplier.pk, buyer.pk]
    if never.filter(company__in=pair, other__in=pair).exists():
        # Whose wish it is stays unsaid.
        raise Refused("not_possible", _("These two companies cannot be brought together."))
    if event.status == Event.Status.CANCELLED:
        raise Refused("event_cancelled", _("This event is cancelled."))
    if when not in event.slots():
        raise Refused("no_such_slot", _("Choose a slot of this event."), field="slot", status=400)
    if when <= timezone.now():
        raise Refused("past", _("This slot has begun already."), field="slot", status=400)
    if when not in open_slots(event):
        raise Refused(
            "closed_slot",
            _("The published plan has no meetings then. %(next)s") % {"next": _next(event, *sides)},
            field="slot",
        )
    for side in sides:
        if when in away_slots(side):
            raise Refused(
                "away",
                _("%(company)s is away then. %(next)s")
                % {"company": side.company.display_name, "next": _next(event, *sides)},
                field="slot",
            )
    return sides


def _next(event: Event, supplier: EventParticipation, buyer: EventParticipation) -> str:
    found = free_slots(event, supplier, buyer, after=timezone.now())
    if not found:
        return _("There is no slot in which both are free.")
    return _("Free for both: %(slots)s.") % {"slots": format_list(clock(event, slot) for slot in found)}


def _refusal(event: Event, sides: tuple, meeting: Meeting) -> Refused:
    rows = Meeting.objects.of(event).active().exclude(pk=meeting.pk)
    pair = rows.filter(supplier=meeting.supplier_id, buyer=meeting.buyer_id).first()
    if pair is not None:
        return Refused(
            "meeting_stands",
            _("The two have a meeting already, at %(when)s.") % {"when": clock(event, pair.starts_at)},
        )
    then = rows.filter(starts_at=meeting.starts_at)
    clash = then.filter(_of_either(meeting)).first()
    if clash is not None:
        is_first = meeting.supplier_id in (clash.supplier_id, clash.buyer_id)
        busy = meeting.supplier if is_first else meeting.buyer
        sentence = _("%(company)s has another meeting then. %(next)s")
        return Refused(
            "slot_taken", sentence % {"company": busy.display_name, "next": _next(event, *sides)}, field="slot"
        )
    return Refused("no_table", _("Every table is taken then. %(next)s") % {"next": _next(event, *sides)}, field="slot")


def _of_either(meeting: Meeting) -> Q:
    """Meetings of one of the two companies, in either place."""
    pair = [meeting.supplier_id, meeting.buyer_id]
    return Q(supplier__in=pair) | Q(buyer__in=pair)


def lock_companies(event: Event, companies: Collection[int] | None = None) -> None:
    """Let others who book for these companies wait; without `companies` for all of the event.

    The unique constraints see a company in one place of a meeting. Among equals it may have either place, so a
    booking locks the rows of the companies while it looks for another meeting of theirs.
    """
    if not event.is_of_equals:
        return
    rows = event.participations.all() if companies is None else event.participations.filter(company__in=companies)
    list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))


def meets_twice(event: Event) -> bool:
    """Has a company of an event of equals two meetings in one slot?"""
    rows = Meeting.objects.of(event).active().values_list("starts_at", "supplier", "buyer")
    places = [(at, company) for at, *pair in rows for company in pair]
    return event.is_of_equals and len(places) > len(set(places))


def _take(event: Event, meeting: Meeting, sides: tuple, save) -> None:
    """Save with an empty table; the constraints decide between two who want the same.

    A booking that lost a table tries any other: with the next in order, two who book one after the other would meet
    at every table, and the slower one would find none left.
    """
    last: IntegrityError | None = None
    lock_companies(event, [meeting.supplier_id, meeting.buyer_id])
    if event.is_of_equals:
        then = Meeting.objects.of(event).active().exclude(pk=meeting.pk).filter(starts_at=meeting.starts_at)
        if then.filter(_of_either(meeting)).exists():
            raise _refusal(event, sides, meeting)
    for number in range(20):
        tables = _tables(event, meeting.starts_at, meeting.supplier)
        if not tables:
            break
        meeting.table = random.choice(tables) if number else tables[0]
        try:
            with transaction.atomic():
                save()
            return
        except IntegrityError as error:
            last = error
            rows = Meeting.objects.of(event).active().exclude(pk=meeting.pk).filter(starts_at=meeting.starts_at)
            if not rows.filter(table=meeting.table).exists() or rows.filter(_of_either(meeting)).exists():
                break
    raise _refusal(event, sides, meeting) from last


@transaction.atomic
def book_meeting(*, by: User, event: Event, supplier: Company, buyer: Company, starts_at: dt.datetime) -> Meeting:
    """Book a meeting by hand, for example for a walk-in; it is locked, so that no plan moves it.

    Raises:
        Refused: a side that is busy or away, the pair, the slot or the tables; with the next slots free for both.
    """
    require_organiser(by, event.campaign)
    return book_agreed(by=by, event=event, supplier=supplier, buyer=buyer, starts_at=starts_at)


@transaction.atomic
def book_agreed(*, by: User, event: Event, supplier: Company, buyer: Company, starts_at: dt.datetime) -> Meeting:
    """Book what the two sides or the team agreed on; the caller has checked who may. Refusals as in `book_meeting`."""
    if event.is_of_equals:
        supplier, buyer = sorted([supplier, buyer], key=lambda company: company.pk)
    sides = _check_booking(event, supplier, buyer, starts_at)
    meeting = Meeting(event=event, supplier=supplier, buyer=buyer, starts_at=starts_at, locked=True)
    _take(event, meeting, sides, lambda: meeting.save(force_insert=True))
    notices.notify_meeting_change(meeting, to=[supplier, buyer])
    # Last, here and below: the record holds the campaign's chain until the transaction ends, and others wait for it.
    record(by=by, verb="book_meeting", on=meeting, organisation=event.campaign)
    return meeting


@transaction.atomic
def move_meeting(*, by: User, meeting: Meeting, starts_at: dt.datetime) -> Meeting:
    """Move a planned meeting to another slot without cancelling it; both sides hear of it.

    Raises:
        Refused: as in `book_meeting`, or when the meeting is no longer planned.
    """
    require_organiser(by, meeting.event.campaign)
    return move_agreed(by=by, meeting=meeting, starts_at=starts_at)


@transaction.atomic
def move_agreed(*, by: User, meeting: Meeting, starts_at: dt.datetime) -> Meeting:
    """Move what the two sides or the team agreed on; the caller has checked who may."""
    event = meeting.event
    meeting = (
        Meeting.objects.select_for_update(of=("self",)).select_related("event", "supplier", "buyer").get(pk=meeting.pk)
    )
    _require_planned(meeting)
    if starts_at == meeting.starts_at:
        return meeting
    sides = _check_booking(event, meeting.supplier, meeting.buyer, starts_at)
    before = meeting.starts_at
    meeting.starts_at, meeting.sequence = starts_at, meeting.sequence + 1
    if meeting.interpreter_id and Meeting.objects.active().filter(
        interpreter=meeting.interpreter_id, starts_at=starts_at
    ):
        raise Refused("no_interpreter", _("The interpreter has another meeting then."), field="slot")
    fields = ["starts_at", "table", "sequence", "updated_at"]
    _take(event, meeting, sides, lambda: meeting.save(update_fields=fields))
    withdraw_moves(meeting)
    facts = {"from": before.isoformat(), "to": starts_at.isoformat()}
    notices.notify_meeting_change(meeting, to=[meeting.supplier, meeting.buyer])
    record(by=by, verb="move_meeting", on=meeting, organisation=event.campaign, facts=facts)
    return meeting


@transaction.atomic
def change_table(*, by: User, meeting: Meeting, table: int) -> Meeting:
    """Hold a planned meeting at another table in the same slot; both sides hear of it.

    Raises:
        Refused: the table is taken, closed or does not exist, or the meeting is no longer planned.
    """
    event = meeting.event
    require_organiser(by, event.campaign)
    meeting = (
        Meeting.objects.select_for_update(of=("self",)).select_related("event", "supplier", "buyer").get(pk=meeting.pk)
    )
    _require_planned(meeting)
    if table == meeting.table:
        return meeting
    before = meeting.table
    refusal = Refused(
        "table_taken", _("Table %(table)d is not free then. Choose another one.") % {"table": table}, field="table"
    )
    if table not in free_tables(meeting):
        raise refusal
    meeting.table, meeting.sequence = table, meeting.sequence + 1
    try:
        with transaction.atomic():
            meeting.save(update_fields=["table", "sequence", "updated_at"])
    except IntegrityError:
        raise refusal from None
    notices.notify_meeting_change(meeting, to=[meeting.supplier, meeting.buyer])
    facts = {"from": before, "to": table}
    record(by=by, verb="change_table", on=meeting, organisation=event.campaign, facts=facts)
    return meeting


def free_tables(meeting: Meeting) -> list[int]:
    """The tables that a meeting could be moved to in its own slot, in order."""
    return sorted(_tables(meeting.event, meeting.starts_at, meeting.supplier))


def withdraw_moves(meeting: Meeting) -> None:
    """No one needs to answer a wish for another time any more."""
    pending = MeetingMove.objects.filter(meeting=meeting, status=MeetingMove.Status.PENDING)
    pending.update(status=MeetingMove.Status.WITHDRAWN, answered_at=timezone.now())


def _require_planned(meeting: Meeting) -> None:
    if meeting.status != Meeting.Status.PLANNED:
        raise Refused(
            "meeting_state", _("This meeting is %(state)s already.") % {"state": meeting.get_status_display()}
        )


@transaction.atomic
def cancel_meeting(*, by: User, meeting: Meeting, why: str = "") -> Meeting:
    """Call a meeting off; the slot is free again and the other side is told why. Twice is once.

    Raises:
        Refused: held, missed or cut short already, or a stranger.
    """
    side = side_of(by, meeting)
    meeting = (
        Meeting.objects.select_for_update(of=("self",)).select_related("event", "supplier", "buyer").get(pk=meeting.pk)
    )
    if meeting.status == Meeting.Status.CANCELLED:
        return meeting
    _require_planned(meeting)
    meeting.status, meeting.locked, meeting.why_cancelled = Meeting.Status.CANCELLED, False, why.strip()
    meeting.cancelled_by, meeting.cancelled_at = side, timezone.now()
    meeting.sequence += 1
    meeting.full_clean(fields_without("why_cancelled"), validate_unique=False, validate_constraints=False)
    changed = ["status", "locked", "why_cancelled", "cancelled_by", "cancelled_at", "sequence", "updated_at"]
    meeting.save(update_fields=changed)
    withdraw_moves(meeting)
    receivers = {"supplier": [meeting.buyer], "buyer": [meeting.supplier]}.get(side, [meeting.supplier, meeting.buyer])
    notices.notify_meeting_change(meeting, to=receivers)
    record(by=by, verb="cancel_meeting", on=meeting, organisation=meeting.event.campaign, facts={"side": side})
    return meeting


def fields_without(*names: str) -> list[str]:
    """Everything but these, for a check of what a person just typed."""
    return [field.name for field in Meeting._meta.fields if field.name not in names]


def side_of(by: User, meeting: Meeting) -> str:
    """'supplier', 'buyer' or 'team'; others are told that there is nothing."""
    if is_member(by, meeting.supplier):
        return "supplier"
    if is_member(by, meeting.buyer):
        return "buyer"
    if runs(by, meeting.event):
        return "team"
    raise NotFound()


@transaction.atomic
def lock_meeting(*, by: User, meeting: Meeting, locked: bool = True) -> Meeting:
    """Pin a meeting, or let the next plan move it again."""
    require_organiser(by, meeting.event.campaign)
    Meeting.objects.filter(pk=meeting.pk).active().update(locked=locked)
    meeting.refresh_from_db()
    record(by=by, verb="lock_meeting", on=meeting, organisation=meeting.event.campaign, facts={"locked": locked})
    return meeting


# Another time for a meeting that stands: one side asks, the other agrees, and nothing is cancelled meanwhile.


MOVE_LIFE = dt.timedelta(days=2)


def free_for_both(meeting: Meeting, *, count: int = 20) -> list[dt.datetime]:
    """The next slots a meeting could move to: both are free and a table stands empty."""
    sides = [participation_of(meeting.event, company) for company in (meeting.supplier, meeting.buyer)]
    return free_slots(meeting.event, *sides, after=timezone.now(), count=count)


@transaction.atomic
def ask_move(*, by: User, meeting: Meeting, starts_at: dt.datetime) -> MeetingMove:
    """Ask the other side to meet at another time; the meeting stays where it is until they agree.

    Raises:
        Refused: begun or not planned any more, the time is not free for both, or one asks already.
    """
    side = side_of(by, meeting)
    if side == "team":
        raise NotFound()
    now = timezone.now()
    if meeting.status != Meeting.Status.PLANNED or meeting.starts_at <= now:
        raise Refused("meeting_state", _("Only a meeting that is still to come can be moved."))
    if starts_at not in free_for_both(meeting, count=500):
        raise Refused("slot_taken", _("This time is not free for both any more. Choose another."), field="slot")
    # What no one answered in time makes room for the new wish.
    stale = MeetingMove.objects.filter(meeting=meeting, status=MeetingMove.Status.PENDING, expires_at__lte=now)
    stale.update(status=MeetingMove.Status.WITHDRAWN, answered_at=now)
    move = MeetingMove(
        meeting=meeting,
        company=getattr(meeting, side),
        starts_at=starts_at,
        expires_at=min(now + MOVE_LIFE, meeting.starts_at, starts_at),
    )
    try:
        with transaction.atomic():
            move.save()
    except IntegrityError:
        raise Refused("asked_already", _("Another time is proposed already; it waits for an answer.")) from None
    record(by=by, verb="ask_move", on=move, organisation=move.company, facts={"to": starts_at.isoformat()})
    notices.notify_move_proposal(move)
    return move


@transaction.atomic
def answer_move(*, by: User, move: MeetingMove, accept: bool) -> MeetingMove:
    """Agree, and the meeting moves; or decline, and it stays. The side that asked can only take it back.

    Raises:
        Refused: not this side's to answer, answered already, or the new time was taken meanwhile.
    """
    meeting = move.meeting
    other = meeting.buyer if move.company_id == meeting.supplier_id else meeting.supplier
    own = is_member(by, move.company)
    if not is_member(by, other) and not (own and not accept):
        raise NotFound()
    status = MeetingMove.Status.ACCEPTED if accept else MeetingMove.Status.DECLINED
    if own and not is_member(by, other):
        status = MeetingMove.Status.WITHDRAWN
    moved = MeetingMove.objects.pending().filter(pk=move.pk).update(status=status, answered_at=timezone.now())
    move.refresh_from_db()
    if not moved:
        if move.status == status:
            return move
        raise Refused("move_state", _("This proposal is no longer open."))
    record(by=by, verb=f"move_{status}", on=move, organisation=other)
    if accept:
        move_agreed(by=by, meeting=meeting, starts_at=move.starts_at)
    elif status == MeetingMove.Status.DECLINED:
        notices.notify_move_refusal(move)
    return move
