"""Pasted texts were stored with the Thai and Lao vowel am in two parts, which readers see as a misspelling."""

from django.db import migrations

from matchmaker.core.text_repair import change_texts
from matchmaker.engines.language import compose_am


class Migration(migrations.Migration):
    dependencies = [("companies", "0003_listed_fields_and_numbers_asked_for")]

    operations = [change_texts("companies", ["Company"], compose_am)]
