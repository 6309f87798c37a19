"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.core.validators
import django.db.models.deletion
import matchmaker.core.ids
import matchmaker.core.multilingual
import matchmaker.core.text
import matchmaker.market_access.models
from django.conf import settings
from django.db import migrations, models


# Two rates of one tariff line and regime never hold on the same day. PostgreSQL has exclusion constraints for it;
# SQLite gets two triggers, which a migration that rebuilds the table has to make again.
POSTGRES = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE market_access_tariffrate ADD CONSTRAINT tariff_rates_never_overlap EXCLUDE USING gist (
    hs_code WITH =, regime WITH =, daterange(valid_from, valid_until, '[]') WITH &&
);
"""

SQLITE = """
CREATE TRIGGER tariff_rates_never_overlap_on_{event} BEFORE {event} ON market_access_tariffrate
WHEN EXISTS (
    SELECT 1 FROM market_access_tariffrate AS other
    WHERE other.hs_code = NEW.hs_code AND other.regime = NEW.regime AND other.id IS NOT NEW.id
      AND (NEW.valid_until IS NULL OR other.valid_from <= NEW.valid_until)
      AND (other.valid_until IS NULL OR NEW.valid_from <= other.valid_until)
)
BEGIN
    SELECT RAISE(ABORT, 'tariff_rates_never_overlap');
