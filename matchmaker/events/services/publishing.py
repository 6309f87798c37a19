"""A draft becomes everybody's agenda, in one step or not at all."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.core.problems import Refused
from matchmaker.events.models import BulkChange, Event, Meeting, MeetingRequest, PlanDraft
from matchmaker.events.services import notices
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.meetings import lock_companies, meets_twice
from matchmaker.events.services.participations import away_slots
from matchmaker.events.services.taking_back import call_off, reversible, to_call_off
from matchmaker.events.services.wishes import never_pairs


@dataclass(frozen=True, slots=True)
class PublicationResult:
    """How many meetings are new, moved, the same and called off; `left_out` are those no longer possible."""

    new: int
    moved: int
    same: int
    cancelled: int
    left_out: int
    told: int


@transaction.atomic
def publish_plan(*, by: User, draft: PlanDraft, expected: str = "") -> PublicationResult:
    """Make the draft the agenda: earlier planned meetings that are not locked give way to it.

    A pair that meets in both keeps its meeting, so that calendars move the entry instead of doubling it. Meetings of
    companies that withdrew, are away then or said never since the draft was computed are left out. People whose agenda
    changed receive one notice; `take_back` is possible until it leaves, after ten minutes, or sooner where a meeting
    begins soon (`notices.letters_leave_at`). `expected` is the `fingerprint` of the preview that the organiser has
    seen.

    Raises:
        Refused: not a draft, it clashes with what was locked or booked meanwhile (compute it anew), or the change is
            another one than was expected.
    """
    event = Event.objects.select_for_update().get(pk=draft.event_id)
    require_organiser(by, event.campaign)
    _may_publish(event, draft)
    lock_companies(event)
    with reversible(by=by, event=event, kind=BulkChange.Kind.PUBLISH) as step:
        PlanDraft.objects.filter(event=event, state=PlanDraft.State.PUBLISHED).exclude(pk=draft.pk).update(
            state=PlanDraft.State.REPLACED
        )
        turned = PlanDraft.objects.filter(pk=draft.pk, state=PlanDraft.State.READY)
        if not turned.update(state=PlanDraft.State.PUBLISHED, published_at=timezone.now()):
            raise Refused("plan_state", _("Only a draft can be published."))
        draft = PlanDraft.objects.select_related("event").get(pk=draft.pk)
        changes = _changes(event, draft)
        if expected and changes.fingerprint != expected:
            raise Refused("plan_changed", _("The meetings have changed since you looked. Look at the changes again."))
        step.leave_at = changes.leave_at
        step.letters.append(notices.published_key(draft))
        try:
            with transaction.atomic():
                why = gettext_noop("A new plan was published.")
                write_meetings(event, gone=changes.gone, moved=changes.moved, new=changes.new, why=why)
                Meeting.objects.filter(pk__in=[meeting.pk for meeting in changes.same]).update(plan=draft)
                if meets_twice(event):
                    raise IntegrityError
                _settle_requests(event, changes.pairs)
        except IntegrityError:
            raise Refused(
                "plan_clashes",
                _(
                    "A meeting was booked or locked since this draft was computed. Compute the plan again, then "
                    "publish."
                ),
            ) from None
        count = _tell(draft, changes.touched, step.leave_at)
    counts = {**changes.counts, "told": count}
    record(by=by, verb="publish_plan", on=draft, organisation=event.campaign, facts=counts)
    return PublicationResult(**counts)


def _may_publish(event: Event, draft: PlanDraft) -> None:
    if event.status == Event.Status.CANCELLED:
        raise Refused("event_cancelled", _("This event is cancelled."))
    if draft.state != PlanDraft.State.READY:
        raise Refused("plan_state", _("Only a draft can be published."))


def preview_publish(*, by: User, draft: PlanDraft) -> "Changes":
    """What publishing the draft would change now. Changes nothing."""
    event = draft.event
    require_organiser(by, event.campaign)
    _may_publish(event, draft)
    return _changes(event, draft)


@transaction.atomic
def withdraw_plan(*, by: User, draft: PlanDraft) -> int:
    """Call off the meetings of the published plan that are still to come; it is a draft again.

    Locked meetings stay, and those booked by hand or on request. Returns how many people get a notice; `take_back`
    is possible until the letters leave: after ten minutes, or sooner where a meeting begins soon.
    """
    event = Event.objects.select_for_update().get(pk=draft.event_id)
    require_organiser(by, event.campaign)
    with reversible(by=by, event=event, kind=BulkChange.Kind.WITHDRAW) as step:
        turned = PlanDraft.objects.filter(pk=draft.pk, state=PlanDraft.State.PUBLISHED)
        if not turned.update(state=PlanDraft.State.READY, published_at=None):
            raise Refused("plan_state", _("Only a published plan can be withdrawn."))
        meetings = to_withdraw(draft)
        count = call_off(event, meetings, why=gettext_noop("The plan was withdrawn."), step=step)
    record(by=by, verb="withdraw_plan", on=draft, organisation=event.campaign, facts={"told": count})
    return count


def to_withdraw(draft: PlanDraft) -> QuerySet[Meeting]:
    return to_call_off(draft.event, plan=draft, locked=False, starts_at__gt=timezone.now())


@dataclass(frozen=True, slots=True)
class Change:
    """One meeting as it is (`before`) and as it would be (`after`); None where it is not there."""

    supplier_id: int
    buyer_id: int
    before: dt.datetime | None
    after: dt.datetime | None


def fingerprint_of(changes: Iterable[Change]) -> str:
    text = "|".join(sorted(f"{one.supplier_id} {one.buyer_id} {one.before} {one.after}" for one in changes))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a plan puts a pair."""

    starts_at: dt.datetime
    table: int
    interpreter_id: int | None
    locked: bool = False
    plan_id: int | None = None

    def is_met_by(self, meeting: Meeting) -> bool:
        at = (meeting.starts_at, meeting.table, meeting.interpreter_id)
        return at == (self.starts_at, self.table, self.interpreter_id)


