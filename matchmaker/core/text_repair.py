"""For migrations: texts that people typed and an earlier version stored in other characters are corrected."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import migrations, models

Change = Callable[[str], str]


def change_texts(app: str, names: Iterable[str], change: Change) -> migrations.RunPython:
    """Write `change(text)` over each text of these models of the app, also inside JSON. In reverse nothing is done."""

    def forwards(apps, schema_editor):
        for name in names:
            _repair(apps.get_model(app, name).objects.using(schema_editor.connection.alias), change)

    return migrations.RunPython(forwards, migrations.RunPython.noop)


def _repair(rows: models.QuerySet, change: Change) -> None:
    fields = [field for field in rows.model._meta.concrete_fields if _has_text(field)]
    for row in rows.only("pk", *(field.attname for field in fields)).iterator(500):
        values = {field.attname: getattr(row, field.attname) for field in fields}
        changed = {name: changed_in(value, change) for name, value in values.items()}
        if changed != values:
            rows.filter(pk=row.pk).update(**changed)


def _has_text(field: models.Field) -> bool:
    return isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.primary_key


def changed_in(value: Any, change: Change) -> Any:
    """The value with every text in it changed: itself, those of a list, and those of a mapping (its keys stay)."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [changed_in(part, change) for part in value]
    if isinstance(value, dict):
        return {key: changed_in(part, change) for key, part in value.items()}
    return value
