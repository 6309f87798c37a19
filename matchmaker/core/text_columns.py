"""For migrations: columns named for a language become one text in several languages, and back."""

from collections.abc import Mapping

from django.db import migrations

BATCH = 500
Columns = Mapping[str, Mapping[str, str]]


def gather(app: str, model: str, columns: Columns) -> migrations.RunPython:
    """Copies columns into fields of texts; in reverse the texts into the columns.

    Args:
        columns: field → language code → column, such as {"name": {"en": "name_en", "zh-hans": "name_zh"}}.
    """

    def forwards(apps, schema_editor):
        def fill(row):
            for field, sources in columns.items():
                texts = ((code, getattr(row, column)) for code, column in sources.items())
                setattr(row, field, {code: text for code, text in texts if text})

        change_rows(apps.get_model(app, model), schema_editor, fill, list(columns))

    def backwards(apps, schema_editor):
        def fill(row):
            for field, sources in columns.items():
                for code, column in sources.items():
                    setattr(row, column, getattr(row, field).get(code, ""))

        names = [column for sources in columns.values() for column in sources.values()]
        change_rows(apps.get_model(app, model), schema_editor, fill, names)

    return migrations.RunPython(forwards, backwards)


def check_constraints_now(schema_editor) -> None:
    """Check now what PostgreSQL would check at the end: a row that was changed twice stops it from altering a table."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def change_rows(model, schema_editor, fill, fields) -> None:
    """Call `fill` with every row and write its fields, some hundred rows at a time."""
    manager, rows = model.objects.using(schema_editor.connection.alias), []
    for row in manager.order_by("pk").iterator(BATCH):
        fill(row)
        rows.append(row)
        if len(rows) == BATCH:
            manager.bulk_update(rows, fields)
            rows = []
    manager.bulk_update(rows, fields)
    check_constraints_now(schema_editor)