@dataclass(frozen=True, slots=True)
class Changes:
    """What publishing a draft does to the agenda; `stay` are pairs whose meeting is not the plan's to change."""

    new: dict[tuple[int, int], Target]
    moved: list[tuple[Meeting, Target]]
    same: list[Meeting]
    gone: list[Meeting]
    stay: set[tuple[int, int]]
    left_out: int

    @property
    def rows(self) -> list[Change]:
        """Called off first, then moved, then new, each by time."""
        rows = [Change(one.supplier_id, one.buyer_id, one.starts_at, None) for one in self.gone]
        rows += [Change(one.supplier_id, one.buyer_id, one.starts_at, to.starts_at) for one, to in self.moved]
        return rows + [Change(*pair, None, to.starts_at) for pair, to in self.new.items()]

    @property
    def touched(self) -> set[int]:
        return {key for one in self.rows for key in (one.supplier_id, one.buyer_id)}

    @property
    def times(self) -> set[dt.datetime]:
        return {when for one in self.rows for when in (one.before, one.after) if when is not None}

    @property
    def leave_at(self) -> dt.datetime | None:
        """When its letters would leave; None for at once, and then it cannot be taken back."""
        return notices.letters_leave_at(self.times)

    @property
    def pairs(self) -> set[tuple[int, int]]:
        """All that meet afterwards."""
        meet = [*(one for one, _to in self.moved), *self.same]
        return {*self.new, *((one.supplier_id, one.buyer_id) for one in meet)} | self.stay

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "moved": len(self.moved),
            "same": len(self.same),
            "cancelled": len(self.gone),
            "left_out": self.left_out,
        }

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.rows)


def _changes(event: Event, draft: PlanDraft) -> Changes:
    standing_now = {(m.supplier_id, m.buyer_id): m for m in Meeting.objects.of(event).active()}
    now = timezone.now()
    stay = {
        pair for pair, m in standing_now.items() if m.locked or m.status != Meeting.Status.PLANNED or m.starts_at <= now
    }
    wanted, left_out = _targets(event, draft, stay)
    new, moved, same = {}, [], []
    for pair, target in wanted.items():
        meeting = standing_now.get(pair)
        if meeting is None:
            new[pair] = target
        elif target.is_met_by(meeting):
            same.append(meeting)
        else:
            moved.append((meeting, target))
    cancelled = [m for pair, m in standing_now.items() if pair not in wanted and pair not in stay]
    return Changes(new, moved, same, cancelled, stay, left_out)


