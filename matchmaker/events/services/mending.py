"""A plan mended on the day: companies that do not come, or come late, are planned around."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.events.models import BulkChange, Event, EventParticipation, Meeting
from matchmaker.events.scheduling import Plan, replan, with_absences
from matchmaker.events.services import notices
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.meetings import free_slots, lock_companies
from matchmaker.events.services.publishing import Change, Target, fingerprint_of, write_meetings
from matchmaker.events.services.snapshot import Snapshot
from matchmaker.events.services.taking_back import Step, reversible

CANNOT_COME = gettext_noop("A company cannot come at this time.")  # why meetings are called off here


@dataclass(frozen=True, slots=True)
class RepairResult:
    """What re-planning did: meetings cancelled, added, and moved (none of those that could stay)."""

    cancelled: int
    added: int
    moved: int


@transaction.atomic
def mend_plan(
    *,
    by: User,
    event: Event,
    companies: Sequence[Company],
    until: dt.datetime | None = None,
    max_moves: int = 0,
    seconds: float = 1.0,
    expected: str = "",
) -> RepairResult:
    """Re-plan because companies do not come (`until` None) or come late (free from `until` on).

    Only slots still to come change. Every meeting that is still possible keeps its slot and table; freed slots are
    filled with wishes that had found none. With `max_moves` up to four, others may be moved for that. The companies
    are marked as absent, so that nothing is planned for them until `mark_present`. `expected` is the `fingerprint` of
    the preview that the organiser has seen. Letters leave after ten minutes, or at once where a meeting begins soon.

    Raises:
        Refused: a company is not registered, or the change is another one than was expected.
    """
    require_organiser(by, event.campaign)
    event = Event.objects.select_for_update().get(pk=event.pk)
    lock_companies(event)
    standing, today, mended, lost = _replan(event, companies, until, max_moves, seconds)
    preview = _preview(standing, today, mended)
    if expected and preview.fingerprint != expected:
        raise Refused("plan_changed", _("The meetings have changed since you looked. Look at the changes again."))
    with reversible(by=by, event=event, kind=BulkChange.Kind.MEND) as step:
        step.leave_at = preview.leave_at
        for row in event.participations.filter(company__in=companies):
            row.absent = sorted({*row.absent, *(standing.slots[place].isoformat() for place in lost)})
            row.save(update_fields=["absent"])
        result = _write_mended(event, standing, today, mended, step)
    facts = {"cancelled": result.cancelled, "added": result.added, "moved": result.moved}
    who = [str(company.uid) for company in companies]
    record(by=by, verb="mend_plan", on=event, organisation=event.campaign, facts={**facts, "companies": who})
    return result


@transaction.atomic
def mark_present(*, by: User, participation: EventParticipation) -> EventParticipation:
    """A company marked as absent is there after all: from now on it can be given meetings again.

    No letter leaves; for ten minutes it can be taken back with `take_back`.
    """
    require_organiser(by, participation.event.campaign)
    now = timezone.now()
    with reversible(by=by, event=participation.event, kind=BulkChange.Kind.PRESENT) as step:
        step.leave_at = now + notices.TAKE_BACK
        participation.absent = [text for text in participation.absent if dt.datetime.fromisoformat(text) <= now]
        participation.save(update_fields=["absent"])
    record(by=by, verb="mark_present", on=participation, organisation=participation.event.campaign)
    return participation


def to_hold_again(participation: EventParticipation) -> list[Meeting]:
    """Meetings of a company that were called off because a company could not come, and could be held after all.

    They are still to come, both sides are free then, a table is empty, and the two have no other meeting; by time.
    """
    event, now = participation.event, timezone.now()
    rows = Meeting.objects.of(event).of_company(participation.company)
    called_off = rows.filter(status=Meeting.Status.CANCELLED, why_cancelled=CANNOT_COME, starts_at__gt=now)
    parts = {row.company_id: row for row in event.participations.registered()}
    chosen: dict[tuple[int, int], Meeting] = {}
    for meeting in called_off.for_agenda().order_by("starts_at", "-pk"):
        pair = (meeting.supplier_id, meeting.buyer_id)
        if (
            pair in chosen
            or not all(key in parts for key in pair)
            or rows.active().filter(supplier=pair[0], buyer=pair[1])
        ):
            continue
        if meeting.starts_at in free_slots(event, parts[pair[0]], parts[pair[1]], after=now, count=500):
            chosen[pair] = meeting
    return list(chosen.values())


@dataclass(frozen=True, slots=True)
class MendPreview:
    """What `mend_plan` would do; `fingerprint` tells whether it still would."""

    cancelled: tuple[Change, ...]
    added: tuple[Change, ...]
    moved: tuple[Change, ...]

    @property
    def all(self) -> tuple[Change, ...]:
        return (*self.cancelled, *self.added, *self.moved)

    @property
    def leave_at(self) -> dt.datetime | None:
        """When its letters would leave; None for at once, and then it cannot be taken back."""
        return notices.letters_leave_at(when for one in self.all for when in (one.before, one.after) if when)

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.all)


def preview_mend(
    *, by: User, event: Event, companies: Sequence[Company], until: dt.datetime | None = None, max_moves: int = 0
) -> MendPreview:
    """What would change if the companies did not come, or came late. Changes nothing."""
    require_organiser(by, event.campaign)
    standing, today, mended, _lost = _replan(event, companies, until, max_moves, 1.0)
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
    return MendPreview(
        cancelled=tuple(one for one in changes if one.after is None),
        added=tuple(one for one in changes if one.before is None),
        moved=tuple(one for one in changes if one.before is not None and one.after is not None),
    )


def _replan(
    event: Event, companies: Sequence[Company], until: dt.datetime | None, max_moves: int, seconds: float
) -> tuple[Snapshot, Plan, Plan, list[int]]:
    """The event as it is, its meetings, the mended plan, and the slots in which the companies are away."""
    standing, today = snapshots.of_meetings(event)
    now = timezone.now()
    lost = [place for place, slot in enumerate(standing.slots) if slot > now and (until is None or slot < until)]
    absent: dict[str, dict[int, list[int]]] = {"suppliers": {}, "buyers": {}}
    for company in companies:
        if company.pk in standing.supplier_at:
            absent["suppliers"][standing.supplier_at[company.pk]] = lost
        elif company.pk in standing.buyer_at:
            absent["buyers"][standing.buyer_at[company.pk]] = lost
        else:
            raise Refused("not_registered", _("This company is not registered for the event."))
    changed = with_absences(standing.instance, **absent)
    mended = replan(today, changed, seconds=seconds, max_moves=max_moves)
    return standing, today, _at_their_tables(today, mended), lost


def _at_their_tables(today: Plan, mended: Plan) -> Plan:
    """The mended plan with the tables of today for all that keep their slot.

    Slots that have begun or are closed offer no tables to the planner, so it does not know where people sit there.
    """
    table_of = {row[:3]: row[3] for row in today.meetings}
    rows = tuple((s, b, slot, table_of.get((s, b, slot), table)) for s, b, slot, table in mended.meetings)
    return replace(mended, meetings=rows)


def _write_mended(event: Event, standing: Snapshot, today: Plan, mended: Plan, step: Step) -> RepairResult:
    """Write the difference between the plans, and the letters about it."""
    before = {row[:2]: row[2:] for row in today.meetings}
    after = {row[:2]: row[2:] for row in mended.meetings}
    interpreter_of = {(s, b): standing.interpreters[who] for s, b, who in mended.interpreted}
    rows = Meeting.objects.of(event).active().for_agenda()
    active = {(m.supplier_id, m.buyer_id): m for m in rows}
    meeting_of = {(s, b): active[standing.suppliers[s], standing.buyers[b]] for s, b in before}
    gone, moved, new = [], [], {}
    for pair, meeting in meeting_of.items():
        if pair not in after:
            gone.append(meeting)
        elif after[pair] != before[pair] and meeting.status == Meeting.Status.PLANNED:
            slot, table = after[pair]
            at = (standing.slots[slot], table + 1, interpreter_of.get(pair))
            moved.append((meeting, Target(*at, meeting.locked, meeting.plan_id)))
    for pair in after.keys() - before.keys():
        slot, table = after[pair]
        companies = (standing.suppliers[pair[0]], standing.buyers[pair[1]])
        new[companies] = Target(standing.slots[slot], table + 1, interpreter_of.get(pair))
    added = write_meetings(event, gone=gone, moved=moved, new=new, why=CANNOT_COME)
    for meeting in (*gone, *(meeting for meeting, _target in moved), *added):
        notices.notify_meeting_change(meeting, to=[meeting.supplier, meeting.buyer], at=step.leave_at)
        step.letters.append(notices.changed_key(meeting))
    return RepairResult(cancelled=len(gone), added=len(added), moved=len(moved))
