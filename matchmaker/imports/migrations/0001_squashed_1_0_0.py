"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import matchmaker.core.files
import matchmaker.core.ids
import matchmaker.core.text
import matchmaker.imports.models.readings
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('imports', '0001_initial'),
        ('imports', '0002_rows_are_found_by_number'),
        ('imports', '0003_rows_travel_packed'),
        ('imports', '0004_feeds'),
        ('imports', '0005_packs_are_pressed_quickly'),
        ('imports', '0006_packs_hold_columns'),
        ('imports', '0007_cells_by_columns'),
        ('imports', '0008_rows_as_rows'),
        ('imports', '0009_opened_by_a_worker'),
        ('imports', '0010_invite'),
        ('imports', '0011_read_pictures'),
        ('imports', '0012_labels'),
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
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('hours', models.PositiveSmallIntegerField(default=6, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(168)], verbose_name='read every … hours')),
                ('publish', models.BooleanField(default=False, verbose_name='open new demands at once')),
                ('state', models.CharField(choices=[('active', 'read by itself'), ('paused', 'paused')], default='active', max_length=6)),
                ('present', models.JSONField(blank=True, default=list)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('problem', models.JSONField(blank=True, default=dict)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('let_go', models.BooleanField(default=False)),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='campaigns.campaign')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='feeds', to='companies.company')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('suppliers', 'suppliers'), ('products', 'products'), ('buyers', 'buyers'), ('demands', 'demands'), ('feed', 'demands from a feed')], max_length=10)),
                ('language', models.CharField(max_length=10)),
                ('file_name', models.CharField(max_length=200)),
                ('content', models.BinaryField(null=True)),
                ('size', models.PositiveIntegerField(default=0)),
                ('seen', models.JSONField(default=dict)),
                ('top', models.JSONField(default=list)),
                ('head', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('defaults', models.JSONField(default=dict)),
                ('publish', models.BooleanField(default=False, verbose_name='publish what is complete')),
                ('state', models.CharField(choices=[('opening', 'being opened'), ('mapping', 'columns to confirm'), ('reading', 'being checked'), ('preview', 'ready to import'), ('applying', 'being imported'), ('done', 'imported'), ('undoing', 'being undone'), ('undone', 'undone'), ('refused', 'cannot be read')], default='opening', max_length=10)),
                ('problem', models.JSONField(default=dict)),
                ('total', models.PositiveIntegerField(default=0)),
                ('rejected', models.PositiveIntegerField(default=0)),
                ('created', models.PositiveIntegerField(default=0)),
                ('updated', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('kept', models.PositiveIntegerField(default=0)),
                ('done_through', models.PositiveIntegerField(default=0)),
                ('newest_seen', models.BigIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('undo_until', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imports', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='imports', to='campaigns.campaign')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='imports', to='companies.company')),
                ('feed', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='imports.feed')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='feed',
            name='batch',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='imports.import'),
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row_no', models.PositiveIntegerField()),
                ('raw', models.JSONField(default=list)),
                ('values', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('problems', models.JSONField(null=True)),
                ('notes', models.JSONField(null=True)),
                ('action', models.CharField(choices=[('create', 'new'), ('update', 'changes'), ('same', 'already here'), ('reject', 'refused'), ('alike', 'perhaps the same')], max_length=6)),
                ('target', models.UUIDField(null=True)),
                ('before', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('alike', models.JSONField(null=True)),
                ('batch', models.ForeignKey(db_column='import_id', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.import')),
            ],
            options={
                'ordering': ['row_no'],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('product', 'product'), ('company', 'company')], max_length=7)),
                ('text', models.TextField(blank=True)),
                ('picture', models.FileField(blank=True, max_length=200, storage=matchmaker.core.files.private_files, upload_to=matchmaker.imports.models.readings.picture_path)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('done', 'read'), ('failed', 'cannot be read')], default='waiting', max_length=7)),
                ('problem', models.CharField(blank=True, max_length=30)),
                ('fields', models.JSONField(default=dict)),
                ('suggested', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='companies.company')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='catalogue.product')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='FeedLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=120)),
                ('part', models.CharField(max_length=60)),
                ('gone_at', models.DateTimeField(blank=True, null=True)),
                ('feed', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='imports.feed')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='feed_line', to='catalogue.demandline')),
            ],
            options={
                'ordering': ['ref', 'id'],
                'constraints': [models.UniqueConstraint(fields=('feed', 'ref', 'part'), name='feed_line_once')],
            },
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(fields=['state', 'lease_until'], name='import_by_work'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('company__isnull', False), ('campaign__isnull', False), _connector='OR'), name='import_has_an_owner'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'feed'), ('feed__isnull', True), _connector='XOR'), name='import_of_a_feed_names_it'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('total', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('created'), '+', models.F('updated')), '+', models.F('unchanged')), '+', models.F('rejected'))), _connector='OR'), name='import_accounts_for_every_row'),
        ),
        migrations.AddIndex(
            model_name='feed',
            index=models.Index(fields=['state', 'next_at'], name='feed_by_time'),
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.CheckConstraint(condition=models.Q(('company__isnull', True), ('campaign__isnull', True), _connector='XOR'), name='feed_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.UniqueConstraint(condition=models.Q(('company__isnull', False)), fields=('company', 'url'), name='feed_once_per_company', violation_error_message='This address is read already.'),
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.UniqueConstraint(condition=models.Q(('campaign__isnull', False)), fields=('campaign', 'url'), name='feed_once_per_campaign', violation_error_message='This address is read already.'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(condition=models.Q(('action', 'reject')), fields=['batch'], name='import_rejects'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('batch', 'row_no'), name='import_row_once'),
        ),
        migrations.AddIndex(
            model_name='reading',
            index=models.Index(fields=['state', 'lease_until'], name='reading_by_work'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'failed'), ('problem', ''), _connector='XOR'), name='failed_reading_says_why'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), models.Q(('picture', ''), _negated=True), _connector='OR'), name='only_pictures_wait_to_be_read'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), ('company__isnull', False), _connector='OR'), name='confirmed_reading_has_a_company'),
        ),
    ]