def _targets(event: Event, draft: PlanDraft, stay: set[tuple[int, int]]) -> tuple[dict[tuple[int, int], Target], int]:
    """Where the draft puts each pair, and how many of its meetings are no longer possible."""
    standing, drawn = snapshots.of_draft(draft)
    offered = set(event.slots())
    if any(standing.slots[slot] not in offered or table >= event.tables for _s, _b, slot, table in drawn.meetings):
        raise Refused(
            "what_if",
            _("This draft uses times or tables the event does not have. Change the event, then compute again."),
        )
    away = {row.company_id: away_slots(row) for row in event.participations.registered()}
    barred = never_pairs(event)
    interpreter_of = {(s, b): standing.interpreters[who] for s, b, who in drawn.interpreted}
    known_interpreters = set(event.interpreters.values_list("pk", flat=True))
    locked = {tuple(pair) for pair in draft.locked}
    wanted, left_out = {}, 0
    for s, b, slot, table in drawn.meetings:
        pair = (standing.suppliers[s], standing.buyers[b])
        if pair in stay:
            continue
        when = standing.slots[slot]
        possible = all(key in away and when not in away[key] for key in pair)
        if not possible or pair in barred:
            left_out += 1
            continue
        who = interpreter_of.get((s, b))
        known = who if who in known_interpreters else None
        wanted[pair] = Target(when, table + 1, known, (s, b) in locked, draft.pk)
    return _without_closed_tables(event, wanted), left_out


def _without_closed_tables(event: Event, wanted: dict[tuple[int, int], Target]) -> dict[tuple[int, int], Target]:
    """The targets with open tables in place of closed ones: a plan only counts the tables of a slot."""
    if not event.closed_tables:
        return wanted
    taken: dict[dt.datetime, set[int]] = {}
    for target in wanted.values():
        taken.setdefault(target.starts_at, set()).add(target.table)
    for when, table in Meeting.objects.of(event).active().filter(locked=True).values_list("starts_at", "table"):
        taken.setdefault(when, set()).add(table)
    seated = {}
    for pair, target in wanted.items():
        usable, used = event.open_tables(target.starts_at), taken[target.starts_at]
        if target.table not in usable and (free := next((one for one in usable if one not in used), None)):
            used.add(free)
            target = replace(target, table=free)
        seated[pair] = target
    return seated


def write_meetings(
    event: Event,
    *,
    gone: Sequence[Meeting],
    moved: Sequence[tuple[Meeting, Target]],
    new: Mapping[tuple[int, int], Target],
    why: str,
) -> list[Meeting]:
    """Change the agenda; returns the new meetings. `why` the others are gone is for their companies.

    Every slot that is given up is free before any is taken: the constraints look at each row by itself.
    """
    now = timezone.now()
    for meeting in gone:
        meeting.status, meeting.locked, meeting.why_cancelled = Meeting.Status.CANCELLED, False, why
        meeting.sequence += 1
        meeting.updated_at = now
    for meeting, target in moved:
        _put(meeting, target)
        meeting.sequence += 1
    added = []
    for pair, target in new.items():
        meeting = Meeting(event=event, supplier_id=pair[0], buyer_id=pair[1])
        _put(meeting, target)
        added.append(meeting)
    aside = Meeting.objects.filter(pk__in=[meeting.pk for meeting, _target in moved])
    of_gone = ["status", "locked", "why_cancelled", "sequence", "updated_at"]
    Meeting.objects.bulk_update(gone, of_gone, batch_size=200)
    aside.update(status=Meeting.Status.CANCELLED)
    of_moved = ["starts_at", "table", "interpreter", "locked", "plan", "sequence"]
    Meeting.objects.bulk_update([meeting for meeting, _target in moved], of_moved, batch_size=200)
    aside.update(status=Meeting.Status.PLANNED, updated_at=now)
    return Meeting.objects.bulk_create(added, batch_size=500)


def _put(meeting: Meeting, target: Target) -> None:
    meeting.starts_at, meeting.table = target.starts_at, target.table
    meeting.interpreter_id, meeting.locked, meeting.plan_id = target.interpreter_id, target.locked, target.plan_id


def _settle_requests(event: Event, pairs: set[tuple[int, int]]) -> None:
    """Who asked for a meeting and has one now need not be answered any more; a time that suits worse can be moved."""
    met = [
        request.pk
        for request in MeetingRequest.objects.pending().filter(event=event)
        if pairs & {(request.company_id, request.other_id), (request.other_id, request.company_id)}
    ]
    MeetingRequest.objects.filter(pk__in=met).update(status=MeetingRequest.Status.ACCEPTED, answered_at=timezone.now())


def _tell(draft: PlanDraft, touched: set[int], at: dt.datetime | None) -> int:
    planned = Meeting.objects.of(draft.event).active()
    counts: dict[int, int] = {}
    for pair in planned.values_list("supplier", "buyer"):
        for key in pair:
            counts[key] = counts.get(key, 0) + 1
    return notices.notify_plan(draft, {company: counts.get(company, 0) for company in touched}, at=at)
