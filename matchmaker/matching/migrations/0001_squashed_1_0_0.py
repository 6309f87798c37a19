"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.db.models.deletion
import matchmaker.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('matching', '0001_initial'),
        ('matching', '0002_settings_and_never_again'),
        ('matching', '0003_settings_uid'),
        ('matching', '0004_leases_of_waiting_rows'),
        ('matching', '0005_shares_of_codes'),
    ]

    initial = True

    dependencies = [
        ('campaigns', '0001_squashed_1_0_0'),
        ('catalogue', '0001_squashed_1_0_0'),
        ('companies', '0001_squashed_1_0_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OfferState',
            fields=[
                ('encoder', models.CharField(blank=True, max_length=60)),
                ('text_digest', models.CharField(blank=True, max_length=64)),
                ('vector', models.BinaryField(null=True)),
                ('code_digest', models.CharField(blank=True, max_length=64)),
                ('hs_share', models.FloatField(null=True)),
                ('category_share', models.FloatField(null=True)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('matched_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('tried_revision', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('product', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='matching_state', serialize=False, to='catalogue.product')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WantState',
            fields=[
                ('encoder', models.CharField(blank=True, max_length=60)),
                ('text_digest', models.CharField(blank=True, max_length=64)),
                ('vector', models.BinaryField(null=True)),
                ('code_digest', models.CharField(blank=True, max_length=64)),
                ('hs_share', models.FloatField(null=True)),
                ('category_share', models.FloatField(null=True)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('matched_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('tried_revision', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='matching_state', serialize=False, to='catalogue.demandline')),
                ('run_revision', models.PositiveIntegerField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MatchSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('weights', models.JSONField(default=dict)),
                ('floor', models.PositiveSmallIntegerField(default=0)),
                ('skip_known', models.BooleanField(default=False)),
                ('origin', models.CharField(choices=[('learned', 'learned from answers'), ('organiser', 'set by the organiser')], max_length=10)),
                ('adopted', models.BooleanField(default=True)),
                ('answers', models.PositiveIntegerField(default=0)),
                ('loss_before', models.FloatField(null=True)),
                ('loss_after', models.FloatField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='MatchRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('state', models.CharField(choices=[('running', 'running'), ('done', 'done'), ('cancelled', 'cancelled')], default='running', max_length=10)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('products', models.PositiveIntegerField(default=0)),
                ('lines', models.PositiveIntegerField(default=0)),
                ('background', models.BinaryField(null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='match_runs', to='campaigns.campaign')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settings', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.matchsettings')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='NeverAgain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_by', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='companies.company')),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='companies.company')),
            ],
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('score', models.FloatField()),
                ('probability', models.FloatField()),
                ('parts', models.JSONField(default=dict)),
                ('evidence', models.JSONField(default=dict)),
                ('conditions', models.JSONField(default=list)),
                ('engine', models.CharField(max_length=60)),
                ('supplier_answer', models.CharField(blank=True, choices=[('', 'no answer yet'), ('interested', 'interested'), ('declined', 'not for us')], max_length=10)),
                ('supplier_why', models.CharField(blank=True, choices=[('', 'no reason given'), ('other_goods', 'different goods'), ('price', 'price'), ('quantity', 'quantity or minimum order'), ('quality', 'quality or certificates'), ('origin', 'origin'), ('timing', 'timing'), ('known', 'we already work together'), ('never', 'do not suggest this company again'), ('other', 'something else')], max_length=20)),
                ('supplier_answered_at', models.DateTimeField(blank=True, null=True)),
                ('buyer_answer', models.CharField(blank=True, choices=[('', 'no answer yet'), ('interested', 'interested'), ('declined', 'not for us')], max_length=10)),
                ('buyer_why', models.CharField(blank=True, choices=[('', 'no reason given'), ('other_goods', 'different goods'), ('price', 'price'), ('quantity', 'quantity or minimum order'), ('quality', 'quality or certificates'), ('origin', 'origin'), ('timing', 'timing'), ('known', 'we already work together'), ('never', 'do not suggest this company again'), ('other', 'something else')], max_length=20)),
                ('buyer_answered_at', models.DateTimeField(blank=True, null=True)),
                ('mutual_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='catalogue.demandline')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='catalogue.product')),
            ],
            options={
                'verbose_name': 'match',
                'verbose_name_plural': 'matches',
                'ordering': ['-score', 'id'],
                'indexes': [models.Index(fields=['line', '-score'], name='match_of_line'), models.Index(fields=['product', '-score'], name='match_of_product')],
                'constraints': [models.UniqueConstraint(fields=('product', 'line'), name='match_made_once'), models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 1)), name='match_score_between_0_and_1'), models.CheckConstraint(condition=models.Q(('mutual_at__isnull', True), models.Q(('supplier_answer', 'interested'), ('buyer_answer', 'interested')), _connector='OR'), name='mutual_means_both_said_yes')],
            },
        ),
        migrations.CreateModel(
            name='MatchBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('matches', models.PositiveIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='matching.matchrun')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('run', 'number'), name='match_block_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='matchrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('campaign',), name='one_running_match_per_campaign'),
        ),
        migrations.AddConstraint(
            model_name='neveragain',
            constraint=models.UniqueConstraint(fields=('supplier', 'buyer'), name='never_again_once'),
        ),
    ]
