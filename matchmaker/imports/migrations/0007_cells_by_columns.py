import json
from itertools import zip_longest

from django.db import migrations


def turn(apps, _schema):
    """Imports under way go on: the cells of their packs as they were written stood row by row, now column by column."""
    packs = apps.get_model("imports", "ImportPack").objects
    for pk in list(packs.values_list("pk", flat=True)):  # one by one: a pack may have a megabyte
        rows = json.loads(packs.values_list("written", flat=True).get(pk=pk))
        cells, notes = zip(*rows, strict=True) if rows else ((), ())
        packs.filter(pk=pk).update(written=json.dumps([notes, *zip_longest(*cells, fillvalue="")]))


class Migration(migrations.Migration):
    dependencies = [("imports", "0006_packs_hold_columns")]
    operations = [migrations.RunPython(turn, migrations.RunPython.noop)]
