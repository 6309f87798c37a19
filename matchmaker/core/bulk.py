"""Many rows into a table at once: COPY on PostgreSQL, one prepared statement on SQLite.

Models are not instantiated, so no default and no validator of theirs runs here: what is written was judged before. What
the table itself forbids still raises IntegrityError.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import batched
from typing import Any

from django.db import connection, models

_MARKS = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}  # what COPY reads as something else; the backslash first


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Primary keys that nobody else gets, in order. On SQLite call it inside a transaction, which there is alone."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(  # the sequence's name in brackets of its own, so that it is looked up once and not for each
                "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) FROM generate_series(1, %s)",
                [f'"{table}"', count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = (found[0] if found else 0) + 1
    return list(range(first, first + count))


def without_waiting_for_the_disk() -> None:
    """The transaction that goes on ends before the disk has it. PostgreSQL writes in order: a later one that waits has
    waited for this one, too. Where the machine dies before that, it is as if this one and all after it had not been."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of the named fields (attribute names such as `company_id`); every other field gets its default.

    Values are Python's: UUID, Decimal, aware datetime, date, dict and list for JSON fields. COPY gets them as its text
    format has them, made column by column, because a column repeats itself: cell by cell, as psycopg makes them, takes
    three times as long.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    rest = {
        name: field.get_default()
        for name, field in fields.items()
        if name not in names and not isinstance(field, models.AutoField)
    }
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(fields[name].column)) for name in (*names, *rest))
    constant = tuple(rest.values())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for some in batched(rows, 500):  # the database takes these in while the next are made
                    cells = [*zip(*some, strict=True), *[(value,) * len(some) for value in constant]]
                    lines = map("\t".join, zip(*map(_for_copy, cells), strict=True))
                    copy.write("\n".join(lines) + "\n")
        else:
            marks = ", ".join(["%s"] * (len(names) + len(rest)))
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",
                [tuple(map(_plain, (*row, *constant))) for row in rows],
            )


def _for_copy(column: Sequence[Any]) -> Sequence[str]:
    """A column as the text format of COPY has it."""
    first = column[0]
    if type(first) is type(column[-1]) and column.count(first) == len(column):
        return [_cell(first)] * len(column)
    if set(map(type, column)) == {str}:
        together = "".join(column)
        return column if not any(mark in together for mark in _MARKS) else list(map(_cell, column))
    return list(map(_cell, column))


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, int | Decimal | dt.date):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    for mark, written in _MARKS.items():
        text = text.replace(mark, written)
    return text


def _plain(value: Any) -> Any:
    """What SQLite keeps for it, as Django would write it."""
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Decimal | dt.date):
        return str(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
