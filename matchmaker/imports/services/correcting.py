"""Mending refused rows on the page, before anything is brought in."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.core.ids import new_id
from matchmaker.core.problems import Refused
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services.staging import Judge
from matchmaker.imports.services.uploading import may_import

Action = ImportRow.Action


@transaction.atomic
def correct_row(*, by: User, batch: Import, row: ImportRow, cells: Mapping[str, str], everywhere: bool) -> int:
    """Write other texts into a refused row and judge it again; returns how many rows are no longer refused.

    Args:
        cells: our column → the text that should stand there.
        everywhere: also in other refused rows where the same column holds the same text and was refused.
    """
    may_import(by, batch.kind, company=batch.company, campaign=batch.campaign)
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    if batch.state != Import.State.PREVIEW:
        raise Refused("not_in_preview", _("Rows can be corrected before they are imported."))
    kind = KINDS[batch.kind]
    cells = {name: text for name, text in cells.items() if name in {column.name for column in kind.columns}}
    old = {name: cell(batch, row, name) for name in cells}
    others = list(batch.rows.filter(action=Action.REJECT).exclude(pk=row.pk)) if everywhere else []
    rows = [row]
    for name, text in cells.items():
        alike = [other for other in others if cell(batch, other, name) == old[name] and name in (other.problems or {})]
        rows += [other for other in alike if other not in rows]
        for other in [row, *alike]:
            _write_cell(batch, other, name, text)
    with translation.override(batch.language):
        twins = _Twins(Judge(kind, batch, kind.context(batch)), batch)
        mended = sum(twins.judge_again(other) for other in rows)
    Import.objects.filter(pk=batch.pk).update(
        rejected=batch.rows.filter(action=Action.REJECT).count(), mapping=batch.mapping, head=batch.head
    )
    return mended


@transaction.atomic
def choose_alike(*, by: User, batch: Import, choice: str, row_no: int | None = None) -> int:
    """Say what becomes of rows that are perhaps the same as something; returns how many they are.

    Args:
        choice: `skip` leaves the row out, `update` fills in what is empty there, `another` brings it in beside it.
        row_no: of one row, which may have been chosen before; without it, of all that no one has chosen yet.

    Raises:
        Refused: `unknown_choice`, `not_in_preview`.
    """
    may_import(by, batch.kind, company=batch.company, campaign=batch.campaign)
    actions = {"skip": Action.SAME, "update": Action.UPDATE, "another": Action.CREATE}
    if choice not in actions:
        raise Refused("unknown_choice", _("Choose one of the answers."), status=400)
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    if batch.state != Import.State.PREVIEW:
        raise Refused("not_in_preview", _("Rows can be corrected before they are imported."))
    found = batch.rows.filter(action=Action.ALIKE) if row_no is None else batch.rows.filter(row_no=row_no)
    rows = list(found.filter(alike__isnull=False).exclude(action=Action.REJECT).only("alike"))
    for row in rows:
        row.action = actions[choice]
        row.target = new_id() if choice == "another" else UUID(row.alike["uid"])
    ImportRow.objects.bulk_update(rows, ["action", "target"], batch_size=500)
    return len(rows)


class _Twins:
    """The sound rows by what makes them the same; read once, whatever the number of rows that are mended."""

    def __init__(self, judge: Judge, batch: Import):
        self.judge, self.batch = judge, batch
        self.places = {}
        for row in batch.rows.filter(action=Action.CREATE).defer("raw", "notes"):
            self.places[judge.kind.key(row.values)] = row.row_no
            judge.kind.remember(row.values, row.target, row.row_no, judge.context)

    def judge_again(self, row: ImportRow) -> bool:
        """Whether the row is sound now. The first of several that are the same makes the thing."""
        key, fresh = self.judge.judged(row.row_no, row.raw)
        twin = self._twin_of(key, row.row_no)
        self.judge.here.pop(key, None)
        if twin and twin.row_no < row.row_no:
            self.judge.here[key] = (twin.row_no, twin.target or new_id())
        self.judge.placed([(key, fresh)])
        if twin and twin.row_no > row.row_no:
            fresh.target, twin.action = twin.target, Action.UPDATE
            twin.save(update_fields=["action"])
        if fresh.action == Action.CREATE:
            self.places[key] = row.row_no
        fresh.pk = row.pk
        fresh.save(update_fields=["raw", "values", "problems", "notes", "action", "target", "alike"])
        return fresh.action != Action.REJECT

    def _twin_of(self, key: str, row_no: int) -> ImportRow | None:
        """The other sound row that is the same, if there is one."""
        place = self.places.get(key, row_no) if key else row_no
        return self.batch.rows.get(row_no=place) if place != row_no else None


def cell(batch: Import, row: ImportRow, name: str) -> str:
    """The text the file has in one of our columns."""
    place = batch.mapping.get(name, -1)
    return row.raw[place] if 0 <= place < len(row.raw) else ""


def _write_cell(batch: Import, row: ImportRow, name: str, text: str) -> None:
    """A column the file does not have gets a place behind its last."""
    if name not in batch.mapping:
        batch.mapping[name] = len(batch.head)
        batch.head.append(name)
    place = batch.mapping[name]
    row.raw = [*row.raw, *[""] * (place + 1 - len(row.raw))]
    row.raw[place] = text
