"""A draft becomes everybody's agenda, in one step or not at all."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.events.models import Event, Meeting, MeetingRequest, PlanDraft
from matchmaker.events.scheduling import Plan, replan, with_absences
from matchmaker.events.services import notices
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.snapshot import Snapshot
from matchmaker.events.services.wishes import never_pairs


@dataclass(frozen=True, slots=True)
class Published:
    """How many meetings are new, moved, the same and called off; `left_out` are those no longer possible."""

    new: int
    moved: int
    same: int
    cancelled: int
    left_out: int
    told: int


@transaction.atomic
def publish_plan(*, by: User, draft: PlanDraft) -> Published:
    """Make the draft the agenda: earlier planned meetings that are not locked give way to it.

    A pair that meets in both keeps its meeting, so that calendars move the entry instead of doubling it. Meetings of
    companies that withdrew or said never since the draft was computed are left out. People whose agenda changed
    receive one notice.

    Raises:
        Refused: not a draft, or it clashes with what was locked or booked meanwhile (compute it anew).
    """
    event = Event.objects.select_for_update().get(pk=draft.event_id)
    require_organiser(by, event.campaign)
    if event.status == Event.Status.CANCELLED:
        raise Refused("event_cancelled", _("This event is cancelled."))
    PlanDraft.objects.filter(event=event, state=PlanDraft.State.PUBLISHED).exclude(pk=draft.pk).update(
        state=PlanDraft.State.REPLACED
    )
    turned = PlanDraft.objects.filter(pk=draft.pk, state=PlanDraft.State.READY)
    if not turned.update(state=PlanDraft.State.PUBLISHED, published_at=timezone.now()):
        raise Refused("plan_state", _("Only a draft can be published."))
    draft = PlanDraft.objects.select_related("event").get(pk=draft.pk)
    try:
        with transaction.atomic():
            outcome, touched = _replace(event, draft)
    except IntegrityError:
        raise Refused(
            "plan_clashes",
            _("A meeting was booked or locked since this draft was computed. Compute the plan again, then publish."),
        ) from None
    told = _tell(draft, touched)
    counts = {**outcome, "told": told}
    record(by=by, verb="publish_plan", on=draft, organisation=event.campaign, facts=counts)
    return Published(**counts)


def _replace(event: Event, draft: PlanDraft) -> tuple[dict[str, int], set[int]]:
    standing, drawn = snapshots.of_draft(draft)
    offered = set(event.slots())
    if any(standing.slots[slot] not in offered or table >= event.tables for _s, _b, slot, table in drawn.meetings):
        raise Refused(
            "what_if",
            _("This draft uses times or tables the event does not have. Change the event, then compute again."),
        )
    registered = set(event.participations.registered().values_list("company", flat=True))
    barred = never_pairs(event)
    interpreter_of = {(s, b): standing.interpreters[who] for s, b, who in drawn.interpreted}
    known_interpreters = set(event.interpreters.values_list("pk", flat=True))
    locked = {tuple(pair) for pair in draft.locked}
    standing_now = {(m.supplier_id, m.buyer_id): m for m in Meeting.objects.of(event).active()}
    now = timezone.now()
    stay = {
        pair for pair, m in standing_now.items() if m.locked or m.status != Meeting.Status.PLANNED or m.starts_at <= now
    }
    wanted, left_out = {}, 0
    for s, b, slot, table in drawn.meetings:
        pair = (standing.suppliers[s], standing.buyers[b])
        if pair in stay:
            continue
        if not set(pair) <= registered or pair in barred:
            left_out += 1
            continue
        who = interpreter_of.get((s, b))
        wanted[pair] = (
            standing.slots[slot],
            table + 1,
            who if who in known_interpreters else None,
            (s, b) in locked,
        )
    touched: set[int] = set()
    gone = [m for pair, m in standing_now.items() if pair not in wanted and pair not in stay]
    moved, same, new = [], [], []
    for pair, (when, table, who, pinned) in wanted.items():
        meeting = standing_now.get(pair)
        if meeting is None:
            new.append(
                Meeting(
                    event=event,
                    supplier_id=pair[0],
                    buyer_id=pair[1],
                    starts_at=when,
                    table=table,
                    interpreter_id=who,
                    locked=pinned,
                    plan=draft,
                )
            )
            touched |= set(pair)
        elif (meeting.starts_at, meeting.table, meeting.interpreter_id) != (when, table, who):
            meeting.starts_at, meeting.table, meeting.interpreter_id = when, table, who
            meeting.locked, meeting.plan = pinned, draft
            meeting.sequence += 1
            moved.append(meeting)
            touched |= set(pair)
        else:
            same.append(meeting)
    for meeting in gone:
        touched |= {meeting.supplier_id, meeting.buyer_id}
    _write(gone, moved, same, new, draft)
    _settle_requests(event, set(wanted) | stay)
    counts = {
        "new": len(new),
        "moved": len(moved),
        "same": len(same),
        "cancelled": len(gone),
        "left_out": left_out,
    }
    return counts, touched


def _write(gone: list[Meeting], moved: list[Meeting], same: list[Meeting], new: list[Meeting], draft: PlanDraft):
    """Free every slot that is given up before any is taken: the constraints look at each row by itself."""
    aside = [meeting.pk for meeting in moved]
    for meeting in gone:
        meeting.status, meeting.locked = Meeting.Status.CANCELLED, False
        meeting.why_cancelled = gettext_noop("A new plan was published.")
        meeting.sequence += 1
    Meeting.objects.bulk_update(gone, ["status", "locked", "why_cancelled", "sequence"], batch_size=200)
    Meeting.objects.filter(pk__in=aside).update(status=Meeting.Status.CANCELLED)
    Meeting.objects.bulk_update(
        moved, ["starts_at", "table", "interpreter", "locked", "plan", "sequence"], batch_size=200
    )
    Meeting.objects.filter(pk__in=aside).update(status=Meeting.Status.PLANNED, updated_at=timezone.now())
    Meeting.objects.filter(pk__in=[meeting.pk for meeting in same]).update(plan=draft)
    Meeting.objects.bulk_create(new, batch_size=500)


def _settle_requests(event: Event, pairs: set[tuple[int, int]]) -> None:
    """Who asked for a meeting and has one now need not be answered any more; a time that suits worse can be moved."""
    met = [
        request.pk
        for request in MeetingRequest.objects.pending().filter(event=event)
        if pairs & {(request.company_id, request.other_id), (request.other_id, request.company_id)}
    ]
    MeetingRequest.objects.filter(pk__in=met).update(status=MeetingRequest.Status.ACCEPTED, answered_at=timezone.now())


def _tell(draft: PlanDraft, touched: set[int]) -> int:
    planned = Meeting.objects.of(draft.event).active()
    counts: dict[int, int] = {}
    for pair in planned.values_list("supplier", "buyer"):
        for key in pair:
            counts[key] = counts.get(key, 0) + 1
    return sum(
        notices.plan_published(draft, company, counts.get(company.pk, 0))
        for company in Company.objects.filter(pk__in=touched)
    )


# A plan mended on the day, when somebody does not come or comes late.


@dataclass(frozen=True, slots=True)
class Mended:
    """What re-planning did: meetings cancelled, added, and moved (none of those that could stay)."""

    cancelled: int
    added: int
    moved: int


@transaction.atomic
def mend_plan(
    *,
    by: User,
    event: Event,
    company: Company,
    until: dt.datetime | None = None,
    max_moves: int = 0,
    seconds: float = 1.0,
    expected: str = "",
) -> Mended:
    """Re-plan because a company does not come (`until` None) or comes late (free from `until` on).

    Only slots still to come change. Every meeting that is still possible keeps its slot and table; freed slots are
    filled with wishes that had found none. With `max_moves` up to four, others may be moved for that. `expected` is the
    `fingerprint` of the preview that the organiser has seen.

    Raises:
        Refused: the company is not registered, or the change is another one than was expected.
    """
    require_organiser(by, event.campaign)
    event = Event.objects.select_for_update().get(pk=event.pk)
    standing, today, mended, lost = _mended(event, company, until, max_moves, seconds)
    if expected and _preview(standing, today, mended).fingerprint != expected:
        raise Refused("plan_changed", _("The meetings have changed since you looked. Look at the changes again."))
    result = _apply(event, standing, today, mended, lost)
    facts = {"cancelled": result.cancelled, "added": result.added, "moved": result.moved}
    record(by=by, verb="mend_plan", on=event, organisation=event.campaign, facts={**facts, "company": str(company.uid)})
    return result


@dataclass(frozen=True, slots=True)
class Change:
    """One meeting as it is (`before`) and as it would be (`after`); None where it is not there."""

    supplier_id: int
    buyer_id: int
    before: dt.datetime | None
    after: dt.datetime | None


@dataclass(frozen=True, slots=True)
class MendPreview:
    """What `mend_plan` would do; `fingerprint` tells whether it still would."""

    cancelled: tuple[Change, ...]
    added: tuple[Change, ...]
    moved: tuple[Change, ...]
    fingerprint: str


def preview_mend(
    *, by: User, event: Event, company: Company, until: dt.datetime | None = None, max_moves: int = 0
) -> MendPreview:
    """What would change if the company did not come, or came late. Changes nothing."""
    require_organiser(by, event.campaign)
    standing, today, mended, _lost = _mended(event, company, until, max_moves, 1.0)
    return _preview(standing, today, mended)


def _preview(standing: Snapshot, today: Plan, mended: Plan) -> MendPreview:
    before = {row[:2]: row[2] for row in today.meetings}
    after = {row[:2]: row[2] for row in mended.meetings}

    def change(pair: tuple[int, int]) -> Change:
        was, becomes = before.get(pair), after.get(pair)
        return Change(
            standing.suppliers[pair[0]],
            standing.buyers[pair[1]],
            None if was is None else standing.slots[was],
            None if becomes is None else standing.slots[becomes],
        )

    pairs = sorted(before.keys() | after.keys())
    changes = [change(pair) for pair in pairs if before.get(pair) != after.get(pair)]
    text = "|".join(f"{one.supplier_id} {one.buyer_id} {one.before} {one.after}" for one in changes)
    return MendPreview(
        cancelled=tuple(one for one in changes if one.after is None),
        added=tuple(one for one in changes if one.before is None),
        moved=tuple(one for one in changes if one.before is not None and one.after is not None),
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
    )


def _mended(
    event: Event, company: Company, until: dt.datetime | None, max_moves: int, seconds: float
) -> tuple[Snapshot, Plan, Plan, list[int]]:
    """The event as it is, its meetings, the mended plan, and the slots in which the company is away."""
    standing, today = snapshots.of_meetings(event)
    now = timezone.now()
    lost = [place for place, slot in enumerate(standing.slots) if slot > now and (until is None or slot < until)]
    who = standing.supplier_at.get(company.pk), standing.buyer_at.get(company.pk)
    if who == (None, None):
        raise Refused("not_registered", _("This company is not registered for the event."))
    absent = {"suppliers": {who[0]: lost}} if who[0] is not None else {"buyers": {who[1]: lost}}
    changed = with_absences(standing.instance, **absent)
    return standing, today, replan(today, changed, seconds=seconds, max_moves=max_moves), lost


def _apply(event: Event, standing, today: Plan, mended: Plan, lost: list[int]) -> Mended:
    """Write the difference; freed slots first, then moves and additions."""
    before = {row[:2]: row[2:] for row in today.meetings}
    after = {row[:2]: row[2:] for row in mended.meetings}
    interpreter_of = {(s, b): standing.interpreters[who] for s, b, who in mended.interpreted}

    def keys(pair: tuple[int, int]) -> dict[str, int]:
        return {"supplier_id": standing.suppliers[pair[0]], "buyer_id": standing.buyers[pair[1]]}

    rows = Meeting.objects.of(event).active().for_agenda()
    active = {(m.supplier_id, m.buyer_id): m for m in rows}
    standing_at = {(s, b): active[standing.suppliers[s], standing.buyers[b]] for s, b in before}
    gone = [standing_at[pair] for pair in before if pair not in after]
    moved_pairs = [
        pair
        for pair in before
        if pair in after and after[pair] != before[pair] and standing_at[pair].status == Meeting.Status.PLANNED
    ]
    for meeting in gone:
        meeting.status, meeting.locked = Meeting.Status.CANCELLED, False
        meeting.why_cancelled = gettext_noop("A company cannot come at this time.")
        meeting.sequence += 1
        meeting.save(update_fields=["status", "locked", "why_cancelled", "sequence", "updated_at"])
    Meeting.objects.filter(pk__in=[standing_at[pair].pk for pair in moved_pairs]).update(status="cancelled")
    for pair in moved_pairs:
        meeting = standing_at[pair]
        slot, table = after[pair]
        meeting.starts_at, meeting.table = standing.slots[slot], table + 1
        meeting.interpreter_id, meeting.status = interpreter_of.get(pair), Meeting.Status.PLANNED
        meeting.sequence += 1
        meeting.save(update_fields=["starts_at", "table", "interpreter", "status", "sequence", "updated_at"])
    added = []
    for pair in after.keys() - before.keys():
        slot, table = after[pair]
        added.append(
            Meeting.objects.create(
                event=event,
                **keys(pair),
                starts_at=standing.slots[slot],
                table=table + 1,
                interpreter_id=interpreter_of.get(pair),
            )
        )
    for meeting in (*gone, *(standing_at[pair] for pair in moved_pairs), *added):
        notices.meeting_changed(meeting, to=[meeting.supplier, meeting.buyer])
    return Mended(cancelled=len(gone), added=len(added), moved=len(moved_pairs))
