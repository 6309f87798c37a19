"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('translation', '0001_initial'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='KindPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('product', 'products'), ('company', 'descriptions of companies'), ('demand', 'demands that are open to everybody'), ('private_demand', 'private demands'), ('message', 'messages, quotes and questions')], max_length=20, unique=True)),
                ('may_leave', models.BooleanField(verbose_name='may be sent to the engine')),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Translation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('source', models.CharField(max_length=10)),
                ('target', models.CharField(max_length=10)),
                ('kind', models.CharField(choices=[('product', 'products'), ('company', 'descriptions of companies'), ('demand', 'demands that are open to everybody'), ('private_demand', 'private demands'), ('message', 'messages, quotes and questions')], max_length=20)),
                ('original', models.TextField()),
                ('text', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('done', 'translated'), ('refused', 'refused by a check'), ('failed', 'failed')], default='waiting', max_length=10)),
                ('engine', models.CharField(blank=True, max_length=40)),
                ('version', models.CharField(blank=True, max_length=80)),
                ('problem', models.CharField(blank=True, max_length=40)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at'], name='translation_waiting')],
                'constraints': [models.UniqueConstraint(fields=('digest', 'source', 'target'), name='translation_once')],
            },
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('engine', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('product', 'products'), ('company', 'descriptions of companies'), ('demand', 'demands that are open to everybody'), ('private_demand', 'private demands'), ('message', 'messages, quotes and questions')], max_length=20)),
                ('characters', models.PositiveBigIntegerField(default=0)),
                ('texts', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('month', 'engine', 'kind'), name='translation_usage_once')],
            },
        ),
    ]
