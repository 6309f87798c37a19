"""Queries of the pages that are opened most: Django writes their SQL once, and each time only the values change.

Of a query for the few rows of one product the ORM takes half a millisecond to write the SQL, and the database a
twentieth to answer it.
"""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet

type Value = int | str | UUID | dt.date


class Written[M: Model]:
    """`texts_of = Written(lambda key: ProductText.objects.filter(product=key), -1)`, then `texts_of(5)` → its texts.

    The marks are values of the kind that is asked with, each one different from the others and from what else stands
    in the query. The rows are whole or deferred (`only`), in their usual order, with nothing joined or annotated; the
    query must be the same whenever it is asked: nothing of a day or a person may be in it that is not a mark.
    """

    def __init__(self, rows: Callable[..., QuerySet[M]], *marks: Value) -> None:
        self._rows, self._marks = rows, marks

    def __call__(self, *values: Value) -> list[M]:
        model, sql, given, places, names, converters = self._written
        parameters = list(given)  # other threads ask at the same time
        for place, at in places:
            parameters[place] = _prepared(values[at])
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows = cursor.fetchall()
        if converters:
            rows = [_converted(row, converters) for row in rows]
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]

    @cached_property
    def _written(self) -> tuple[type[M], str, list, list[tuple[int, int]], list[str], dict[int, tuple]]:
        """(model, SQL, its parameters, (place, which value) pairs, names of the columns, converters by column)."""
        rows = self._rows(*self._marks)
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        assert not compiler.annotation_col_map
        assert not compiler.klass_info.get("related_klass_infos"), "one table at a time"
        marks = [_prepared(mark) for mark in self._marks]
        places = [(place, marks.index(one)) for place, one in enumerate(parameters) if one in marks]
        assert {at for _place, at in places} == set(range(len(marks))), "a mark that is not among the parameters"
        columns = [column for column, _sql, _alias in compiler.select]
        converters = compiler.get_converters(columns)
        names = [column.target.attname for column in columns]
        return rows.model, sql, list(parameters), places, names, converters


def _prepared(value: Value) -> Any:
    """A value as Django hands it to the database."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datefield_value(value) if isinstance(value, dt.date) else value


def _converted(row: tuple, converters: dict[int, tuple]) -> list:
    changed = list(row)
    for at, (steps, column) in converters.items():
        for step in steps:
            changed[at] = step(changed[at], column, connection)
    return changed
