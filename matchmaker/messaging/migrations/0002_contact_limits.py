"""How many first messages each level of checking allows, to begin with; organisers change them."""

from django.db import migrations

LIMITS = [(0, 5, 3), (1, 10, 5), (2, 20, 10), (3, 40, 20)]  # level, first messages a day, open requests


def fill(apps, schema_editor):
    rows = apps.get_model("messaging", "ContactLimit").objects
    for level, per_day, requests in LIMITS:
        rows.get_or_create(level=level, defaults={"per_day": per_day, "open_requests": requests})


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
