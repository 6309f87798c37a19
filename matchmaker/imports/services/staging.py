"""From the file to judged rows: every cell read once, every refusal with its sentence, nothing written elsewhere."""

import io
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.core.ids import new_ids
from matchmaker.core.joined import in_a_row, one_after_another
from matchmaker.core.problems import Refused
from matchmaker.imports import reading
from matchmaker.imports.columns import Reader
from matchmaker.imports.kinds import KINDS, Context, Kind
from matchmaker.imports.models import Import, ImportPack, ImportRow
from matchmaker.imports.packs import Row, keep
from matchmaker.imports.services.uploading import may_import

SIZES = (250, 1_000, 4_000)  # rows of a piece; the first are small, so that something is seen to happen
Action = ImportRow.Action


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
            "columns_missing", _("Say where to find: %(names)s.") % {"names": in_a_row(missing)}, field="mapping"
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


def forget_rows(batch: Import) -> None:
    ImportRow.objects.filter(batch=batch).delete()
    ImportPack.objects.filter(batch=batch).delete()


def read_rows(batch: Import) -> None:
    """Judge every row of a file and keep what came out; killed half way, it begins again."""
    forget_rows(batch)
    kind = KINDS[batch.kind]
    newest = kind.newest()
    with translation.override(batch.language):
        judge = Judge(kind, batch, kind.context(batch))
        counts = {"total": 0, "rejected": 0, "unchanged": 0}
        for rows in judge.file():
            keep(batch, rows)
            counts["total"] += len(rows)
            counts["rejected"] += sum(1 for row in rows if row.action == Action.REJECT)
    Import.objects.filter(pk=batch.pk).update(
        state=Import.State.PREVIEW, newest_seen=newest, lease_until=None, problem={}, **counts
    )


class Judge:
    """Reads the rows of one file."""

    def __init__(self, kind: Kind, batch: Import, context: Context):
        self.kind, self.batch, self.context = kind, batch, context
        self._names = [column.name for column in kind.columns]
        self._plan: list[tuple[int, Reader | None, Any]] = []  # place, how it is read, what every row says otherwise
        for column in kind.columns:
            place, default = batch.mapping.get(column.name, -1), batch.defaults.get(column.name, "")
            reader = Reader(column, default)
            silent = place < 0 and not default and not column.required
            self._plan.append((place, None, column.empty) if silent else (place, reader, None))
        self._width = max(batch.mapping.values(), default=-1) + 1
        self.here: dict[str, tuple[int, uuid.UUID]] = {}  # key → row of this file that came first

    def file(self) -> Iterator[list[Row]]:
        """The rows behind the head, in pieces."""
        content = zlib.decompress(bytes(self.batch.content or b""))
        rows = reading.below_head(io.BytesIO(content), reading.Seen(**self.batch.seen))
        for size in chain(SIZES, repeat(SIZES[-1])):
            piece = list(islice(rows, size))
            if not piece:
                return
            yield self.placed(self.judged(piece))

    def judged(self, piece: Sequence[tuple[int, list[str]]]) -> list[tuple[str, Row]]:
        """Rows judged each by itself, with their keys; the cells column by column, because a column repeats itself."""
        cells = [row if len(row) >= self._width else [*row, *[""] * (self._width - len(row))] for _number, row in piece]
        columns: list[Iterable[Any]] = []
        problems: dict[int, dict[str, str]] = {}
        notes: dict[int, dict[str, str]] = {}
        for name, (place, reader, empty) in zip(self._names, self._plan, strict=True):
            if reader is None:
                columns.append(repeat(empty, len(piece)))
                continue
            texts = list(map(itemgetter(place), cells)) if place >= 0 else [""] * len(piece)
            if reader.takes_all(texts):
                columns.append(texts)
                continue
            answers = list(map(reader.__getitem__, texts))
            columns.append([answer[0] for answer in answers])
            if reader.speaks:
                for at, (_value, problem, note) in enumerate(answers):
                    if problem:
                        problems.setdefault(at, {})[name] = problem
                    elif note:
                        notes.setdefault(at, {})[name] = note
        rows = []
        for at, ((number, raw), said) in enumerate(zip(piece, zip(*columns, strict=True), strict=True)):
            values = dict(zip(self._names, said, strict=True))
            hs_code = values.get("hs_code")
            wrong = self.kind.judge(values, self.context)
            if hs_code and hs_code != values["hs_code"]:
                notes.setdefault(at, {})["hs_code"] = values["hs_code"]
            if wrong or at in problems:
                why = _sentences(wrong) | problems.get(at, {})
                rows.append(("", Row(number, raw, None, why, notes.get(at), Action.REJECT.value)))
            else:
                rows.append((self.kind.key(values), Row(number, raw, values, None, notes.get(at))))
        return rows

    def placed(self, judged: Sequence[tuple[str, Row]]) -> list[Row]:
        """What each becomes beside what is on the site and what stood before it in the file."""
        known, there = self.context.existing, []
        for (key, row), uid in zip(judged, new_ids(len(judged)), strict=True):
            if row.values is None:
                continue
            if key in known:
                row.action, row.target = Action.UPDATE.value, known[key]
                there.append(row)
            elif first := self.here.get(key):
                row.action, row.target = Action.UPDATE.value, first[1]
                row.notes = {**(row.notes or {}), "": _("Adds to row %(row)d, which is the same.") % {"row": first[0]}}
            else:
                row.target = uid
                self.here[key] = (row.row_no, uid)
        now = self.kind.current([row.target for row in there if row.target]) if there else {}
        for row in there:
            if row.target in now and self.kind.same(row.values or {}, now[row.target]):
                row.action = Action.SAME.value
        return [row for _key, row in judged]


def _sentences(problems: Mapping[str, Any]) -> dict[str, str]:
    return {name: one_after_another(p.messages) if hasattr(p, "messages") else str(p) for name, p in problems.items()}
