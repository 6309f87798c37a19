"""Taking an import back for seven days, last row first, in the same pieces."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.core.problems import Refused
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Feed, Import, ImportRow
from matchmaker.imports.services.leases import LEASE
from matchmaker.imports.services.staging import PIECE
from matchmaker.imports.services.uploading import may_import

UNUSED = dt.timedelta(days=14)  # files that were not used further are deleted after that
State, Action = Import.State, ImportRow.Action


@transaction.atomic
def undo_import(*, by: User, batch: Import) -> Import:
    """Take back what was made and put back what was changed, except where it was used since.

    Raises:
        Refused: `too_late` after seven days, `nothing_to_undo` before it was brought in.
    """
    may_import(by, batch.kind, company=batch.company, campaign=batch.campaign)
    if batch.state == State.DONE and not batch.can_be_undone:
        raise Refused("too_late", _("An import can be undone for seven days."))
    if not Import.objects.filter(pk=batch.pk, state=State.DONE).update(state=State.UNDOING):
        raise Refused("nothing_to_undo", _("There is nothing to undo."))
    if batch.feed_id:  # what is taken back must not come in again at the next reading
        Feed.objects.filter(pk=batch.feed_id).update(state=Feed.State.PAUSED)
    batch.refresh_from_db()
    record(by=by, verb="undo_import", on=batch, organisation=batch.owner)
    return batch


@transaction.atomic
def undo_piece(pk: int, token: uuid.UUID) -> bool:
    """The last rows that are still in; False when there are none or another worker holds the import."""
    held = Import.objects.select_for_update(of=("self",)).select_related("company", "campaign", "by")
    batch = held.filter(pk=pk, lease_token=token, state=State.UNDOING).first()
    if batch is None:
        return False
    rows = list(batch.rows.filter(row_no__lte=batch.done_through).defer("raw", "notes").order_by("-row_no")[:PIECE])
    if not rows:
        Import.objects.filter(pk=pk).update(state=State.UNDONE, size=0, lease_until=None, lease_token=None, attempts=0)
        record(by=batch.by, verb="import_undone", on=batch, organisation=batch.owner, facts={"kept": batch.kept})
        return False
    kind = KINDS[batch.kind]
    remaining = kind.restore(batch, [row for row in rows if row.action == Action.UPDATE and row.before])
    remaining += kind.remove(batch, [row for row in rows if row.action == Action.CREATE])
    Import.objects.filter(pk=pk).update(
        done_through=rows[-1].row_no - 1, kept=F("kept") + remaining, lease_until=timezone.now() + LEASE, attempts=0
    )
    return True


def forget_old() -> int:
    """Forget the rows of imports that can no longer be undone, and files that were not used further."""
    now = timezone.now()
    past = Import.objects.past_undo(now)
    forgotten, _by_model = ImportRow.objects.filter(batch__in=past).delete()
    past.update(size=0)
    unused = Import.objects.filter(
        created_at__lt=now - UNUSED,
        state__in=[State.OPENING, State.MAPPING, State.READING, State.PREVIEW, State.REFUSED, State.UNDONE],
    )
    dropped, _by_model = unused.delete()
    return forgotten + dropped
