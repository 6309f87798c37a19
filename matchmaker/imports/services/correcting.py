"""Mending refused rows on the page, before anything is brought in."""

import json
from collections.abc import Mapping

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.core.problems import Refused
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services.staging import Judge, as_json
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
        raise Refused("not_in_preview", _("Rows can be corrected before they are brought in."))
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
        judge = Judge(kind, batch, kind.context(batch))
        mended = sum(_judge_again(judge, batch, other) for other in rows)
    Import.objects.filter(pk=batch.pk).update(
        rejected=batch.rows.filter(action=Action.REJECT).count(), mapping=batch.mapping, head=batch.head
    )
    return mended


def _judge_again(judge: Judge, batch: Import, row: ImportRow) -> bool:
    """Whether the row is sound now. One that was sound already and is the same thing keeps its place in the order."""
    found = judge.row(row.row_no, row.raw)
    twin = batch.rows.filter(action=Action.CREATE, key=found.key).exclude(pk=row.pk).first() if found.key else None
    if twin and twin.target and twin.row_no < row.row_no:
        judge.here[found.key] = (twin.row_no, twin.target)
    [found] = judge.placed([found])
    if twin and twin.row_no > row.row_no:  # this row comes first, so it makes the thing and the later one adds to it
        found.target = twin.target
        twin.action = Action.UPDATE
        twin.save(update_fields=["action"])
    row.values = None if found.values is None else json.loads(as_json(found.values) or "null")
    row.problems, row.notes = found.problems, found.notes
    row.action, row.key, row.target = found.action, found.key, found.target
    row.save(update_fields=["raw", "values", "problems", "notes", "action", "key", "target"])
    return found.action != Action.REJECT


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
