"""The names by which a company is found hold them without accents, too: vinicola finds Vinícola."""

import unicodedata

from django.db import migrations

LOT = 2000


def without_accents(text):
    marked = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in marked if not "\u0300" <= char <= "\u036f"))


def add(apps, schema_editor):
    companies = apps.get_model("companies", "Company").objects.using(schema_editor.connection.alias)
    changed = []
    for company in companies.only("name_key").iterator(chunk_size=LOT):
        plain = without_accents(company.name_key)
        if plain != company.name_key:
            company.name_key = f"{company.name_key} {plain}"[:600]
            changed.append(company)
    companies.bulk_update(changed, ["name_key"], batch_size=LOT)


class Migration(migrations.Migration):
    dependencies = [("companies", "0010_invite")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
