"""Take back a step that changed many meetings, while its letters have not left."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.core.problems import Refused
from matchmaker.events.models import (
    BulkChange,
    Event,
    EventParticipation,
    Interpreter,
    Meeting,
    MeetingMove,
    MeetingRequest,
    PlanDraft,
)
from matchmaker.events.services import notices
from matchmaker.events.services.meetings import lock_companies, meets_twice
from matchmaker.notifications.services import withhold

# What a step may change, table by table. `aside` frees unique places while rows change one after the other.
TABLES: dict[str, tuple[type[models.Model], tuple[str, ...], dict[str, str]]] = {
    "meetings": (
        Meeting,
        (
            *("status", "starts_at", "table", "interpreter_id", "locked", "plan_id", "sequence"),
            *("why_cancelled", "cancelled_by", "cancelled_at"),
        ),
        {"status": "cancelled"},
    ),
    "plans": (PlanDraft, ("state", "published_at"), {"state": "discarded"}),
    "requests": (MeetingRequest, ("status", "answered_at"), {}),
    "participations": (EventParticipation, ("absent",), {}),
    "events": (Event, ("status", "closed_tables"), {}),
    "interpreters": (Interpreter, ("away",), {}),
}
Rows = dict[str, dict[str, list[Any]]]


@dataclass
class Step:
    """Filled while the step is done: when its letters leave (None: at once) and their keys."""

    leave_at: dt.datetime | None = None
    letters: list[str] = field(default_factory=list)


@contextmanager
def reversible(*, by: User, event: Event, kind: str) -> Iterator[Step]:
    """Do a step inside; the rows it changed are stored, unless its letters leave at once."""
    before, step = _rows(event), Step()
    yield step
    event.bulk_changes.filter(until__lte=timezone.now()).delete()
    if step.leave_at is None:
        return
    after = _rows(event)
    rows: Rows = {}
    for name, table in after.items():
        old = before[name]
        rows[name] = {key: [old.get(key), row] for key, row in table.items() if old.get(key) != row}
    BulkChange.objects.create(
        event=event, kind=kind, made_by=by, until=step.leave_at, rows=rows, letters=sorted(set(step.letters))
    )


def _rows(event: Event) -> dict[str, dict[str, list[Any]]]:
    return {name: _table(name, {"pk": event.pk} if name == "events" else {"event": event}) for name in TABLES}


def _table(name: str, only: dict[str, Any]) -> dict[str, list[Any]]:
    model, names, _aside = TABLES[name]
    found = model._default_manager.filter(**only).values_list("pk", *names)
    return {str(key): [_plain(value) for value in values] for key, *values in found}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value


@transaction.atomic
def take_back(*, by: User, change: BulkChange) -> BulkChange:
    """Put everything back as it was before the step; its letters never leave.

    Raises:
        Refused: its time is over (`BulkChange.until`), a letter has left, or something has changed since.
    """
    event = Event.objects.select_for_update().get(pk=change.event_id)
    require_organiser(by, event.campaign)
    if not BulkChange.objects.open().filter(pk=change.pk).update(taken_back_at=timezone.now()):
        raise Refused("too_late", _("This can no longer be taken back."))
    change = BulkChange.objects.get(pk=change.pk)
    lock_companies(event)
    now = _rows(event)
    if any(now[name].get(key) != after for name, rows in change.rows.items() for key, (_b, after) in rows.items()):
        raise _change_refusal()
    withhold(event_keys=change.letters)
    try:
        with transaction.atomic():
            for name, rows in change.rows.items():
                _restore(event, name, rows)
            if meets_twice(event):
                raise IntegrityError
    except IntegrityError:
        raise _change_refusal() from None
    record(by=by, verb="take_back", on=event, organisation=event.campaign, facts={"step": change.kind})
    return change


def _change_refusal() -> Refused:
    return Refused("changed_since", _("Something has changed since then. It can no longer be taken back."))


def _restore(event: Event, name: str, rows: dict[str, list[Any]]) -> None:
    model, names, aside = TABLES[name]
    made = [int(key) for key, (before, _after) in rows.items() if before is None]
    if made:
        if MeetingMove.objects.filter(meeting__in=made).exists():
            raise _change_refusal()
        model._default_manager.filter(pk__in=made).delete()
    found = model._default_manager.in_bulk([int(key) for key, (before, _after) in rows.items() if before is not None])
    if aside:
        model._default_manager.filter(pk__in=list(found)).update(**aside)
    interpreters = set(event.interpreters.values_list("pk", flat=True))
    concrete = {one.attname: one for one in model._meta.concrete_fields}
    fields = [concrete[name] for name in names]
    for key, row in found.items():
        before, after = rows[str(key)]
        for one, value in zip(fields, before, strict=True):
            setattr(row, one.attname, one.to_python(value))
        if isinstance(row, Meeting):
            # Calendars may have read the step: they follow the way back only with a higher number.
            if row.interpreter_id not in interpreters:  # removed since
                row.interpreter_id = None
            row.sequence, row.updated_at = after[names.index("sequence")] + 1, timezone.now()
    changed = [one.name for one in fields] + (["updated_at"] if model is Meeting else [])
    model._default_manager.bulk_update(found.values(), changed, batch_size=200)


@dataclass(frozen=True, slots=True)
class StepImpact:
    """Whom a step concerns: how many meetings, companies, and people with an account who are told."""

    meetings: int
    companies: int
    people: int


def impact_on(meetings: int, companies: Iterable[int]) -> StepImpact:
    keys = set(companies)
    people = User.objects.filter(is_active=True, memberships__company__in=keys).distinct().count()
    return StepImpact(meetings, len(keys), people)


# Call many meetings off: the event, or its plan.


def to_call_off(event: Event, **only: Any) -> models.QuerySet[Meeting]:
    return Meeting.objects.of(event).filter(status=Meeting.Status.PLANNED, **only)


def impact_of(meetings: models.QuerySet[Meeting]) -> StepImpact:
    pairs = list(meetings.values_list("supplier", "buyer"))
    return impact_on(len(pairs), (key for pair in pairs for key in pair))


def letters_of_calling_off(meetings: models.QuerySet[Meeting]) -> dt.datetime | None:
    """When the letters would leave if these were called off; None for at once, and then it cannot be taken back."""
    return notices.letters_leave_at(meetings.values_list("starts_at", flat=True))


def call_off(event: Event, meetings: models.QuerySet[Meeting], *, why: str, step: Step) -> int:
    """Cancel these meetings and write one letter a company; returns how many people will be told."""
    rows = list(meetings)
    now = timezone.now()
    for meeting in rows:
        meeting.status, meeting.locked, meeting.why_cancelled = Meeting.Status.CANCELLED, False, why
        meeting.sequence, meeting.updated_at = meeting.sequence + 1, now
    changed = ["status", "locked", "why_cancelled", "sequence", "updated_at"]
    Meeting.objects.bulk_update(rows, changed, batch_size=200)
    counts: dict[int, int] = {}
    for meeting in rows:
        for company in (meeting.supplier_id, meeting.buyer_id):
            counts[company] = counts.get(company, 0) + 1
    step.leave_at = notices.letters_leave_at(meeting.starts_at for meeting in rows)
    key = notices.called_off_key(event, now)
    step.letters.append(key)
    return notices.notify_called_off(event, counts, key=key, at=step.leave_at)
