"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.core.validators
import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.text
import matchmaker.campaigns.models.campaign
import matchmaker.core.ids
import matchmaker.core.multilingual
import matchmaker.core.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('campaigns', '0001_initial'),
        ('campaigns', '0002_limit_long_texts'),
        ('campaigns', '0003_country_partners'),
        ('campaigns', '0004_registration_questions'),
        ('campaigns', '0005_boundary'),
        ('campaigns', '0006_team_seats'),
        ('campaigns', '0007_texts_by_language'),
        ('campaigns', '0008_invite'),
        ('campaigns', '0009_console'),
        ('campaigns', '0010_first_day'),
        ('campaigns', '0011_brand'),
        ('campaigns', '0012_trading_groups'),
        ('campaigns', '0013_question_created_at'),
        ('campaigns', '0014_bulk_counted_by_a_worker'),
        ('campaigns', '0015_places_of_codes_that_ended'),
        ('campaigns', '0016_bulk_item_indexes'),
        ('campaigns', '0017_labels'),
        ('campaigns', '0018_labels'),
    ]

    initial = True

    dependencies = [
        ('companies', '0001_squashed_1_0_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('slug', models.SlugField(unique=True)),
                ('name', matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
                ('about', matchmaker.core.multilingual.MultilingualField(blank=True, max_length=4000, verbose_name='about')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('open', 'open'), ('closed', 'closed'), ('archived', 'archived')], default='open', max_length=10, verbose_name='state')),
                ('is_current', models.BooleanField(default=False)),
                ('categories', models.JSONField(blank=True, default=list)),
                ('crossing_fields', models.JSONField(blank=True, default=matchmaker.campaigns.models.campaign.every_contact_field)),
                ('answer_days', models.PositiveSmallIntegerField(default=3, help_text='Companies read the day when they join. 0 promises nothing.', validators=[django.core.validators.MaxValueValidator(60)], verbose_name='working days until a company gets an answer')),
                ('trusts_partners', models.BooleanField(default=True, help_text='Only of partners whose word approves.', verbose_name="A partner's word lets a company in at once")),
                ('trusts_domains', models.BooleanField(default=False, help_text='An administrator has shown that the website or an address there is theirs.', verbose_name='A proven domain lets a company in at once')),
                ('short_name', matchmaker.core.multilingual.MultilingualField(blank=True, max_length=40, verbose_name='short name')),
                ('colour', models.CharField(blank=True, max_length=7, verbose_name='colour')),
                ('sender_name', models.CharField(blank=True, max_length=60, validators=[matchmaker.core.text.validate_one_line], verbose_name='sender of emails')),
                ('footer', matchmaker.core.multilingual.MultilingualField(blank=True, max_length=300, verbose_name='footer of emails and papers')),
                ('logo_digest', models.CharField(blank=True, editable=False, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='BulkAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('verb', models.CharField(choices=[('approve', 'Approve'), ('return', 'Return with a reason'), ('tag', 'Add a tag'), ('untag', 'Remove a tag'), ('invite', 'Invite the contact person'), ('invite_to_event', 'Invite to an event'), ('register', 'Register for an event'), ('remind', 'Remind those who have not answered'), ('announce', 'Write an announcement to them')], max_length=20)),
                ('values', models.JSONField(default=dict)),
                ('many', models.PositiveIntegerField(db_default=0, default=0)),
                ('chosen', models.JSONField(db_default=[], default=list)),
                ('state', models.CharField(choices=[('counting', 'being counted'), ('prepared', 'prepared'), ('waiting', 'under way'), ('done', 'done'), ('undoing', 'being taken back'), ('undone', 'taken back')], default='prepared', max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_token', models.UUIDField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_actions', to='campaigns.campaign')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CampaignLogo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('picture', models.BinaryField()),
                ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='logo', to='campaigns.campaign')),
            ],
        ),
        migrations.CreateModel(
            name='CompanyInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('note', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='company_invitations', to='campaigns.campaign')),
                ('invitation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='of_campaign', to='companies.invitation')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CompanyTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='company_tags', to='companies.company')),
            ],
        ),
        migrations.CreateModel(
            name='Crossing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fields', models.JSONField(default=list)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='crossings', to='companies.company')),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='companies.company')),
            ],
        ),
        migrations.CreateModel(
            name='InvitationReminder',
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
                ('number', models.PositiveSmallIntegerField()),
                ('invitation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminder_letters', to='campaigns.companyinvitation')),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Organiser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('admin', 'campaign administrator'), ('organiser', 'organiser'), ('staff', 'event staff')], default='organiser', max_length=10)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='organisers', to='campaigns.campaign')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='organiser_of', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Participation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participations', to='campaigns.campaign')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participations', to='companies.company')),
            ],
        ),
        migrations.AddField(
            model_name='campaign',
            name='companies',
            field=models.ManyToManyField(related_name='campaigns', through='campaigns.Participation', to='companies.company'),
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('country', 'country partner'), ('group', 'trading group')], db_default='country', default='country', max_length=10, verbose_name='kind')),
                ('name', matchmaker.core.multilingual.MultilingualField(max_length=160, verbose_name='name')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('quota', models.PositiveIntegerField(default=50, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name='companies it may bring')),
                ('is_trusted', models.BooleanField(default=False, verbose_name='its word approves')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partners', to='campaigns.campaign')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='campaigns.partner')),
            ],
            options={
                'ordering': [django.db.models.fields.json.KeyTextTransform('en', 'name')],
            },
        ),
        migrations.CreateModel(
            name='AutomaticApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('ground', models.CharField(choices=[('vouched', 'vouched for by a country partner'), ('domain', 'domain proven')], max_length=10)),
                ('domain', models.CharField(blank=True, max_length=253)),
                ('approved_at', models.DateTimeField(auto_now_add=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text])),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='automatic_approvals', to='companies.company')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='automatic_approvals', to='campaigns.campaign')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='campaigns.partner')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PartnerCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('code', models.CharField(max_length=20, unique=True)),
                ('label', models.CharField(max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='for whom')),
                ('quota', models.PositiveIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1)], verbose_name='companies')),
                ('ended', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                ('vouches', models.BooleanField(default=False, verbose_name='we answer for those who use it')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='campaigns.partner')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('enrolled_at', models.DateTimeField(auto_now_add=True)),
                ('vouched_at', models.DateTimeField(blank=True, null=True)),
                ('vouch', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='what you know of it')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enrolments', to='companies.company')),
                ('enrolled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('vouched_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enrolments', to='campaigns.partner')),
                ('code', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='enrolments', to='campaigns.partnercode')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='PartnerSeat',
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
                ('language', models.CharField(default='en', max_length=10)),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='campaigns.partner')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('side', models.CharField(blank=True, choices=[('', 'both sides'), ('supplier', 'suppliers'), ('buyer', 'buyers')], max_length=10, verbose_name='who is asked')),
                ('kind', models.CharField(choices=[('line', 'a line of text'), ('text', 'several lines of text'), ('number', 'a number'), ('day', 'a date'), ('yes_no', 'yes or no'), ('choice', 'one of several'), ('choices', 'any of several'), ('country', 'a country'), ('address', 'a web address')], max_length=10, verbose_name='kind of answer')),
                ('label', matchmaker.core.multilingual.MultilingualField(max_length=200, verbose_name='question')),
                ('help', matchmaker.core.multilingual.MultilingualField(blank=True, max_length=300, verbose_name='help')),
                ('options', models.JSONField(blank=True, default=list)),
                ('is_required', models.BooleanField(default=False, verbose_name='an answer is needed to submit')),
                ('position', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True, null=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='campaigns.campaign')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.JSONField()),
                ('words', models.CharField(max_length=2000, validators=[matchmaker.core.text.validate_text])),
                ('answered_at', models.DateTimeField(auto_now=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='companies.company')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='campaigns.question')),
            ],
            options={
                'ordering': ['question', 'company'],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=60, validators=[matchmaker.core.text.validate_one_line], verbose_name='name')),
                ('query', models.CharField(max_length=1000)),
                ('is_shared', models.BooleanField(default=False, verbose_name='the whole team sees it')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='views', to='campaigns.campaign')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=40, validators=[matchmaker.core.text.validate_one_line], verbose_name='tag')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='campaigns.campaign')),
                ('companies', models.ManyToManyField(related_name='tags', through='campaigns.CompanyTag', to='companies.company')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='companytag',
            name='tag',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='campaigns.tag'),
        ),
        migrations.CreateModel(
            name='TeamSeat',
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
                ('language', models.CharField(default='en', max_length=10)),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('role', models.CharField(choices=[('admin', 'campaign administrator'), ('organiser', 'organiser'), ('staff', 'event staff')], default='organiser', max_length=10, verbose_name='role')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='campaigns.campaign')),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(blank=True, choices=[('', 'waits'), ('done', 'done'), ('left_out', 'left out'), ('undone', 'taken back')], default='', max_length=10)),
                ('why', models.CharField(blank=True, max_length=40)),
                ('action', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='campaigns.bulkaction')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='companies.company')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['action', 'outcome', 'why', 'id'], name='bulk_item_by_why')],
                'constraints': [models.UniqueConstraint(fields=('action', 'company'), name='bulk_item_once')],
            },
        ),
        migrations.AddIndex(
            model_name='bulkaction',
            index=models.Index(fields=['state', 'lease_until'], name='bulk_by_work'),
        ),
        migrations.AddConstraint(
            model_name='crossing',
            constraint=models.UniqueConstraint(fields=('buyer', 'to'), name='crossed_once_to_a_company'),
        ),
        migrations.AddConstraint(
            model_name='invitationreminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('finished_at__isnull', False), ('lease_token__isnull', True)), _connector='OR'), name='invitationreminder_on_its_way_or_finished'),
        ),
        migrations.AddConstraint(
            model_name='invitationreminder',
            constraint=models.UniqueConstraint(fields=('invitation', 'number'), name='reminder_once'),
        ),
        migrations.AddConstraint(
            model_name='invitationreminder',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 2)), name='two_reminders_at_most'),
        ),
        migrations.AddConstraint(
            model_name='organiser',
            constraint=models.UniqueConstraint(fields=('campaign', 'user'), name='organiser_once'),
        ),
        migrations.AddIndex(
            model_name='participation',
            index=models.Index(fields=['campaign', 'side', 'company'], name='participation_by_campaign'),
        ),
        migrations.AddConstraint(
            model_name='participation',
            constraint=models.UniqueConstraint(fields=('campaign', 'company', 'side'), name='participation_once'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='campaign_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('is_current',), name='one_current_campaign'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('is_current', False), ('state__in', ['open', 'closed']), _connector='OR'), name='current_campaign_was_opened'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.UniqueConstraint(models.F('campaign'), django.db.models.functions.text.Lower(django.db.models.fields.json.KeyTextTransform('en', 'name')), condition=models.Q(('parent__isnull', True)), name='partner_named_once', violation_error_message='Another one has this name already.'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.UniqueConstraint(models.F('parent'), django.db.models.functions.text.Lower(django.db.models.fields.json.KeyTextTransform('en', 'name')), condition=models.Q(('parent__isnull', False)), name='partner_named_once_below', violation_error_message='Another one has this name already.'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='partner_is_not_its_own_parent'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.CheckConstraint(condition=models.Q(('quota__gte', 1)), name='partner_may_bring_somebody'),
        ),
        migrations.AddConstraint(
            model_name='automaticapproval',
            constraint=models.CheckConstraint(condition=models.Q(('ground', 'domain'), ('domain', ''), _connector='XOR'), name='proven_domain_is_named'),
        ),
        migrations.AddConstraint(
            model_name='automaticapproval',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('reason__gt', ''), _connector='XOR'), name='withdrawn_approval_says_why'),
        ),
        migrations.AddConstraint(
            model_name='partnercode',
            constraint=models.CheckConstraint(condition=models.Q(('quota__gte', 1)), name='code_lets_somebody_in'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.UniqueConstraint(fields=('partner', 'company'), name='enrolled_once'),
        ),
        migrations.AddConstraint(
            model_name='enrolment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('vouch__gt', ''), ('vouched_at__isnull', False)), models.Q(('vouch', ''), ('vouched_at__isnull', True)), _connector='OR'), name='vouch_says_what_is_known'),
        ),
        migrations.AddConstraint(
            model_name='partnerseat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('finished_at__isnull', False), ('lease_token__isnull', True)), _connector='OR'), name='partnerseat_on_its_way_or_finished'),
        ),
        migrations.AddConstraint(
            model_name='partnerseat',
            constraint=models.UniqueConstraint(models.F('partner'), django.db.models.functions.text.Lower('email'), condition=models.Q(('withdrawn_at__isnull', True)), name='one_seat_per_address'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['choice', 'choices']), _negated=True), models.Q(('options', []), _negated=True), _connector='OR'), name='choice_has_options'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('question', 'company'), name='answered_once'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('campaign', 'owner', 'name'), name='view_named_once'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(models.F('campaign'), django.db.models.functions.text.Lower('name'), name='tag_named_once'),
        ),
        migrations.AddConstraint(
            model_name='companytag',
            constraint=models.UniqueConstraint(fields=('tag', 'company'), name='company_tagged_once'),
        ),
        migrations.AddConstraint(
            model_name='teamseat',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('finished_at__isnull', False), ('lease_token__isnull', True)), _connector='OR'), name='teamseat_on_its_way_or_finished'),
        ),
        migrations.AddConstraint(
            model_name='teamseat',
            constraint=models.UniqueConstraint(models.F('campaign'), django.db.models.functions.text.Lower('email'), condition=models.Q(('taken_at__isnull', True), ('withdrawn_at__isnull', True)), name='one_open_team_seat_per_address'),
        ),
    ]
