"""From the file to judged rows: every cell read once, every refusal with its sentence, nothing written elsewhere."""

import io
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.catalogue import wording
from matchmaker.core.ids import new_ids
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.core.problems import Refused
from matchmaker.engines import reading
from matchmaker.imports.columns import Reader
from matchmaker.imports.kinds import KINDS, Context, Kind
from matchmaker.imports.models import Import, ImportRow
from matchmaker.imports.services.uploading import may_bring_in

PIECE = 1_000  # rows that are judged and written together
Action = ImportRow.Action


@transaction.atomic
def map_columns(
    *, by: User, batch: Import, mapping: Mapping[str, int], defaults: Mapping[str, str], publish: bool
) -> Import:
    """Say which column is which; the rows are read next.

    Raises:
        Refused: `columns_missing` when something needed has neither a column nor a text that stands for it.
    """
    may_bring_in(by, batch.kind, company=batch.company, campaign=batch.campaign)
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
            "columns_missing", _("Say where to find: %(names)s.") % {"names": format_list(missing)}, field="mapping"
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
    batch.rows.all().delete()
    kind = KINDS[batch.kind]
    newest = kind.newest()
    with translation.override(batch.language):
        context = kind.context(batch)
        kind.remember_site(context)
        judge = Judge(kind, batch, context)
        counts = {"total": 0, "rejected": 0, "unchanged": 0}
        for rows in judge.file():
            ImportRow.objects.bulk_create(rows)
            counts["total"] += len(rows)
            counts["rejected"] += sum(1 for row in rows if row.action == Action.REJECT)
    Import.objects.filter(pk=batch.pk).update(
        state=Import.State.PREVIEW, newest_seen=newest, lease_until=None, attempts=0, problem={}, **counts
    )


class Judge:
    """Reads the rows of one file."""

    def __init__(self, kind: Kind, batch: Import, context: Context):
        self.kind, self.batch, self.context = kind, batch, context
        self._plan = [  # name, place in the file, how its cells are read
            (column.name, batch.mapping.get(column.name, -1), Reader(column, batch.defaults.get(column.name, "")))
            for column in kind.columns
        ]
        self._units = {column.name: column.unit for column in kind.columns if column.unit}
        self._optional = {column.name: column.empty for column in kind.columns if not column.required}
        self.here: dict[str, tuple[int, uuid.UUID]] = {}  # key → row of this file that came first

    def file(self) -> Iterator[list[ImportRow]]:
        """The rows behind the head, in pieces."""
        content = zlib.decompress(bytes(self.batch.content or b""))
        rows = reading.below_head(io.BytesIO(content), reading.FileLayout(**self.batch.seen))
        for piece in batched(rows, PIECE):
            yield self.placed([self.judged(number, cells) for number, cells in piece])

    def judged(self, number: int, cells: Sequence[str]) -> tuple[str, ImportRow]:
        """One row judged by itself, with its key ('' when it is refused)."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        notes: dict[str, str] = {}
        texts = {name: cells[place] if 0 <= place < len(cells) else "" for name, place, _reader in self._plan}
        for name, unit in self._units.items():
            if wording.split_amount(texts, name, unit):
                notes |= {name: texts[name], unit: texts[unit]}
        notes |= self.kind.prepare(texts)
        for name, _place, reader in self._plan:
            values[name], problem, note = reader[texts[name]]
            if problem:
                problems[name] = problem
            elif note:
                notes[name] = note
        hs_code = values.get("hs_code")
        left_empty = self._leave_empty(values, problems) if self.kind.leaves_unreadable_cells_empty else {}
        problems = _sentences(self.kind.judge(values, self.context)) | problems
        if self.kind.leaves_unreadable_cells_empty and (wrong := self._leave_empty(values, problems)):
            left_empty |= wrong
            problems |= _sentences(self.kind.judge(values, self.context))
        if hs_code and hs_code != values["hs_code"]:
            notes["hs_code"] = values["hs_code"]
        row = ImportRow(batch=self.batch, row_no=number, raw=_storable(cells), notes=notes or None)
        if problems:
            row.action, row.problems = Action.REJECT, problems
            return "", row
        row.action, row.values, row.problems = Action.CREATE, values, left_empty or None
        return self.kind.key(values), row

    def _leave_empty(self, values: dict[str, Any], problems: dict[str, str]) -> dict[str, str]:
        """Take the problems of columns that a row can do without out of `problems`; their values are empty then."""
        left = {name: problems.pop(name) for name in list(problems) if name in self._optional}
        for name in left:
            values[name] = self._optional[name]
        return left

    def placed(self, judged: Sequence[tuple[str, ImportRow]]) -> list[ImportRow]:
        """What each becomes beside what is on the site and what stood before it in the file."""
        known, there = self.context.existing, []
        for (key, row), uid in zip(judged, new_ids(len(judged)), strict=True):
            if row.values is None:
                continue
            if key in known:
                row.action, row.target = Action.UPDATE, known[key]
                there.append(row)
            elif first := self.here.get(key):
                row.action, row.target = Action.UPDATE, first[1]
                row.notes = {**(row.notes or {}), "": _("Adds to row %(row)d, which is the same.") % {"row": first[0]}}
            elif alike := self.kind.look_alike(row.values, self.context):
                row.action, row.alike, row.target = Action.ALIKE, alike, uuid.UUID(alike["uid"])
            else:
                row.target = uid
                self.here[key] = (row.row_no, uid)
                self.kind.remember(row.values, uid, row.row_no, self.context)
        now = self.kind.current([row.target for row in there if row.target]) if there else {}
        for row in there:
            if row.target in now and self.kind.same(row.values or {}, now[row.target]):
                row.action = Action.SAME
        return [row for _key, row in judged]


def _sentences(problems: Mapping[str, Any]) -> dict[str, str]:
    return {name: join_sentences(p.messages) if hasattr(p, "messages") else str(p) for name, p in problems.items()}


def _storable(cells: Sequence[str]) -> list[str]:
    """NUL, which PostgreSQL cannot store, becomes the sign for a broken character."""
    return [cell.replace("\x00", "\ufffd") for cell in cells]
