import json

from django.db import migrations


def turn(apps, _schema):
    """Imports under way go on, and those of the last days can be undone: their packs held rows, now they hold columns."""
    packs = apps.get_model("imports", "ImportPack").objects
    for pk in list(packs.values_list("pk", flat=True)):  # one by one: a pack may have a megabyte
        rows = json.loads(packs.values_list("rows", flat=True).get(pk=pk))
        numbers, values, targets = zip(*rows, strict=True) if rows else ((), (), ())
        packs.filter(pk=pk).update(rows=json.dumps([numbers, targets, *zip(*values, strict=True)]))


class Migration(migrations.Migration):
    dependencies = [("imports", "0005_packs_are_pressed_quickly")]
    operations = [migrations.RunPython(turn, migrations.RunPython.noop)]
