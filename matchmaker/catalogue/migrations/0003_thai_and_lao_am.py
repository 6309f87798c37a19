"""Pasted texts were stored with the Thai and Lao vowel am in two parts, which readers see as a misspelling."""

from django.db import migrations

from matchmaker.core.text_repair import change_texts
from matchmaker.engines.language import compose_am


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_names_hold_no_link")]

    operations = [change_texts("catalogue", ["Product", "ProductText", "ProductVariant", "Demand", "DemandLine", "DemandVersion"], compose_am)]
