"""A plan mended on the day: companies or interpreters that do not come, and closed tables, are planned around."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.engines.planning import Instance, Plan, keep_interpreters, replan, with_absences
from matchmaker.events.models import BulkChange, Event, EventParticipation, Interpreter, Meeting
from matchmaker.events.services import notices
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.meetings import free_slots, lock_companies
from matchmaker.events.services.open_slots import open_slots
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


@dataclass(frozen=True, slots=True)
class Loss:
    """What an event has to do without from `since` (None: now) until `until` (None: its end).

    Companies do not come, an interpreter does not come, or tables, by their numbers, are closed.
    """

    companies: Sequence[Company] = ()
    interpreter: Interpreter | None = None
    tables: tuple[int, ...] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def kind(self) -> BulkChange.Kind:
        if self.interpreter is not None:
            return BulkChange.Kind.INTERPRET
        return BulkChange.Kind.TABLES if self.tables else BulkChange.Kind.MEND

    def includes(self, slot: dt.datetime) -> bool:
        return (self.since is None or slot >= self.since) and (self.until is None or slot < self.until)


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
    """`mend_loss` for companies that do not come (`until` None) or come late (free from `until` on)."""
    loss = Loss(companies=companies, until=until)
    return mend_loss(by=by, event=event, loss=loss, max_moves=max_moves, seconds=seconds, expected=expected)


@transaction.atomic
def mend_loss(
    *, by: User, event: Event, loss: Loss, max_moves: int = 0, seconds: float = 1.0, expected: str = ""
) -> RepairResult:
    """Change the plan around what the event has to do without.

    Only slots still to come change. Every meeting that is still possible keeps its slot, and its table and interpreter
    where these are still there; freed slots are filled with wishes that had found none. With `max_moves` up to four,
    others may be moved for that. What is missing is noted, so that nothing is planned with it. `expected` is the
    `fingerprint` of the preview that the organiser has seen. Letters leave after ten minutes, or at once where a
    meeting begins soon.

    Raises:
        Refused: a company is not registered, a table does not exist, or the change is another one than was expected.
    """
    require_organiser(by, event.campaign)
    event = Event.objects.select_for_update().get(pk=event.pk)
    lock_companies(event)
    standing, today, mended, lost = _replan(event, loss, max_moves, seconds)
    preview = _preview(standing, today, mended)
    if expected and preview.fingerprint != expected:
        raise Refused("plan_changed", _("The meetings have changed since you looked. Look at the changes again."))
    with reversible(by=by, event=event, kind=loss.kind) as step:
        step.leave_at = preview.leave_at
        _note_loss(event, loss, [standing.slots[place].isoformat() for place in lost])
        result = _write_mended(event, standing, today, mended, step)
    facts: dict[str, Any] = {"cancelled": result.cancelled, "added": result.added, "moved": result.moved}
    facts |= {"companies": [str(company.uid) for company in loss.companies]} if loss.companies else {}
    facts |= {"interpreter": str(loss.interpreter.uid)} if loss.interpreter else {}
    facts |= {"tables": list(loss.tables)} if loss.tables else {}
    record(by=by, verb="mend_plan", on=event, organisation=event.campaign, facts=facts)
    return result


def _note_loss(event: Event, loss: Loss, lost: Sequence[str]) -> None:
    """Mark what is missing in these slots, so that no later plan and no booking counts on it."""
    for row in event.participations.filter(company__in=loss.companies):
        row.absent = sorted({*row.absent, *lost})
        row.save(update_fields=["absent"])
    if loss.interpreter is not None:
        interpreter = event.interpreters.select_for_update().get(pk=loss.interpreter.pk)
        interpreter.away = sorted({*interpreter.away, *lost})
        interpreter.save(update_fields=["away"])
    if loss.tables:
        since, until = (loss.since or timezone.now()).isoformat(), loss.until and loss.until.isoformat()
        event.closed_tables = [*event.closed_tables, {"tables": sorted(loss.tables), "from": since, "until": until}]
        event.save(update_fields=["closed_tables"])


@transaction.atomic
def open_tables_again(*, by: User, event: Event) -> Event:
    """All tables can be used again from now on. Meetings that were moved stay where they are."""
    require_organiser(by, event.campaign)
    event = Event.objects.select_for_update().get(pk=event.pk)
    event.closed_tables = []
    event.save(update_fields=["closed_tables"])
    record(by=by, verb="open_tables_again", on=event, organisation=event.campaign)
    return event


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
class SeatChange:
    """A meeting that keeps its time and gets another table or interpreter (the key; None: none)."""

    supplier_id: int
    buyer_id: int
    starts_at: dt.datetime
    tables: tuple[int, int]  # before and after, counted from 1
    interpreters: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class MendPreview:
    """What `mend_plan` would do; `fingerprint` tells whether it still would."""

    cancelled: tuple[Change, ...]
    added: tuple[Change, ...]
    moved: tuple[Change, ...]
    seats: tuple[SeatChange, ...] = ()

    @property
    def all(self) -> tuple[Change, ...]:
        return (*self.cancelled, *self.added, *self.moved)

    @property
    def companies(self) -> set[int]:
        """All whose agenda changes; another interpreter alone is no change of theirs."""
        seats = [one for one in self.seats if one.tables[0] != one.tables[1]]
        return {key for one in (*self.all, *seats) for key in (one.supplier_id, one.buyer_id)}

    @property
    def leave_at(self) -> dt.datetime | None:
        """When its letters would leave; None for at once, and then it cannot be taken back."""
        times = {when for one in self.all for when in (one.before, one.after) if when}
        return notices.letters_leave_at(times | {one.starts_at for one in self.seats})

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.all) + hashlib.sha256(repr(self.seats).encode()).hexdigest()


def preview_mend(
    *, by: User, event: Event, companies: Sequence[Company], until: dt.datetime | None = None, max_moves: int = 0
) -> MendPreview:
    """What would change if the companies did not come, or came late. Changes nothing."""
    return preview_loss(by=by, event=event, loss=Loss(companies=companies, until=until), max_moves=max_moves)


def preview_loss(*, by: User, event: Event, loss: Loss, max_moves: int = 0) -> MendPreview:
    """What `mend_loss` would change. Changes nothing."""
    require_organiser(by, event.campaign)
    standing, today, mended, _lost = _replan(event, loss, max_moves, 1.0)
    return _preview(standing, today, mended)


def _preview(standing: Snapshot, today: Plan, mended: Plan) -> MendPreview:
    before = {row[:2]: row[2:] for row in today.meetings}
    after = {row[:2]: row[2:] for row in mended.meetings}
    beside = [{(s, b): standing.interpreters[who] for s, b, who in plan.interpreted} for plan in (today, mended)]

    def change(pair: tuple[int, int]) -> Change:
        was, becomes = before.get(pair), after.get(pair)
        return Change(
            standing.suppliers[pair[0]],
            standing.buyers[pair[1]],
            None if was is None else standing.slots[was[0]],
            None if becomes is None else standing.slots[becomes[0]],
        )

    pairs = sorted(before.keys() | after.keys())
    changes = [change(pair) for pair in pairs if before.get(pair, (None,))[0] != after.get(pair, (None,))[0]]
    seats = []
    for pair in sorted(before.keys() & after.keys()):
        (slot, table), (later, other) = before[pair], after[pair]
        interpreters = (beside[0].get(pair), beside[1].get(pair))
        if slot == later and (table != other or interpreters[0] != interpreters[1]):
            at, companies = standing.slots[slot], (standing.suppliers[pair[0]], standing.buyers[pair[1]])
            seats.append(SeatChange(*companies, at, (table + 1, other + 1), interpreters))
    return MendPreview(
        cancelled=tuple(one for one in changes if one.after is None),
        added=tuple(one for one in changes if one.before is None),
        moved=tuple(one for one in changes if one.before is not None and one.after is not None),
        seats=tuple(seats),
    )


def _replan(event: Event, loss: Loss, max_moves: int, seconds: float) -> tuple[Snapshot, Plan, Plan, list[int]]:
    """The event as it is, its meetings, the mended plan, and the slots that are concerned."""
    standing, today = snapshots.of_meetings(event)
    now = timezone.now()
    lost = [place for place, slot in enumerate(standing.slots) if slot > now and loss.includes(slot)]
    changed = with_absences(standing.instance, **_absences(standing, loss.companies, lost))
    if loss.interpreter is not None:
        changed = _without_interpreter(standing, changed, loss.interpreter, lost)
    seats = {place: event.closed_at(standing.slots[place]) for place, slot in enumerate(standing.slots) if slot > now}
    if loss.tables:
        if not set(loss.tables) <= set(range(1, event.tables + 1)):
            raise Refused("no_such_table", _("Choose tables of this event."), field="tables", status=400)
        seats |= {place: seats[place] | set(loss.tables) for place in lost}
    closed = {place: tables for place, tables in seats.items() if tables}
    offered = set(open_slots(event))
    shut = {place for place in closed if standing.slots[place] not in offered}
    seated, changed, order = _reseat(event, today, changed, closed, shut)
    mended = replan(seated, changed, seconds=seconds, max_moves=max_moves)
    mended = keep_interpreters(today, _at_their_tables(event, seated, mended))
    return standing, today, _renumber(mended, order), lost


def _absences(standing: Snapshot, companies: Sequence[Company], lost: list[int]) -> dict[str, dict[int, list[int]]]:
    absent: dict[str, dict[int, list[int]]] = {"suppliers": {}, "buyers": {}}
    for company in companies:
        if company.pk in standing.supplier_at:
            absent["suppliers"][standing.supplier_at[company.pk]] = lost
        elif company.pk in standing.buyer_at:
            absent["buyers"][standing.buyer_at[company.pk]] = lost
        else:
            raise Refused("not_registered", _("This company is not registered for the event."))
    return absent


def _without_interpreter(standing: Snapshot, instance: Instance, row: Interpreter, lost: list[int]) -> Instance:
    at = standing.interpreters.index(row.pk)
    people = list(instance.interpreters)
    people[at] = replace(people[at], off=tuple(sorted({*people[at].off, *lost})))
    return instance.changed(interpreters=tuple(people))


def _seat(
    meetings: Sequence[tuple[int, int, int, int]], open_tables: Sequence[int], behind: int
) -> list[tuple[int, int, int, int]]:
    """The meetings of one slot at its open tables, in this order; those without one stand from `behind` on."""
    place_of = {table: place for place, table in enumerate(open_tables)}
    taken = {row[3] for row in meetings}
    free = [place for table, place in place_of.items() if table not in taken]
    seated = []
    for s, b, slot, table in meetings:
        if table in place_of:
            place = place_of[table]
        elif free:
            place = free.pop(0)
        else:
            place, behind = behind, behind + 1
        seated.append((s, b, slot, place))
    return seated


def _reseat(
    event: Event, today: Plan, instance: Instance, closed: Mapping[int, set[int]], shut: Collection[int]
) -> tuple[Plan, Instance, dict[int, list[int]]]:
    """Where tables are closed: who sits at one takes the next free open table in the same slot.

    The scheduler knows only how many tables a slot has, the first ones. So the open tables of such a slot are numbered
    through, the third value names them (from 0), and meetings for which none is left stand behind the last one: the
    scheduler finds them another time. In `shut` slots nothing is added, as before.
    """
    if not closed:
        return today, instance, {}
    order = {slot: [n for n in range(event.tables) if n + 1 not in tables] for slot, tables in closed.items()}
    rows, without = [], set()
    for slot in sorted({row[2] for row in today.meetings}):
        here = [row for row in today.meetings if row[2] == slot]
        if slot not in order:
            rows += here
            continue
        heaviest_first = sorted(here, key=lambda row: -_weight(instance, row))
        seated = _seat(heaviest_first, order[slot], event.tables + len(without))
        without |= {(s, b, slot) for s, b, _slot, place in seated if place >= event.tables}
        rows += seated
    tables = list(instance.tables)
    for slot, open_tables in order.items():
        booked = sum(row[2] == slot for row in instance.fixed if row not in without)
        tables[slot] = booked if slot in shut else len(open_tables)
    fixed = tuple(row for row in instance.fixed if row not in without)
    return replace(today, meetings=tuple(rows)), instance.changed(tables=tuple(tables), fixed=fixed), order


def _weight(instance: Instance, row: Sequence[int]) -> int:
    return int(instance.edges[instance.edge_of[row[0], row[1]], 2])


def _renumber(mended: Plan, order: Mapping[int, list[int]]) -> Plan:
    """The tables as they stand in the hall, in place of their numbers among the open ones."""
    rows = [
        (s, b, slot, order[slot][table] if slot in order and table < len(order[slot]) else table)
        for s, b, slot, table in mended.meetings
    ]
    return replace(mended, meetings=tuple(rows))


def _at_their_tables(event: Event, today: Plan, mended: Plan) -> Plan:
    """The mended plan with the tables of today for all that keep their slot.

    Slots that have begun or are closed offer no tables to the planner, so it does not know where people sit there.
    """
    table_of = {row[:3]: row[3] for row in today.meetings if row[3] < event.tables}
    rows = tuple((s, b, slot, table_of.get((s, b, slot), table)) for s, b, slot, table in mended.meetings)
    return replace(mended, meetings=rows)


def _write_mended(event: Event, standing: Snapshot, today: Plan, mended: Plan, step: Step) -> RepairResult:
    """Write the difference between the plans, and the letters about it; another interpreter alone is no letter."""
    before = {row[:2]: row[2:] for row in today.meetings}
    beside = {(s, b): standing.interpreters[who] for s, b, who in today.interpreted}
    after = {row[:2]: row[2:] for row in mended.meetings}
    interpreter_of = {(s, b): standing.interpreters[who] for s, b, who in mended.interpreted}
    rows = Meeting.objects.of(event).active().for_agenda()
    active = {(m.supplier_id, m.buyer_id): m for m in rows}
    meeting_of = {(s, b): active[standing.suppliers[s], standing.buyers[b]] for s, b in before}
    place_of = {meeting.pk: pair for pair, meeting in meeting_of.items()}
    gone, moved, new = [], [], {}
    for pair, meeting in meeting_of.items():
        if pair not in after:
            gone.append(meeting)
        elif meeting.status == Meeting.Status.PLANNED and (
            after[pair] != before[pair] or beside.get(pair) != interpreter_of.get(pair)
        ):
            slot, table = after[pair]
            at = (standing.slots[slot], table + 1, interpreter_of.get(pair))
            moved.append((meeting, Target(*at, meeting.locked, meeting.plan_id)))
    for pair in after.keys() - before.keys():
        slot, table = after[pair]
        companies = (standing.suppliers[pair[0]], standing.buyers[pair[1]])
        new[companies] = Target(standing.slots[slot], table + 1, interpreter_of.get(pair))
    added = write_meetings(event, gone=gone, moved=moved, new=new, why=CANNOT_COME)
    at_another_place = [m for m, _target in moved if after[place_of[m.pk]] != before[place_of[m.pk]]]
    for meeting in (*gone, *at_another_place, *added):
        notices.notify_meeting_change(meeting, to=[meeting.supplier, meeting.buyer], at=step.leave_at)
        step.letters.append(notices.changed_key(meeting))
    return RepairResult(cancelled=len(gone), added=len(added), moved=len(moved))
