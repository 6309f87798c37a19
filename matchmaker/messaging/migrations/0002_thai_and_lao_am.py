"""Pasted texts were stored with the Thai and Lao vowel am in two parts, which readers see as a misspelling."""

from django.db import migrations

from matchmaker.core.text_repair import change_texts
from matchmaker.engines.language import compose_am


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_squashed_1_0_0")]

    operations = [change_texts("messaging", ["Quote", "QuoteRequest", "Message"], compose_am)]
