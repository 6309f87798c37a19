"""Bringing judged rows in: piece by piece, one transaction each, from where the last one ended."""

import datetime as dt
import logging
import time
import uuid
from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.models import Company
from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused
from matchmaker.engines import reading
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services import undoing
from matchmaker.imports.services.leases import LEASE, READING_LEASE
from matchmaker.imports.services.staging import PIECE, read_rows
from matchmaker.imports.services.uploading import may_bring_in, open_file
from matchmaker.notifications.services import notify

UNDO = dt.timedelta(days=7)
MAX_ATTEMPTS = 5  # of one step; then the import is stopped
RETRY = dt.timedelta(seconds=30)  # after the first failure of a step, then twice, three times as long
FAIR_SHARE = 40  # seconds after which a task begins no further import: Celery ends it at 100
logger = logging.getLogger(__name__)
State, Action = Import.State, ImportRow.Action


@transaction.atomic
def apply_import(*, by: User, batch: Import) -> Import:
    """Bring in the rows that are sound; the refused ones stay where they are. Asked twice, it happens once.

    Raises:
        Refused: `nothing_to_apply`, `not_in_preview`.
    """
    may_bring_in(by, batch.kind, company=batch.company, campaign=batch.campaign)
    batch.refresh_from_db()
    if batch.state == State.PREVIEW and batch.valid == batch.undecided:
        raise Refused("nothing_to_apply", _("No row of this file can be imported. Correct it first."))
    if not Import.objects.filter(pk=batch.pk, state=State.PREVIEW).update(state=State.APPLYING, content=None):
        raise Refused("not_in_preview", _("This file is being imported already."))
    _leave_undecided_out(batch)
    batch.refresh_from_db()
    facts = {"rows": batch.valid, "rejected": batch.rejected}
    record(by=by, verb="apply_import", on=batch, organisation=batch.owner, facts=facts)
    return batch


def _leave_undecided_out(batch: Import) -> None:
    """Rows that are perhaps the same as something are refused where no one has chosen."""
    with translation.override(batch.language):
        sentence = _("Perhaps the same as one that is here, and nobody has chosen; so it was left out.")
    undecided = batch.rows.filter(action=Action.ALIKE)
    left_out = undecided.update(action=Action.REJECT, values=None, problems={"": sentence})
    Import.objects.filter(pk=batch.pk).update(rejected=F("rejected") + left_out)


def work_waiting() -> int:
    """Do what waits until nothing does; returns how many imports were worked on. A worker may die at any moment."""
    worked, begun = 0, time.monotonic()
    waiting = Import.objects.waiting(timezone.now()).order_by("attempts", "pk")
    for pk in waiting.values_list("pk", flat=True):
        worked += _work(pk)
        if time.monotonic() - begun > FAIR_SHARE:
            break
    return worked


def _work(pk: int) -> bool:
    """Claim one import and take it as far as it goes. The attempt is counted first, so that a killed worker counts."""
    token, now = uuid.uuid4(), timezone.now()
    claim = Import.objects.waiting(now).filter(pk=pk)
    if not claim.update(lease_until=now + READING_LEASE, lease_token=token, attempts=F("attempts") + 1):
        return False
    batch = Import.objects.select_related("company", "campaign", "by").get(pk=pk)
    if batch.attempts > MAX_ATTEMPTS:
        stop_import(batch)
        return True
    try:
        _STEPS[State(batch.state)](batch, token)
    except reading.Unreadable as problem:
        refuse_file(batch, problem.code, **problem.facts)
    except Exception:
        logger.exception("import %s failed, attempt %d", batch.uid, batch.attempts)
        Import.objects.filter(pk=pk, lease_token=token).update(lease_until=timezone.now() + RETRY * batch.attempts)
    return True


def _open(batch: Import, _token: uuid.UUID) -> None:
    open_file(batch)


def _read(batch: Import, _token: uuid.UUID) -> None:
    read_rows(batch)


def _apply(batch: Import, token: uuid.UUID) -> None:
    Import.objects.filter(pk=batch.pk, lease_token=token).update(lease_until=timezone.now() + LEASE)
    while apply_piece(batch.pk, token):
        pass


def _undo(batch: Import, token: uuid.UUID) -> None:
    Import.objects.filter(pk=batch.pk, lease_token=token).update(lease_until=timezone.now() + LEASE)
    while undoing.undo_piece(batch.pk, token):
        pass


_STEPS = {State.OPENING: _open, State.READING: _read, State.APPLYING: _apply, State.UNDOING: _undo}


def refuse_file(batch: Import, code: str, **facts: Any) -> None:
    """Say why a file cannot be read; nothing of it stays but that."""
    batch.rows.all().delete()
    Import.objects.filter(pk=batch.pk).update(
        state=State.REFUSED, problem={"code": code, "facts": facts}, content=None, size=0, lease_until=None, attempts=0
    )


