"""Another time for a meeting that stands: one side asks, the other agrees, and nothing is cancelled meanwhile."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.services import is_member
from matchmaker.core.problems import Refused
from matchmaker.events.models import Meeting, MeetingMove
from matchmaker.events.services import notices
from matchmaker.events.services.meetings import free_slots, move_agreed, side_of
from matchmaker.events.services.participations import participation_of

ANSWER_WITHIN = dt.timedelta(days=2)


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
        raise Refused("not_found", _("There is nothing here for you."), status=404)
    now = timezone.now()
    if meeting.status != Meeting.Status.PLANNED or meeting.starts_at <= now:
        raise Refused("meeting_state", _("Only a meeting that is still to come can be moved."))
    if starts_at not in free_for_both(meeting, count=500):
        raise Refused("slot_taken", _("This time is not free for both any more. Choose another."), field="slot")
    # What nobody answered in time makes room for the new wish.
    stale = MeetingMove.objects.filter(meeting=meeting, status=MeetingMove.Status.PENDING, expires_at__lte=now)
    stale.update(status=MeetingMove.Status.WITHDRAWN, answered_at=now)
    move = MeetingMove(
        meeting=meeting,
        company=getattr(meeting, side),
        starts_at=starts_at,
        expires_at=min(now + ANSWER_WITHIN, meeting.starts_at, starts_at),
    )
    try:
        with transaction.atomic():
            move.save()
    except IntegrityError:
        raise Refused("asked_already", _("Another time is proposed already; it waits for an answer.")) from None
    record(by=by, verb="ask_move", on=move, organisation=move.company, facts={"to": starts_at.isoformat()})
    notices.move_asked(move)
    return move


@transaction.atomic
def answer_move(*, by: User, move: MeetingMove, accept: bool) -> MeetingMove:
    """Agree, and the meeting moves; or decline, and it stays. Whoever asked can only take it back.

    Raises:
        Refused: not this side's to answer, answered already, or the new time was taken meanwhile.
    """
    meeting = move.meeting
    other = meeting.buyer if move.company_id == meeting.supplier_id else meeting.supplier
    own = is_member(by, move.company)
    if not is_member(by, other) and not (own and not accept):
        raise Refused("not_found", _("There is nothing here for you."), status=404)
    said = MeetingMove.Status.ACCEPTED if accept else MeetingMove.Status.DECLINED
    if own and not is_member(by, other):
        said = MeetingMove.Status.WITHDRAWN
    moved = MeetingMove.objects.pending().filter(pk=move.pk).update(status=said, answered_at=timezone.now())
    move.refresh_from_db()
    if not moved:
        if move.status == said:
            return move
        raise Refused("move_state", _("This proposal is no longer open."))
    record(by=by, verb=f"move_{said}", on=move, organisation=other)
    if accept:
        move_agreed(by=by, meeting=meeting, starts_at=move.starts_at)
    elif said == MeetingMove.Status.DECLINED:
        notices.move_declined(move)
    return move
