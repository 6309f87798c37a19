"""Rows between reading and writing. Those that are sound and new travel packed, a piece of the file in one record: a
table row each would cost more than the product they become. A row there is something to say about has a record of its
own, `ImportRow`, and that one holds wherever a pack has the same row."""

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Self

from django.db import transaction

from matchmaker.core.bulk import insert, without_waiting_for_the_disk
from matchmaker.imports.models import Import, ImportPack, ImportRow

Action = ImportRow.Action
_JSON = json.JSONEncoder(check_circular=False, default=str)  # escapes beyond ASCII, which is twice as fast
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(slots=True)
class Row:
    """One row of the file as it was read, and what is to become of it."""

    row_no: int
    raw: Sequence[str]
    values: dict[str, Any] | None
    problems: dict[str, str] | None = None
    notes: dict[str, str] | None = None
    action: str = Action.CREATE.value
    target: uuid.UUID | None = None
    before: dict[str, Any] | None = None


def as_json(value: Any) -> str | None:
    """Decimals as texts; NUL, which PostgreSQL cannot keep, as the sign for a broken character."""
    if value is None:
        return None
    text = _JSON.encode(value)
    return _NUL.sub(r"\1\\ufffd", text) if "\\u0000" in text else text


@transaction.atomic
def keep(batch: Import, rows: Sequence[Row]) -> None:
    """Write the next piece of a file, in the order it has there."""
    without_waiting_for_the_disk()  # the note that all was read waits
    fresh = [row for row in rows if row.action == Action.CREATE]
    names = list(fresh[0].values or ()) if fresh else []
    written = [(row.raw, row.notes) for row in fresh]
    insert(
        ImportPack,
        ("batch_id", "first_row", "last_row", "names", "rows", "written"),
        [(batch.pk, rows[0].row_no, rows[-1].row_no, names, as_json(packed(names, fresh)), as_json(written))],
    )
    if len(fresh) < len(rows):
        keep_apart(batch, [row for row in rows if row.action != Action.CREATE])


def keep_apart(batch: Import, rows: Iterable[Row]) -> None:
    """Give rows records of their own."""
    insert(
        ImportRow,
        ("batch_id", "row_no", "raw", "values", "problems", "notes", "action", "target", "before"),
        [
            (
                *(batch.pk, row.row_no, as_json(row.raw), as_json(row.values), as_json(row.problems)),
                *(as_json(row.notes), row.action, row.target, as_json(row.before)),
            )
            for row in rows
        ],
    )


def change_apart(batch: Import, rows: Iterable[Row]) -> None:
    """Write what became of rows, whether they have a record of their own yet or not."""
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                **{name: getattr(row, name) for name in ("row_no", "values", "problems", "notes", "action", "target")},
                batch=batch,
                raw=list(row.raw),
                before=row.before,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["batch", "row_no"],
        update_fields=["action", "target", "before", "problems"],
    )


def rows_of(batch: Import, pack: ImportPack, packed: list[Row]) -> list[Row]:
    """Every row of one piece, in order, with what writing needs: without the cells as they were written.

    `packed` are those that were unpacked from it.
    """
    own = batch.rows.filter(row_no__gte=pack.first_row, row_no__lte=pack.last_row)
    apart = {
        number: Row(number, [], values, action=action, target=target, before=before)
        for number, values, action, target, before in own.values_list("row_no", "values", "action", "target", "before")
    }
    if not apart:
        return packed
    rows = [row for row in packed if row.row_no not in apart] + list(apart.values())
    return sorted(rows, key=lambda row: row.row_no)


def packed(names: Sequence[str], rows: Sequence[Row]) -> list[list[Any]]:
    """Row numbers, uids, then the named values column by column. A column that says the same in every row says it once:
    few sheets fill half of the columns there are."""
    numbers, targets = [row.row_no for row in rows], [row.target.hex for row in rows]  # type: ignore[union-attr]
    values: list[Any] = [row.values for row in rows]
    columns = [list(map(itemgetter(name), values)) for name in names]
    return [numbers, targets, *[one[:1] if one.count(one[0]) == len(one) else one for one in columns]]


def unpacked(pack: ImportPack) -> list[Row]:
    return _unpacked(pack.names, pack.rows)


def _unpacked(names: Sequence[str], text: str) -> list[Row]:
    create = Action.CREATE.value
    numbers, targets, *columns = json.loads(text)
    values = zip(*[column * len(numbers) if len(column) == 1 else column for column in columns], strict=True)
    return [
        Row(number, [], dict(zip(names, said, strict=True)), None, None, create, uuid.UUID(int=int(target, 16)))
        for number, target, said in zip(numbers, targets, values, strict=True)
    ]


class Unpacker:
    """Unpacks the next piece while the database commits the one before, for which this process would only wait.

    Its thread is given texts and gives rows; it knows no connection and ends with the `with` block. Whatever is lost
    with it is unpacked again by whoever goes on.
    """

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1)
        self._begun: dict[int, Future[list[Row]]] = {}
        return self

    def __exit__(self, *_raised: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def begin(self, pack: ImportPack) -> None:
        """Start on a piece that `rows` will be asked for."""
        self._begun = {pack.pk: self._thread.submit(_unpacked, pack.names, pack.rows)}

    def rows(self, pack: ImportPack) -> list[Row]:
        """The rows of a piece, whether it was begun or not."""
        begun = self._begun.pop(pack.pk, None)
        return begun.result() if begun else unpacked(pack)


def as_written(pack: ImportPack, rows: Iterable[Row]) -> None:
    """Give rows of a pack their cells and notes back."""
    places = {number: at for at, number in enumerate(json.loads(pack.rows)[0])}
    written = json.loads(pack.written)
    for row in rows:
        if row.row_no in places:
            row.raw, row.notes = written[places[row.row_no]]


def fresh_rows(batch: Import, around: int | None = None) -> Iterator[Row]:
    """The sound rows that become something new, in order, with everything that is known of them.

    `around` reads the piece that row is in and no other.
    """
    packs = batch.packs.order_by("first_row")
    if around is not None:
        packs = packs.filter(first_row__lte=around, last_row__gte=around)
    for pack in packs.iterator(chunk_size=4):
        rows = {row.row_no: row for row in unpacked(pack)}
        as_written(pack, rows.values())
        for own in batch.rows.filter(row_no__gte=pack.first_row, row_no__lte=pack.last_row):
            rows.pop(own.row_no, None)
            if own.action == Action.CREATE:
                rows[own.row_no] = Row(own.row_no, own.raw, own.values, None, own.notes, own.action, own.target)
        yield from sorted(rows.values(), key=lambda row: row.row_no)
