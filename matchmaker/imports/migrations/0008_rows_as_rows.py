"""Every row of a file has a record of its own; what stood packed by columns is unpacked into such records."""

import json

import django.core.serializers.json
from django.db import migrations, models


def unpack(apps, _schema):
    """Imports under way go on, and those of the last days can still be undone."""
    packs = apps.get_model("imports", "ImportPack").objects
    for pk in packs.order_by("pk").values_list("pk", flat=True):  # one by one: a pack may hold a megabyte
        _unpack(apps, packs.get(pk=pk))
    rows = apps.get_model("imports", "ImportRow").objects.filter(batch__kind="products")
    for row in rows.filter(values__isnull=False).iterator(chunk_size=500):
        row.values = _named_texts(row.values)
        row.before = row.before and _named_texts(row.before)
        row.save(update_fields=["values", "before"])


def _unpack(apps, pack):
    model = apps.get_model("imports", "ImportRow")
    numbers, targets, *columns = json.loads(pack.rows) or ((), ())
    values = [_one_each(column, len(numbers)) for column in columns]
    texts = list(_texts(columns))
    raw = [texts[column] if isinstance(column, int) else column for column in json.loads(pack.written)]
    notes, *cells = [_one_each(column, len(numbers)) for column in raw] or ([None] * len(numbers),)
    apart = set(model.objects.filter(batch=pack.batch_id).values_list("row_no", flat=True))
    model.objects.bulk_create(
        [
            model(
                batch_id=pack.batch_id,
                row_no=number,
                target=target,
                action="create",
                notes=notes[at],
                raw=[column[at] for column in cells],
                values=dict(zip(pack.names, (column[at] for column in values), strict=True)),
            )
            for at, (number, target) in enumerate(zip(numbers, targets, strict=True))
            if number not in apart
        ],
        batch_size=1000,
    )


def _one_each(column, count):
    """A column that was the same in every row was packed as one value, a column of lists as its inner columns."""
    if isinstance(column, dict):
        return [list(values) for values in zip(*[_one_each(inner, count) for inner in column["each"]], strict=True)]
    return list(column) * count if len(column) == 1 else column


def _texts(columns):
    """The columns with a value for each row, in order, with those inside of others: `written` counts them."""
    for column in columns:
        if isinstance(column, dict):
            yield from _texts(column["each"])
        elif len(column) > 1:
            yield column


def _named_texts(values):
    names = ("language", "name", "description")
    texts = [dict(zip(names, text, strict=True)) if isinstance(text, list) else text for text in values["texts"]]
    return {**values, "texts": texts}


class Migration(migrations.Migration):
    dependencies = [("imports", "0007_cells_by_columns")]
    operations = [
        migrations.AlterField(
            model_name="importrow",
            name="values",
            field=models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True),
        ),
        migrations.RunPython(unpack, migrations.RunPython.noop),
        migrations.DeleteModel(name="ImportPack"),
    ]
