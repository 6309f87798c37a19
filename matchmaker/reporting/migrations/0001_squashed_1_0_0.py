"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.core.validators
import django.db.models.deletion
import matchmaker.core.ids
import matchmaker.core.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('reporting', '0001_report'),
        ('reporting', '0002_report_counts'),
    ]

    initial = True

    dependencies = [
        ('campaigns', '0001_squashed_1_0_0'),
        ('companies', '0001_squashed_1_0_0'),
        ('events', '0001_squashed_1_0_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField(unique=True)),
                ('campaigns', models.JSONField(default=list)),
                ('period', models.CharField(max_length=10)),
                ('figures', models.JSONField(default=dict)),
                ('counted_at', models.DateTimeField(blank=True, null=True)),
                ('seconds', models.FloatField(default=0)),
                ('wanted_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='events.event')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('sent_at', models.DateTimeField()),
                ('rating', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='Would you come again?')),
                ('missing', models.CharField(blank=True, max_length=1000, validators=[matchmaker.core.text.validate_text], verbose_name='What was missing?')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='surveys', to='companies.company')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='surveys', to='events.event')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='surveys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'survey',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('event', 'person'), name='surveyed_once_per_event'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('rating__isnull', True)), models.Q(('answered_at__isnull', False), ('rating__gte', 1), ('rating__lte', 5)), _connector='OR'), name='survey_answer_has_a_rating')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('figure', models.CharField(max_length=20)),
                ('value', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='target')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='campaigns.campaign')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'figure'), name='one_target_per_figure'), models.CheckConstraint(condition=models.Q(('value__gte', 1)), name='target_above_zero')],
            },
        ),
    ]
