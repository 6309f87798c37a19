"""Which of a few primary keys are among some rows: asked on every page, so the SQL is made once, only keys change."""

from collections.abc import Callable, Sequence
from functools import cache

from django.db import connection
from django.db.models import QuerySet


class Among:
    """`Among(Product.objects.published)([3, 5])` → those of the keys that are published.

    The rows must be the same whenever they are asked for: nothing of a day or a person may be in them.
    """

    def __init__(self, rows: Callable[[], QuerySet]) -> None:
        self._rows = rows
        self._written = cache(self._write)

    def __call__(self, keys: Sequence[int]) -> set[int]:
        if not keys:
            return set()
        sql, given, places = self._written(len(keys))
        parameters = list(given)  # other threads ask at the same time
        for place, key in zip(places, keys, strict=True):
            parameters[place] = key
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return {key for (key,) in cursor.fetchall()}

    def _write(self, n: int) -> tuple[str, list, list[int]]:
        """(SQL for n keys, its parameters, where the keys stand among them)."""
        marks = range(-n, 0)  # no row has such a key
        rows = self._rows().filter(pk__in=marks).order_by().values_list("pk")
        sql, parameters = rows.query.sql_with_params()
        return sql, list(parameters), [parameters.index(mark) for mark in marks]
