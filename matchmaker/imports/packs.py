"""Rows between reading and writing. Those that are sound and new travel packed, a piece of the file in one record: a
table row each would cost more than the product they become. A row there is something to say about has a record of its
own, `ImportRow`, and that one holds wherever a pack has the same row."""

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
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
    pack = packed(names, fresh)
    insert(
        ImportPack,
        ("batch_id", "first_row", "last_row", "names", "rows", "written"),
        [(batch.pk, rows[0].row_no, rows[-1].row_no, names, as_json(pack), as_json(written(fresh, pack)))],
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


def packed(names: Sequence[str], rows: Sequence[Row]) -> list[Any]:
    """Row numbers, uids, then the named values column by column."""
    numbers, targets = [row.row_no for row in rows], [row.target.hex for row in rows]  # type: ignore[union-attr]
    values: list[Any] = [row.values for row in rows]
    return [numbers, targets, *[_pressed(list(map(itemgetter(name), values))) for name in names]]


def written(rows: Sequence[Row], pack: Sequence[Any]) -> list[Any]:
    """Notes, then the cells column by column. What stands among the values as it was written is not kept again: the
    number of its column there stands for it. Rows that end early are filled up with empty cells."""
    there = list(_texts(pack[2:]))
    cells = map(list, zip_longest(*[row.raw for row in rows], fillvalue=""))
    columns = [there.index(one) if one in there else _pressed(one) for one in cells]
    return [_pressed([row.notes for row in rows]), *columns]


def _pressed(column: list[Any]) -> Any:
    """A column that says the same in every row says it once: few sheets fill half of the columns there are. One of
    lists that are of one length is kept as the columns in them."""
    if not column or (column[0] == column[-1] and column.count(column[0]) == len(column)):
        return column[:1]
    if column[0] and set(map(type, column)) <= {list, tuple} and len(set(map(len, column))) == 1:
        return {"each": [_pressed(list(inner)) for inner in zip(*column, strict=True)]}
    return column


def _spread(column: Any, count: int) -> Sequence[Any]:
    """One value a row again."""
    if isinstance(column, dict):
        return list(map(list, zip(*[_spread(inner, count) for inner in column["each"]], strict=True)))
    return column * count if len(column) == 1 else column


def _texts(columns: Sequence[Any]) -> Iterator[list[Any]]:
    """The columns in which each row says something of its own, in order, with those inside of others."""
    for column in columns:
        if isinstance(column, dict):
            yield from _texts(column["each"])
        elif len(column) > 1:
            yield column


def unpacked(pack: ImportPack) -> list[Row]:
    create = Action.CREATE.value
    numbers, targets, *columns = json.loads(pack.rows)
    values = zip(*[_spread(column, len(numbers)) for column in columns], strict=True)
    return [
        Row(number, [], dict(zip(pack.names, said, strict=True)), None, None, create, uuid.UUID(int=int(target, 16)))
        for number, target, said in zip(numbers, targets, values, strict=True)
    ]


class Unpacker:
    """Unpacks the next piece while the database commits the one before, for which this process would only wait.

    Its thread is given texts and gives rows; it knows no connection and ends with the `with` block. Whatever is lost
    with it is unpacked again by whoever goes on.
    """

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1)
        self._begun: dict[int, tuple[ImportPack, Future[list[Row]]]] = {}
        return self

    def __exit__(self, *_raised: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def begin(self, pack: ImportPack, behind: int) -> None:
        """Start on the piece that comes behind that row."""
        self._begun = {behind: (pack, self._thread.submit(unpacked, pack))}

    def next_of(self, batch: Import) -> tuple[ImportPack | None, list[Row]]:
        """The piece behind what is in already, and its rows, whether it was begun or not; None behind the last."""
        if begun := self._begun.pop(batch.done_through, None):
            return begun[0], begun[1].result()
        pack = pack_behind(batch, batch.done_through)
        return pack, unpacked(pack) if pack else []


def pack_behind(batch: Import, row_no: int) -> ImportPack | None:
    """Without the cells as they were written."""
    return batch.packs.defer("written").filter(first_row__gt=row_no).order_by("first_row").first()


def as_written(pack: ImportPack, rows: Iterable[Row]) -> None:
    """Give rows of a pack their cells and notes back."""
    numbers, _targets, *values = json.loads(pack.rows)
    there = list(_texts(values))
    columns = [there[one] if isinstance(one, int) else one for one in json.loads(pack.written)]
    said = zip(*[_spread(one, len(numbers)) for one in columns], strict=True)
    found = dict(zip(numbers, said, strict=True))
    for row in rows:
        if row.row_no in found:
            row.notes, *row.raw = found[row.row_no]


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