@transaction.atomic
def stop_import(batch: Import) -> None:
    """Give up after MAX_ATTEMPTS and tell who sent it. What is in stays in and can be undone as usual."""
    if batch.state in (State.OPENING, State.READING):
        refuse_file(batch, "stopped")
    elif batch.state == State.APPLYING:
        with translation.override(batch.language):
            sentence = _("Importing this row failed several times, so it was left out.")
        rest = batch.rows.filter(row_no__gt=batch.done_through).exclude(action=Action.REJECT)
        left_out = rest.update(action=Action.REJECT, problems={"": sentence})
        Import.objects.filter(pk=batch.pk).update(rejected=F("rejected") + left_out)
        _finish(batch)
    else:  # undoing: what is in stays, and the person may try again
        done = Import.objects.filter(pk=batch.pk)
        done.update(state=State.DONE, lease_until=None, lease_token=None, attempts=0)
    notify(
        kind="import_stopped",
        to=[batch.by],
        about=batch.owner.uid,
        event_key=f"import_stopped:{batch.uid}:{batch.state}",
        context={"file": batch.file_name},
        path=f"/imports/{batch.uid}/",
    )


@transaction.atomic
def apply_piece(pk: int, token: uuid.UUID) -> bool:
    """Bring in the next rows; False when there are none or another worker holds the import."""
    held = Import.objects.select_for_update(of=("self",)).select_related("company", "campaign", "by")
    batch = held.filter(pk=pk, lease_token=token, state=State.APPLYING).first()
    if batch is None:
        return False
    rows = list(batch.rows.filter(row_no__gt=batch.done_through).defer("raw", "notes")[:PIECE])
    if not rows:
        _finish(batch)
        return False
    _lock_owners(batch, rows)
    refused_before = sum(1 for row in rows if row.action == Action.REJECT)
    with translation.override(batch.language):
        changed = _meet_newer(batch, rows)
        changed += _create(batch, [row for row in rows if row.action == Action.CREATE])
        changed += _change(batch, [row for row in rows if row.action == Action.UPDATE])
    ImportRow.objects.bulk_update(set(changed), ["action", "target", "before", "problems"], batch_size=200)
    count = Counter(row.action for row in rows)
    Import.objects.filter(pk=pk).update(
        done_through=rows[-1].row_no,
        newest_seen=KINDS[batch.kind].newest(),
        lease_until=timezone.now() + LEASE,
        attempts=0,
        created=F("created") + count[Action.CREATE],
        updated=F("updated") + count[Action.UPDATE],
        unchanged=F("unchanged") + count[Action.SAME],
        rejected=F("rejected") + count[Action.REJECT] - refused_before,
    )
    return True


def _lock_owners(batch: Import, rows: list[ImportRow]) -> None:
    """Two files at once, or one sent twice: the second waits here and then sees what the first has written."""
    owners = [batch.company_id] if batch.company_id else {(row.values or {}).get("company_id") for row in rows}
    list(Company.objects.select_for_update().filter(pk__in=owners).order_by("pk").values_list("pk", flat=True))


def _meet_newer(batch: Import, rows: list[ImportRow]) -> list[ImportRow]:
    """Rows whose thing has come in since they were checked become changes of it."""
    kind = KINDS[batch.kind]
    if kind.newest() <= batch.newest_seen:
        return []
    newer = kind.existing(batch, newer_than=batch.newest_seen)
    met = []
    for row in rows:
        if row.action == Action.CREATE and (target := newer.get(kind.key(row.values or {}))):
            row.action, row.target = Action.UPDATE, target
            met.append(row)
    return met


def _create(batch: Import, rows: list[ImportRow]) -> list[ImportRow]:
    """Write new ones; when the database refuses the lot, each by itself, so that one bad row costs only itself."""
    kind = KINDS[batch.kind]
    if not rows:
        return []
    try:
        with transaction.atomic():
            kind.create(batch, rows)
        return []
    except (DatabaseError, ValidationError):  # IntegrityError is a DatabaseError
        pass
    refused = []
    for row in rows:
        try:
            with transaction.atomic():
                kind.create(batch, [row])
            continue
        except DatabaseError:
            problem = _("Something with this number or name has come in since this file was checked.")
        except ValidationError as error:
            problem = join_sentences(error.messages)
        row.action, row.problems = Action.REJECT, {"": problem}
        refused.append(row)
    return refused


def _change(batch: Import, rows: list[ImportRow]) -> list[ImportRow]:
    kind = KINDS[batch.kind]
    for row in rows:
        problem = _("What this row adds to is not there any more.")
        try:
            with transaction.atomic():
                kind.change(batch, [row])
        except DatabaseError:
            row.before = None
        except ValidationError as error:
            row.before, problem = None, join_sentences(error.messages)
        if row.before is None:
            row.action, row.problems = Action.REJECT, {"": problem}
    return rows


def _finish(batch: Import) -> None:
    now = timezone.now()
    Import.objects.filter(pk=batch.pk).update(
        state=State.DONE, applied_at=now, undo_until=now + UNDO, lease_until=None, lease_token=None, attempts=0
    )
    batch.refresh_from_db()
    facts = {
        "created": batch.created,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "rejected": batch.rejected,
    }
    record(by=batch.by, verb="import_applied", on=batch, organisation=batch.owner, facts=facts)