END
"""


def hold(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRES)
    elif schema_editor.connection.vendor == "sqlite":
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(SQLITE.format(event=event))


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE market_access_tariffrate DROP CONSTRAINT tariff_rates_never_overlap")
    elif schema_editor.connection.vendor == "sqlite":
        for event in ("INSERT", "UPDATE"):
            schema_editor.execute(f"DROP TRIGGER tariff_rates_never_overlap_on_{event}")


class Migration(migrations.Migration):
    replaces = [
        ('market_access', '0001_initial'),
        ('market_access', '0002_rates_never_overlap'),
        ('market_access', '0003_ends_are_seen_once'),
        ('market_access', '0004_edited_here'),
        ('market_access', '0005_legal_basis_in_chinese'),
        ('market_access', '0006_registration_evidence'),
        ('market_access', '0007_texts_by_language'),
        ('market_access', '0008_confirmed_registrations'),
        ('market_access', '0009_regimes_evidence_and_labels'),
    ]

    initial = True

    dependencies = [
        ('catalogue', '0001_squashed_1_0_0'),
        ('companies', '0001_squashed_1_0_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('code', models.CharField(max_length=20, unique=True)),
                ('name', matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
                ('kind', models.CharField(choices=[('fta', 'free trade agreement'), ('early_harvest', 'early harvest arrangement'), ('preference', 'preferential arrangement'), ('unilateral', 'unilateral measure')], max_length=14)),
                ('flat_rate', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('proofs', models.JSONField(default=list)),
                ('partly_suspended', models.BooleanField(default=False)),
                ('source_url', models.URLField(blank=True, max_length=400)),
                ('confidence', models.CharField(choices=[('primary', 'text of the rule read'), ('secondary', 'account of the rule read'), ('hint', 'scope to be confirmed')], max_length=10)),
                ('note', models.TextField(blank=True, max_length=1000)),
                ('edited_here', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'verbose_name': 'trade agreement',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='EntryQuestion',
            fields=[
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('text', matchmaker.core.multilingual.MultilingualField(max_length=300, verbose_name='question')),
                ('help', matchmaker.core.multilingual.MultilingualField(blank=True, max_length=500, verbose_name='help')),
                ('asked_hs', models.JSONField(blank=True, default=list)),
                ('yes_hs', models.JSONField(blank=True, default=list)),
                ('no_hs', models.JSONField(blank=True, default=list)),
                ('otherwise', models.BooleanField(null=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('edited_here', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['position', 'code'],
            },
            bases=(matchmaker.market_access.models.Recorded, models.Model),
        ),
        migrations.CreateModel(
            name='AccessNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule_code', models.CharField(max_length=40)),
                ('origin', models.CharField(max_length=2)),
                ('hs_in', models.JSONField(default=list)),
                ('product', matchmaker.core.multilingual.MultilingualField(max_length=120, verbose_name='product')),
                ('basis', models.CharField(max_length=300)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('source_url', models.URLField(blank=True, max_length=400)),
                ('confidence', models.CharField(choices=[('primary', 'text of the rule read'), ('secondary', 'account of the rule read'), ('hint', 'scope to be confirmed')], max_length=10)),
                ('edited_here', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='access_notice_days_in_order', violation_error_message='The last day must not lie before the first.'), models.UniqueConstraint(fields=('rule_code', 'origin', 'basis'), name='access_notice_once')],
            },
            bases=(matchmaker.market_access.models.Recorded, models.Model),
        ),
        migrations.CreateModel(
            name='EntryRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('requirement', models.CharField(db_index=True, max_length=40)),
                ('name', matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
                ('summary', matchmaker.core.multilingual.MultilingualField(max_length=1000, verbose_name='what it asks')),
                ('stage', models.CharField(choices=[('before', 'before the first sale'), ('shipment', 'with every shipment'), ('notice', 'to be checked with the importer')], max_length=10, verbose_name='when')),
                ('evidence', models.CharField(choices=[('registration', 'registration number'), ('certificate', 'certificate'), ('document', 'document'), ('label', 'label'), ('access', 'admission of the product and the country'), ('none', 'nothing to show')], max_length=12, verbose_name='what shows it')),
                ('accepts', models.JSONField(blank=True, default=list, verbose_name='codes that satisfy it')),
                ('per_product', models.BooleanField(default=False, verbose_name='each product has its own')),
                ('hs_in', models.JSONField(blank=True, default=list, verbose_name='HS prefixes in')),
                ('hs_out', models.JSONField(blank=True, default=list, verbose_name='HS prefixes out')),
                ('groups', models.JSONField(blank=True, default=list, verbose_name='groups')),
                ('origins_in', models.JSONField(blank=True, default=list, verbose_name='only these origins')),
                ('origins_out', models.JSONField(blank=True, default=list, verbose_name='not these origins')),
                ('conditions', models.JSONField(blank=True, default=list, verbose_name='conditions')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('authority', matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='authority')),
                ('legal_basis', matchmaker.core.multilingual.MultilingualField(max_length=400, verbose_name='legal basis')),
                ('how_to_satisfy', matchmaker.core.multilingual.MultilingualField(max_length=2000, verbose_name='how to satisfy it')),
                ('where_to_apply', models.URLField(blank=True, max_length=300, verbose_name='official address')),
                ('lookalike_warning', models.BooleanField(default=False, verbose_name='warn of look-alike sites')),
                ('validity_years', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='years a registration holds')),
                ('source_url', models.URLField(blank=True, max_length=400, verbose_name='source')),
                ('confidence', models.CharField(choices=[('primary', 'text of the rule read'), ('secondary', 'account of the rule read'), ('hint', 'scope to be confirmed')], max_length=10, verbose_name='how sure')),
                ('note', models.TextField(blank=True, max_length=1000, verbose_name='note')),
                ('edited_here', models.BooleanField(default=False, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'entry rule',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='entry_rule_days_in_order', violation_error_message='The last day must not lie before the first.')],
            },
        ),
        migrations.CreateModel(
            name='ImportRegime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('general', 'general trade'), ('hainan', 'Hainan, zero duty'), ('hainan_processed', 'Hainan, processed there'), ('cbec', 'cross-border retail'), ('bonded', 'bonded area or warehouse')], max_length=20)),
                ('name', matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
                ('summary', matchmaker.core.multilingual.MultilingualField(max_length=1000, verbose_name='what it means')),
                ('needs', matchmaker.core.multilingual.MultilingualField(max_length=1000, verbose_name='what is needed')),
                ('duty', models.CharField(choices=[('tariff', 'tariff'), ('zero', 'zero'), ('suspended', 'suspended')], max_length=10)),
                ('tax_percent', models.DecimalField(decimal_places=3, max_digits=6)),
                ('goods', models.CharField(choices=[('all', 'all'), ('listed', 'listed'), ('all_but_listed', 'all_but_listed'), ('processed', 'processed')], max_length=16)),
                ('hs_prefixes', models.JSONField(blank=True, default=list)),
                ('list_complete', models.BooleanField(default=False)),
                ('order_limit', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('year_limit', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('legal_basis', matchmaker.core.multilingual.MultilingualField(max_length=400, verbose_name='legal basis')),
                ('source_url', models.URLField(blank=True, max_length=400, verbose_name='source')),
                ('confidence', models.CharField(choices=[('primary', 'text of the rule read'), ('secondary', 'account of the rule read'), ('hint', 'scope to be confirmed')], max_length=10, verbose_name='how sure')),
                ('note', models.TextField(blank=True, max_length=1000, verbose_name='note')),
                ('edited_here', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'verbose_name': 'import regime',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='import_regime_days_in_order', violation_error_message='The last day must not lie before the first.')],
            },
        ),
        migrations.CreateModel(
            name='AgreementPartner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('origin', models.CharField(max_length=2)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('confidence', models.CharField(choices=[('primary', 'text of the rule read'), ('secondary', 'account of the rule read'), ('hint', 'scope to be confirmed')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('edited_here', models.BooleanField(default=False, editable=False)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partners', to='market_access.agreement')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['origin'], name='agreement_by_origin')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='agreement_partner_days_in_order', violation_error_message='The last day must not lie before the first.'), models.UniqueConstraint(fields=('agreement', 'origin', 'valid_from'), name='agreement_partner_once')],
            },
        ),
        migrations.CreateModel(
            name='LabelVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('number', models.PositiveIntegerField()),
                ('texts', models.JSONField()),
                ('is_public', models.BooleanField(default=False)),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='catalogue.product')),
            ],
            options={
                'verbose_name': 'label',
                'ordering': ['product_id', 'number'],
                'constraints': [models.UniqueConstraint(fields=('product', 'number'), name='label_number_once')],
            },
        ),
        migrations.CreateModel(
            name='ReadinessAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=60)),
                ('answer', models.BooleanField()),
                ('answered_at', models.DateTimeField(auto_now=True)),
                ('number', models.CharField(blank=True, db_default='', default='', max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='number')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('seen_on', models.DateField(blank=True, null=True)),
                ('confirmed_by', models.CharField(blank=True, db_default='', default='', max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='confirmed by')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='steps', to='companies.document')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readiness_answers', to='catalogue.product')),
                ('seen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['product_id', 'question'],
                'constraints': [models.UniqueConstraint(fields=('product', 'question'), name='readiness_answered_once')],
            },
        ),
        migrations.CreateModel(
            name='Registration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('code', models.CharField(max_length=40, verbose_name='registration')),
                ('number', models.CharField(max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='number')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('end_counted', models.BooleanField(default=False)),
                ('lowered', models.BooleanField(default=False)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('seen_on', models.DateField(blank=True, null=True)),
                ('confirmed_by', models.CharField(blank=True, max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='confirmed by')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to='companies.company')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to='catalogue.product')),
                ('seen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'registration',
                'ordering': ['code', '-id'],
                'indexes': [models.Index(fields=['valid_until'], name='registration_by_end')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='registration_days_in_order', violation_error_message='The last day must not lie before the first.'), models.UniqueConstraint(condition=models.Q(('product__isnull', True)), fields=('company', 'code', 'number'), name='registration_once'), models.UniqueConstraint(condition=models.Q(('product__isnull', False)), fields=('product', 'code', 'number'), name='product_registration_once')],
            },
        ),
        migrations.CreateModel(
            name='TariffRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hs_code', models.CharField(max_length=10, validators=[django.core.validators.RegexValidator('^\\d{8}(\\d{2})?$', '8 or 10 digits.')])),
                ('regime', models.CharField(max_length=20)),
                ('percent', models.DecimalField(blank=True, decimal_places=4, max_digits=7, null=True)),
                ('text', models.CharField(blank=True, max_length=200)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('source', models.CharField(max_length=300)),
                ('loaded_at', models.DateTimeField(auto_now_add=True)),
                ('loaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['hs_code', 'regime', 'valid_from'],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='tariff_rate_days_in_order', violation_error_message='The last day must not lie before the first.'), models.UniqueConstraint(fields=('hs_code', 'regime', 'valid_from'), name='tariff_rate_once'), models.CheckConstraint(condition=models.Q(('percent__isnull', False), models.Q(('text', ''), _negated=True), _connector='OR'), name='tariff_rate_says_something')],
            },
        ),
        migrations.RunPython(hold, release),
    ]
