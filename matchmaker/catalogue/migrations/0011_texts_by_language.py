"""Names of categories and texts of HS codes are one column each, in any language."""

import django.core.validators
from django.db import migrations, models

import matchmaker.core.multilingual
import matchmaker.core.text
from matchmaker.core.text_columns import gather


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0010_everyday_chinese_names")]
    operations = [
        migrations.AddField("category", "name", matchmaker.core.multilingual.MultilingualField(max_length=120, verbose_name='name')),
        migrations.AddField("hscode", "text", matchmaker.core.multilingual.MultilingualField()),
        migrations.AddField("hscode", "path", matchmaker.core.multilingual.MultilingualField()),
        migrations.AddField("hscode", "title", matchmaker.core.multilingual.MultilingualField(blank=True)),
        migrations.AddField("hscode", "names", matchmaker.core.multilingual.MultilingualField(blank=True)),
        gather("catalogue", "Category", {"name": {"en": "name_en", "zh-hans": "name_zh", "fr": "name_fr", "es": "name_es"}}),
        gather("catalogue", "HSCode", {"text": {"en": "text_en"}, "path": {"en": "path_en", "fr": "path_fr", "es": "path_es"}, "title": {"zh-hans": "title_zh"}, "names": {"zh-hans": "names_zh"}}),
        migrations.AlterField("category", "name_en", models.CharField(blank=True, max_length=120)),
        migrations.AlterField("category", "name_zh", models.CharField(blank=True, max_length=120)),
        migrations.AlterField("hscode", "text_en", models.TextField(blank=True)),
        migrations.AlterField("hscode", "path_en", models.TextField(blank=True)),
        migrations.RemoveField("category", "name_en"),
        migrations.RemoveField("category", "name_zh"),
        migrations.RemoveField("category", "name_fr"),
        migrations.RemoveField("category", "name_es"),
        migrations.RemoveField("hscode", "text_en"),
        migrations.RemoveField("hscode", "path_en"),
        migrations.RemoveField("hscode", "path_fr"),
        migrations.RemoveField("hscode", "path_es"),
        migrations.RemoveField("hscode", "title_zh"),
        migrations.RemoveField("hscode", "names_zh"),
    ]
