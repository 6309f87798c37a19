"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.db.models.deletion
import django.db.models.functions.text
import matchmaker.companies.models.evidence
import matchmaker.core.files
import matchmaker.core.ids
import matchmaker.core.multilingual
import matchmaker.core.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('companies', '0001_initial'),
        ('companies', '0002_members_claims_and_checks'),
        ('companies', '0003_limit_long_texts'),
        ('companies', '0004_proofs_suspensions_and_merges'),
        ('companies', '0005_documents'),
        ('companies', '0006_papers'),
        ('companies', '0007_number_taken_by_its_code'),
        ('companies', '0008_about_by_language'),
        ('companies', '0009_merge_of_a_duplicate_into_a_survivor'),
        ('companies', '0010_invite'),
        ('companies', '0011_names_without_accents'),
        ('companies', '0012_first_day'),
        ('companies', '0013_label_documents'),
        ('companies', '0014_wechat_and_duns'),
        ('companies', '0015_company_by_submission'),
        ('companies', '0016_labels'),
    ]

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('is_supplier', models.BooleanField(default=False, verbose_name='supplier')),
                ('is_buyer', models.BooleanField(default=False, verbose_name='buyer')),
                ('legal_name', models.CharField(max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='legal name')),
                ('name_latin', models.CharField(blank=True, max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in Latin letters')),
                ('name_zh', models.CharField(blank=True, max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='name in Chinese')),
                ('name_key', models.CharField(blank=True, editable=False, max_length=600)),
                ('language', models.CharField(default='en', max_length=10, verbose_name='working language')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('city', models.CharField(blank=True, max_length=100, validators=[matchmaker.core.text.validate_one_line], verbose_name='city')),
                ('address', models.CharField(blank=True, max_length=300, validators=[matchmaker.core.text.validate_one_line], verbose_name='address')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('contact_name', models.CharField(blank=True, max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='contact person')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact email')),
                ('contact_phone', models.CharField(blank=True, max_length=40, validators=[matchmaker.core.text.validate_one_line], verbose_name='contact telephone')),
                ('contact_wechat', models.CharField(blank=True, db_default='', default='', max_length=60, validators=[matchmaker.core.text.validate_one_line], verbose_name='WeChat ID')),
                ('identifier_kind', models.CharField(blank=True, choices=[('', 'none'), ('uscc', 'Unified Social Credit Code (China)'), ('vat', 'VAT number'), ('lei', 'Legal Entity Identifier'), ('duns', 'D-U-N-S number'), ('national', 'national company number')], max_length=10, verbose_name='kind of number')),
                ('identifier', models.CharField(blank=True, max_length=40, verbose_name='company number')),
                ('founded', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='founded')),
                ('size', models.CharField(blank=True, choices=[('1-9', '1–9'), ('10-49', '10–49'), ('50-249', '50–249'), ('250-999', '250–999'), ('1000+', '1,000+')], max_length=10, verbose_name='employees')),
                ('languages', models.JSONField(blank=True, default=list, verbose_name='languages spoken')),
                ('first_time_exporter', models.BooleanField(default=False, verbose_name='first time selling to China')),
                ('about', matchmaker.core.multilingual.MultilingualField(blank=True, max_length=3000, verbose_name='about the company')),
                ('status', models.CharField(choices=[('draft', 'being filled in'), ('pending', 'waiting for approval'), ('approved', 'approved'), ('returned', 'returned'), ('suspended', 'suspended')], default='draft', max_length=10)),
                ('status_reason', models.CharField(blank=True, max_length=500)),
                ('verification', models.PositiveSmallIntegerField(choices=[(0, 'claimed'), (1, 'document seen'), (2, 'register checked'), (3, 'audited')], default=0)),
                ('verified_at', models.DateField(blank=True, null=True)),
                ('verified_until', models.DateField(blank=True, null=True)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='companies.company')),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'companies',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('suffix', models.CharField(max_length=6)),
                ('content_type', models.CharField(max_length=60)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('register', 'extract of the commercial register'), ('licence', 'business licence'), ('tax', 'tax registration'), ('audit', 'audit report'), ('certificate', 'certificate of a product'), ('label', 'label or packaging'), ('other', 'something else')], max_length=11, verbose_name='what it is')),
                ('file', models.FileField(max_length=200, storage=matchmaker.core.files.private_files, upload_to=matchmaker.companies.models.evidence.document_path)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('quarantined', 'waits for the team'), ('seen', 'seen by the team'), ('refused', 'not accepted')], default='quarantined', max_length=12)),
                ('refusal', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text])),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='companies.company')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'document',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('level', models.PositiveSmallIntegerField(choices=[(0, 'claimed'), (1, 'document seen'), (2, 'register checked'), (3, 'audited')], verbose_name='level')),
                ('evidence', models.CharField(max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='what was seen')),
                ('confirmed_by', models.CharField(blank=True, max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='confirmed by')),
                ('checked_on', models.DateField()),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='counts until')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='companies.company')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='checks', to='companies.document')),
            ],
            options={
                'ordering': ['-level', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DomainProof',
            fields=[
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('parked', 'Parked'), ('cancelled', 'Cancelled')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('crashes', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('tried_since', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('domain', models.CharField(max_length=253)),
                ('method', models.CharField(choices=[('mail', 'an email to an address of the domain'), ('dns', 'a TXT record in DNS'), ('file', 'a file on the website')], max_length=4, verbose_name='how')),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('token', models.CharField(max_length=64, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('proved_at', models.DateTimeField(blank=True, null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domain_proofs', to='companies.company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domain_proofs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('parked', 'Parked'), ('cancelled', 'Cancelled')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('crashes', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('tried_since', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('email', models.EmailField(max_length=254, verbose_name='email address')),
                ('role', models.CharField(choices=[('admin', 'administrator'), ('member', 'member')], default='member', max_length=10, verbose_name='role')),
                ('language', models.CharField(default='en', max_length=10)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('followed_at', models.DateTimeField(blank=True, null=True)),
                ('refused_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='companies.company')),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='JoinRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('message', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='message')),
                ('by_number', models.CharField(blank=True, max_length=40)),
                ('status', models.CharField(choices=[('open', 'waiting'), ('accepted', 'accepted'), ('declined', 'declined'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='join_requests', to='companies.company')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='join_requests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('admin', 'administrator'), ('member', 'member')], default='member', max_length=10)),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='companies.company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='company',
            name='members',
            field=models.ManyToManyField(related_name='companies', through='companies.Membership', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('reason', models.CharField(max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='reason')),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('declined_at', models.DateTimeField(blank=True, null=True)),
                ('moved', models.JSONField(blank=True, default=dict)),
                ('agreed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('duplicate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges_as_duplicate', to='companies.company')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('survivor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges_as_survivor', to='companies.company')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Suspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('reason', models.CharField(max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='reason')),
                ('status_before', models.CharField(choices=[('draft', 'being filled in'), ('pending', 'waiting for approval'), ('approved', 'approved'), ('returned', 'returned'), ('suspended', 'suspended')], max_length=10)),
                ('suspended_at', models.DateTimeField(auto_now_add=True)),
                ('lift_reason', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text])),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suspensions', to='companies.company')),
                ('first_yes_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second_yes_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('suspended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('evidence', models.CharField(max_length=2000, validators=[matchmaker.core.text.validate_text], verbose_name='evidence')),
                ('status', models.CharField(choices=[('open', 'waiting'), ('accepted', 'accepted'), ('declined', 'declined'), ('withdrawn', 'withdrawn')], default='open', max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('objection_until', models.DateTimeField()),
                ('objection', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='objection')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('first_yes_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second_yes_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='claims', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='claims', to='companies.company')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('company', 'user'), name='one_open_claim_per_person'), models.CheckConstraint(condition=models.Q(('first_yes_by__isnull', True), ('second_yes_by__isnull', True), models.Q(('first_yes_by', models.F('second_yes_by')), _negated=True), _connector='OR'), name='claim_needs_two_people')],
            },
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('company', 'sha256'), name='document_once_per_company'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'refused'), ('refusal', ''), _connector='XOR'), name='refused_document_says_why'),
        ),
        migrations.AddConstraint(
            model_name='check',
            constraint=models.CheckConstraint(condition=models.Q(('level__gte', 1)), name='check_saw_something'),
        ),
        migrations.AddConstraint(
            model_name='domainproof',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('finished_at__isnull', False), ('lease_token__isnull', True)), _connector='OR'), name='domainproof_on_its_way_or_finished'),
        ),
        migrations.AddConstraint(
            model_name='domainproof',
            constraint=models.CheckConstraint(condition=models.Q(('method', 'mail'), ('address', ''), _connector='XOR'), name='letter_has_an_address'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('finished_at__isnull', False), ('lease_token__isnull', True)), _connector='OR'), name='invitation_on_its_way_or_finished'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(models.F('company'), django.db.models.functions.text.Lower('email'), condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True)), name='one_open_invitation_per_address'),
        ),
        migrations.AddConstraint(
            model_name='joinrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('company', 'user'), name='one_open_join_request_per_person'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('company', 'user'), name='member_once'),
        ),
        migrations.AddIndex(
            model_name='company',
            index=models.Index(fields=['status', 'is_supplier'], name='company_by_status'),
        ),
        migrations.AddIndex(
            model_name='company',
            index=models.Index(fields=['submitted_at', 'id'], name='company_by_submission'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.CheckConstraint(condition=models.Q(('is_supplier', True), ('is_buyer', True), _connector='OR'), name='company_has_a_side'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.CheckConstraint(condition=models.Q(('identifier', ''), models.Q(('identifier_kind', ''), _negated=True), _connector='OR'), name='company_number_says_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('status', 'suspended'), _connector='OR'), name='merged_company_is_closed'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('identifier', ''), _negated=True), models.Q(('status', 'returned'), _negated=True)), fields=('country', 'identifier_kind', 'identifier'), name='company_number_once', violation_error_code='number_taken', violation_error_message='A company with this number is already registered. Ask its administrator to invite you.'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('declined_at__isnull', True), ('done_at__isnull', True)), fields=('duplicate',), name='one_merge_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('survivor', models.F('duplicate')), _negated=True), name='merge_of_two'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('agreed_by__isnull', True), ('proposed_by__isnull', True), models.Q(('agreed_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='merge_needs_two_people'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('company',), name='one_suspension_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('first_yes_by__isnull', True), ('second_yes_by__isnull', True), models.Q(('first_yes_by', models.F('second_yes_by')), _negated=True), _connector='OR'), name='lifting_needs_two_people'),
        ),
    ]
