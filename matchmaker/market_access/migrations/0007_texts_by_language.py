"""Texts of entry rules, questions, admissions and agreements in several languages are one column each."""

import django.core.validators
from django.db import migrations, models

import matchmaker.core.multilingual
import matchmaker.core.text
from matchmaker.core.text_columns import gather


class Migration(migrations.Migration):
    dependencies = [("market_access", "0006_registration_evidence")]
    operations = [
        migrations.AddField("entryrule", "name", matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
        migrations.AddField("entryrule", "summary", matchmaker.core.multilingual.MultilingualField(max_length=1000, verbose_name='what it asks')),
        migrations.AddField("entryrule", "authority", matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='authority')),
        migrations.AddField("entryrule", "legal_basis", matchmaker.core.multilingual.MultilingualField(max_length=400, verbose_name='legal basis')),
        migrations.AddField("entryrule", "how_to_satisfy", matchmaker.core.multilingual.MultilingualField(max_length=2000, verbose_name='how to satisfy it')),
        migrations.AddField("entryquestion", "text", matchmaker.core.multilingual.MultilingualField(max_length=300, verbose_name='question')),
        migrations.AddField("entryquestion", "help", matchmaker.core.multilingual.MultilingualField(blank=True, max_length=500, verbose_name='help')),
        migrations.AddField("accessnotice", "product", matchmaker.core.multilingual.MultilingualField(max_length=120, verbose_name='product')),
        migrations.AddField("agreement", "name", matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
        gather("market_access", "EntryRule", {"name": {"en": "name_en", "zh-hans": "name_zh"}, "summary": {"en": "summary_en", "zh-hans": "summary_zh"}, "authority": {"en": "authority_en", "zh-hans": "authority_zh"}, "legal_basis": {"en": "legal_basis_en", "zh-hans": "legal_basis_zh"}, "how_to_satisfy": {"en": "how_to_satisfy_en", "zh-hans": "how_to_satisfy_zh"}}),
        gather("market_access", "EntryQuestion", {"text": {"en": "text_en", "zh-hans": "text_zh"}, "help": {"en": "help_en", "zh-hans": "help_zh"}}),
        gather("market_access", "AccessNotice", {"product": {"en": "product_en", "zh-hans": "product_zh"}}),
        gather("market_access", "Agreement", {"name": {"en": "name_en", "zh-hans": "name_zh"}}),
        migrations.AlterField("entryrule", "name_en", models.CharField(blank=True, max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in English')),
        migrations.AlterField("entryrule", "name_zh", models.CharField(blank=True, max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in Chinese')),
        migrations.AlterField("entryrule", "summary_en", models.TextField(blank=True, max_length=1000, verbose_name='what it asks, in English')),
        migrations.AlterField("entryrule", "summary_zh", models.TextField(blank=True, max_length=1000, verbose_name='what it asks, in Chinese')),
        migrations.AlterField("entryrule", "authority_en", models.CharField(blank=True, max_length=160, verbose_name='authority in English')),
        migrations.AlterField("entryrule", "authority_zh", models.CharField(blank=True, max_length=160, verbose_name='authority in Chinese')),
        migrations.AlterField("entryrule", "legal_basis_en", models.CharField(blank=True, max_length=400, verbose_name='legal basis in English')),
        migrations.AlterField("entryrule", "legal_basis_zh", models.CharField(blank=True, max_length=400, verbose_name='legal basis in Chinese')),
        migrations.AlterField("entryrule", "how_to_satisfy_en", models.TextField(blank=True, max_length=2000, verbose_name='how to satisfy it, in English')),
        migrations.AlterField("entryrule", "how_to_satisfy_zh", models.TextField(blank=True, max_length=2000, verbose_name='how to satisfy it, in Chinese')),
        migrations.AlterField("entryquestion", "text_en", models.CharField(blank=True, max_length=300)),
        migrations.AlterField("entryquestion", "text_zh", models.CharField(blank=True, max_length=300)),
        migrations.AlterField("accessnotice", "product_en", models.CharField(blank=True, max_length=120)),
        migrations.AlterField("accessnotice", "product_zh", models.CharField(blank=True, max_length=120)),
        migrations.AlterField("agreement", "name_en", models.CharField(blank=True, max_length=160)),
        migrations.AlterField("agreement", "name_zh", models.CharField(blank=True, max_length=160)),
        migrations.RemoveField("entryrule", "name_en"),
        migrations.RemoveField("entryrule", "name_zh"),
        migrations.RemoveField("entryrule", "summary_en"),
        migrations.RemoveField("entryrule", "summary_zh"),
        migrations.RemoveField("entryrule", "authority_en"),
        migrations.RemoveField("entryrule", "authority_zh"),
        migrations.RemoveField("entryrule", "legal_basis_en"),
        migrations.RemoveField("entryrule", "legal_basis_zh"),
        migrations.RemoveField("entryrule", "how_to_satisfy_en"),
        migrations.RemoveField("entryrule", "how_to_satisfy_zh"),
        migrations.RemoveField("entryquestion", "text_en"),
        migrations.RemoveField("entryquestion", "text_zh"),
        migrations.RemoveField("entryquestion", "help_en"),
        migrations.RemoveField("entryquestion", "help_zh"),
        migrations.RemoveField("accessnotice", "product_en"),
        migrations.RemoveField("accessnotice", "product_zh"),
        migrations.RemoveField("agreement", "name_en"),
        migrations.RemoveField("agreement", "name_zh"),
    ]
