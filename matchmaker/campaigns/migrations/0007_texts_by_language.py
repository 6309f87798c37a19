"""Names, texts and questions in several languages are one column each."""

from django.db import migrations, models
from django.db.models.fields.json import KT
from django.db.models.functions import Lower

import matchmaker.core.multilingual
import matchmaker.core.text
from matchmaker.core.text_columns import change_rows, gather


def options_by_language(apps, schema_editor):
    """[[English, Chinese], …] becomes [{"en": …, "zh-hans": …}, …]."""
    def fill(question):
        pairs = [dict(zip(("en", "zh-hans"), pair, strict=False)) for pair in question.options]
        question.options = [{code: text for code, text in pair.items() if text} for pair in pairs]

    change_rows(apps.get_model("campaigns", "Question"), schema_editor, fill, ["options"])


def options_as_pairs(apps, schema_editor):
    def fill(question):
        question.options = [[option.get("en", ""), option.get("zh-hans", "")] for option in question.options]

    change_rows(apps.get_model("campaigns", "Question"), schema_editor, fill, ["options"])


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_team_seats")]
    operations = [
        migrations.AddField("campaign", "name", matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
        migrations.AddField("campaign", "about", matchmaker.core.multilingual.MultilingualField(blank=True, max_length=4000, verbose_name='about')),
        migrations.AddField("partner", "name", matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
        migrations.AddField("question", "label", matchmaker.core.multilingual.MultilingualField(max_length=200, verbose_name='question')),
        migrations.AddField("question", "help", matchmaker.core.multilingual.MultilingualField(blank=True, max_length=300, verbose_name='help')),
        gather("campaigns", "Campaign", {"name": {"en": "name_en", "zh-hans": "name_zh"}, "about": {"en": "about_en", "zh-hans": "about_zh"}}),
        gather("campaigns", "Partner", {"name": {"en": "name_en", "zh-hans": "name_zh"}}),
        gather("campaigns", "Question", {"label": {"en": "label_en", "zh-hans": "label_zh"}, "help": {"en": "help_en", "zh-hans": "help_zh"}}),
        migrations.RunPython(options_by_language, options_as_pairs),
        migrations.RemoveConstraint("partner", "partner_named_once"),
        migrations.AlterModelOptions("partner", {"ordering": [KT("name__en")]}),
        migrations.AlterField("campaign", "name_en", models.CharField(blank=True, max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in English')),
        migrations.AlterField("campaign", "name_zh", models.CharField(blank=True, max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in Chinese')),
        migrations.AlterField("partner", "name_en", models.CharField(blank=True, max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in English')),
        migrations.AlterField("question", "label_en", models.CharField(blank=True, max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='question in English')),
        migrations.RemoveField("campaign", "name_en"),
        migrations.RemoveField("campaign", "name_zh"),
        migrations.RemoveField("campaign", "about_en"),
        migrations.RemoveField("campaign", "about_zh"),
        migrations.RemoveField("partner", "name_en"),
        migrations.RemoveField("partner", "name_zh"),
        migrations.RemoveField("question", "label_en"),
        migrations.RemoveField("question", "label_zh"),
        migrations.RemoveField("question", "help_en"),
        migrations.RemoveField("question", "help_zh"),
        migrations.AddConstraint("partner", models.UniqueConstraint(models.F("campaign"), Lower(KT("name__en")), name="partner_named_once")),
    ]
