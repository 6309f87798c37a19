"""Queries of the pages that are opened most: Django writes their SQL once, and each time only the values change.

Of a query for the few rows of one product the ORM takes half a millisecond to write the SQL, and the database a
twentieth to answer it. The query must be the same whenever it is asked: nothing of a day or a person may be in it that
is not a mark. Marks are values of the kind that is asked with, each one different from the others and from what else
stands in the query.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet

type Value = int | str | UUID | dt.date


class Asked:
    """Rows as the database gives them: `Asked(lambda day: Demand.objects.public(day).values_list("pk"), dt.date.min)`,
    then `(today)` → its tuples."""

    def __init__(self, rows: Callable[..., QuerySet], *marks: Value) -> None:
        self._rows, self._marks = rows, marks

    def __call__(self, *values: Value) -> list[Any]:
        sql, given, places = self._written
        parameters = list(given)  # other threads ask at the same time
        for place, at in places:
            parameters[place] = _prepared(values[at])
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()  # type: ignore[no-any-return]

    @cached_property
    def _compiled(self) -> tuple[QuerySet, Any, str, list]:
        """(rows, the compiler that wrote their SQL, the SQL, its parameters)."""
        rows = self._rows(*self._marks)
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return rows, compiler, sql, list(parameters)

    @cached_property
    def _written(self) -> tuple[str, list, list[tuple[int, int]]]:
        """(SQL, its parameters, (place, which value) pairs)."""
        _rows, _compiler, sql, parameters = self._compiled
        marks = [_prepared(mark) for mark in self._marks]
        places = [(place, marks.index(one)) for place, one in enumerate(parameters) if one in marks]
        assert {at for _place, at in places} == set(range(len(marks))), "a mark that is not among the parameters"
        return sql, parameters, places


class Written[M: Model](Asked):
    """`texts_of = Written(lambda key: ProductText.objects.filter(product=key), -1)`, then `texts_of(5)` → its texts.

    The rows are whole or deferred (`only`), in their usual order, with nothing joined or annotated.
    """

    def __call__(self, *values: Value) -> list[M]:
        model, names, converters = self._columns
        rows = super().__call__(*values)
        if converters:
            rows = [_converted(row, converters) for row in rows]
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]

    @cached_property
    def _columns(self) -> tuple[type[M], list[str], dict[int, tuple]]:
        """(model, names of the columns, converters by column)."""
        rows, compiler, _sql, _parameters = self._compiled
        assert not compiler.annotation_col_map
        assert not compiler.klass_info.get("related_klass_infos"), "one table at a time"
        columns = [column for column, _sql, _alias in compiler.select]
        return rows.model, [column.target.attname for column in columns], compiler.get_converters(columns)


class Among:
    """Which of a few primary keys are among some rows: `Among(Product.objects.published)([3, 5])` → the published."""

    def __init__(self, rows: Callable[[], QuerySet]) -> None:
        def of(*keys: int) -> QuerySet:
            return rows().filter(pk__in=keys).order_by().values_list("pk")

        self._of = cache(lambda n: Asked(of, *range(-n, 0)))  # no row has such a key

    def __call__(self, keys: Sequence[int]) -> set[int]:
        return {key for (key,) in self._of(len(keys))(*keys)} if keys else set()


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
