"""From the file to judged rows: every cell read once, every refusal with its sentence, nothing written elsewhere."""

import io
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.core.bulk import insert
from matchmaker.core.ids import new_id
from matchmaker.core.problems import Refused
from matchmaker.imports import reading
from matchmaker.imports.columns import Reader
from matchmaker.imports.kinds import KINDS, Context, Kind
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services.uploading import may_import

BATCH = 2_000  # rows judged and written at a time
Action = ImportRow.Action
_JSON = json.JSONEncoder(ensure_ascii=False, default=str)


@transaction.atomic
def map_columns(
    *, by: User, batch: Import, mapping: Mapping[str, int], defaults: Mapping[str, str], publish: bool
) -> Import:
    """Say which column is which; the rows are read next.

    Raises:
        Refused: `columns_missing` when something needed has neither a column nor a text that stands for it.
    """
    may_import(by, batch.kind, company=batch.company, campaign=batch.campaign)
    columns = {column.name: column for column in KINDS[batch.kind].columns}
    mapping = {name: place for name, place in mapping.items() if name in columns and 0 <= place < len(batch.head)}
    defaults = {name: text.strip() for name, text in defaults.items() if name in columns and text.strip()}
    missing = [
        str(column.label)
        for name, column in columns.items()
        if (column.required or (name == "company" and batch.company_id is None))
        and name not in mapping
        and name not in defaults
    ]
    if missing:
        raise Refused(
            "columns_missing", _("Say where to find: %(names)s.") % {"names": ", ".join(missing)}, field="mapping"
        )
    moved = Import.objects.filter(pk=batch.pk, state__in=[Import.State.MAPPING, Import.State.PREVIEW]).exclude(
        content__isnull=True
    )
    if not moved.update(
        state=Import.State.READING,
        mapping=mapping,
        defaults=defaults,
        publish=publish,
        language=translation.get_language(),
    ):
        raise Refused("already_read", _("This file has been read already."))
    batch.refresh_from_db()
    return batch


def read_rows(batch: Import) -> None:
    """Judge every row of a file and keep what came out; killed half way, it begins again."""
    ImportRow.objects.filter(batch=batch).delete()
    kind = KINDS[batch.kind]
    newest = kind.newest()
    with translation.override(batch.language):
        judge = Judge(kind, batch, kind.context(batch))
        counts = {"total": 0, "rejected": 0, "unchanged": 0}
        for rows in judge.file():
            insert(ImportRow, Judged.NAMES, [row.as_row(batch.pk) for row in rows])
            counts["total"] += len(rows)
            counts["rejected"] += sum(1 for row in rows if row.action == Action.REJECT)
    Import.objects.filter(pk=batch.pk).update(
        state=Import.State.PREVIEW, newest_seen=newest, lease_until=None, problem={}, **counts
    )


@dataclass(slots=True)
class Judged:
    """A row as it was read; `as_row` gives it in the order of NAMES."""

    NAMES = ("batch_id", "row_no", "raw", "values", "problems", "notes", "action", "key", "target", "before")

    row_no: int
    raw: Sequence[str]
    values: dict[str, Any] | None
    problems: dict[str, str] | None
    notes: dict[str, str] | None
    action: str = Action.CREATE.value
    key: str = ""
    target: uuid.UUID | None = None

    def as_row(self, batch: int) -> tuple:
        return (
            batch,
            self.row_no,
            as_json(self.raw),
            as_json(self.values),
            as_json(self.problems),
            as_json(self.notes),
            self.action,
            self.key,
            self.target,
            None,
        )


def as_json(value: Any) -> str | None:
    """Decimals as texts; NUL, which PostgreSQL cannot keep, as the sign for a broken character."""
    if value is None:
        return None
    return _JSON.encode(value).replace("\\u0000", "\ufffd")


class Judge:
    """Reads the rows of one file."""

    def __init__(self, kind: Kind, batch: Import, context: Context):
        self.kind, self.batch, self.context = kind, batch, context
        self._plan: list[tuple[str, int, Reader]] = []
        self._absent: dict[str, Any] = {}  # columns that say the same in every row: nothing
        for column in kind.columns:
            place, default = batch.mapping.get(column.name, -1), batch.defaults.get(column.name, "")
            if place < 0 and not default and not column.required:
                self._absent[column.name] = column.empty
            else:
                self._plan.append((column.name, place, Reader(column, default)))
        self.here: dict[str, tuple[int, uuid.UUID]] = {}  # key → row of this file that came first

    def file(self) -> Iterator[list[Judged]]:
        """The rows behind the head, in groups."""
        rows = reading.rows(io.BytesIO(bytes(self.batch.content or b"")), reading.Seen(**self.batch.seen))
        next(rows, None)
        group: list[Judged] = []
        for number, cells in rows:
            group.append(self.row(number, cells))
            if len(group) == BATCH:
                yield self.placed(group)
                group = []
        if group:
            yield self.placed(group)

    def row(self, number: int, cells: Sequence[str]) -> Judged:
        """One row, judged by itself."""
        values = dict(self._absent)
        problems: dict[str, str] = {}
        notes: dict[str, str] = {}
        width = len(cells)
        for name, place, reader in self._plan:
            values[name], problem, note = reader[cells[place] if 0 <= place < width else ""]
            if problem:
                problems[name] = problem
            elif note:
                notes[name] = note
        hs_code = values.get("hs_code")
        problems = _sentences(self.kind.judge(values, self.context)) | problems
        if hs_code and hs_code != values["hs_code"]:
            notes["hs_code"] = values["hs_code"]
        if problems:
            return Judged(number, cells, None, problems, notes or None, Action.REJECT.value)
        return Judged(number, cells, values, None, notes or None, key=self.kind.key(values))

    def placed(self, rows: list[Judged]) -> list[Judged]:
        """What each becomes beside what is on the site and what stood before it in the file."""
        known = self.context.existing
        for row in rows:
            if row.values is None:
                continue
            if row.key in known:
                row.action, row.target = Action.UPDATE.value, known[row.key]
            elif first := self.here.get(row.key):
                row.action, row.target = Action.UPDATE.value, first[1]
                row.notes = {**(row.notes or {}), "": _("Adds to row %(row)d, which is the same.") % {"row": first[0]}}
            else:
                row.target = new_id()
                self.here[row.key] = (row.row_no, row.target)
        there = [row for row in rows if row.key in known]
        now = self.kind.current([row.target for row in there if row.target]) if there else {}
        for row in there:
            if row.target in now and self.kind.same(row.values or {}, now[row.target]):
                row.action = Action.SAME.value
        return rows


def _sentences(problems: Mapping[str, Any]) -> dict[str, str]:
    return {name: " ".join(p.messages) if hasattr(p, "messages") else str(p) for name, p in problems.items()}
