"""Texts of events and halls in several languages are one column each."""

import django.core.validators
from django.db import migrations, models

import matchmaker.core.multilingual
import matchmaker.core.text
from matchmaker.core.text_columns import gather


class Migration(migrations.Migration):
    dependencies = [("events", "0007_calendar_addresses")]
    operations = [
        migrations.AddField("event", "name", matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
        migrations.AddField("event", "about", matchmaker.core.multilingual.MultilingualField(blank=True, max_length=4000, verbose_name='about')),
        migrations.AddField("event", "theme", matchmaker.core.multilingual.MultilingualField(blank=True, max_length=160, verbose_name='theme')),
        migrations.AddField("event", "venue", matchmaker.core.multilingual.MultilingualField(blank=True, max_length=160, verbose_name='venue')),
        migrations.AddField("event", "city", matchmaker.core.multilingual.MultilingualField(blank=True, max_length=80, verbose_name='city')),
        migrations.AddField("hall", "name", matchmaker.core.multilingual.MultilingualField(max_length=80, verbose_name='name')),
        gather("events", "Event", {"name": {"en": "name_en", "zh-hans": "name_zh"}, "about": {"en": "about_en", "zh-hans": "about_zh"}, "theme": {"en": "theme_en", "zh-hans": "theme_zh"}, "venue": {"en": "venue_en", "zh-hans": "venue_zh"}, "city": {"en": "city_en", "zh-hans": "city_zh"}}),
        gather("events", "Hall", {"name": {"en": "name_en", "zh-hans": "name_zh"}}),
        migrations.AlterField("event", "name_en", models.CharField(blank=True, max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in English')),
        migrations.AlterField("event", "name_zh", models.CharField(blank=True, max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in Chinese')),
        migrations.AlterField("hall", "name_en", models.CharField(blank=True, max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in English')),
        migrations.RemoveField("event", "name_en"),
        migrations.RemoveField("event", "name_zh"),
        migrations.RemoveField("event", "about_en"),
        migrations.RemoveField("event", "about_zh"),
        migrations.RemoveField("event", "theme_en"),
        migrations.RemoveField("event", "theme_zh"),
        migrations.RemoveField("event", "venue_en"),
        migrations.RemoveField("event", "venue_zh"),
        migrations.RemoveField("event", "city_en"),
        migrations.RemoveField("event", "city_zh"),
        migrations.RemoveField("hall", "name_en"),
        migrations.RemoveField("hall", "name_zh"),
    ]
