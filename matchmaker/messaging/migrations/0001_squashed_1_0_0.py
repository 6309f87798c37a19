"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.core.validators
import django.db.models.deletion
import matchmaker.core.files
import matchmaker.core.ids
import matchmaker.core.text
import matchmaker.messaging.models.deals
import matchmaker.messaging.models.enquiries
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('messaging', '0001_initial'),
        ('messaging', '0002_labels'),
        ('messaging', '0003_files_in_private_storage'),
        ('messaging', '0004_quote_events'),
        ('messaging', '0005_rfq'),
        ('messaging', '0006_obstacles'),
        ('messaging', '0007_cost_sheet_regime'),
        ('messaging', '0008_deal_papers'),
    ]

    initial = True

    dependencies = [
        ('campaigns', '0001_squashed_1_0_0'),
        ('catalogue', '0001_squashed_1_0_0'),
        ('companies', '0001_squashed_1_0_0'),
        ('matching', '0001_squashed_1_0_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactLimit',
            fields=[
                ('level', models.PositiveSmallIntegerField(choices=[(0, 'claimed'), (1, 'document seen'), (2, 'register checked'), (3, 'audited')], primary_key=True, serialize=False)),
                ('per_day', models.PositiveSmallIntegerField(verbose_name='first messages a day')),
                ('open_requests', models.PositiveSmallIntegerField(verbose_name='requests without a match that wait at the same time')),
            ],
            options={
                'ordering': ['level'],
            },
        ),
        migrations.CreateModel(
            name='ContactPreference',
            fields=[
                ('company', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='contact_preference', serialize=False, to='companies.company')),
                ('takes', models.CharField(choices=[('everyone', 'from every approved company'), ('matched', 'only from companies we match with'), ('nobody', 'from nobody; we write first')], default='everyone', max_length=10, verbose_name='we take enquiries')),
            ],
        ),
        migrations.CreateModel(
            name='CostSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                ('vat_percent', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)])),
                ('fees', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)])),
                ('order', models.JSONField(blank=True, default=list)),
                ('regime', models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='way into China')),
                ('line', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cost_sheet', to='catalogue.demandline')),
            ],
        ),
        migrations.CreateModel(
            name='Enquiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('asked_by', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('basis', models.CharField(choices=[('match', 'a match'), ('request', 'a request')], max_length=10)),
                ('subject', models.CharField(max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='subject')),
                ('status', models.CharField(choices=[('requested', 'waiting for the other side'), ('open', 'open'), ('declined', 'declined'), ('expired', 'not answered'), ('closed', 'closed')], max_length=10)),
                ('buyer_named', models.BooleanField(default=False)),
                ('owes', models.CharField(blank=True, choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('owes_since', models.DateTimeField(blank=True, null=True)),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('supplier_news_at', models.DateTimeField(blank=True, null=True)),
                ('buyer_news_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('delivered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('touched_at', models.DateTimeField()),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enquiries_as_buyer', to='companies.company')),
                ('buyer_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('demand', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='enquiries', to='catalogue.demand')),
                ('match', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='enquiries', to='matching.match')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='enquiries', to='catalogue.product')),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enquiries_as_supplier', to='companies.company')),
                ('supplier_person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'enquiry',
                'verbose_name_plural': 'enquiries',
                'ordering': ['-touched_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='DealStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('rung', models.CharField(choices=[('intent', 'intent'), ('sample', 'sample'), ('order', 'order'), ('shipment', 'first shipment'), ('customs', 'customs clearance'), ('payment', 'payment')], max_length=10, verbose_name='what happened')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='value')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('happened_on', models.DateField(verbose_name='on')),
                ('note', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('said_by', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('said_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('', 'waits for the other side'), ('confirmed', 'confirmed by both'), ('denied', 'denied by the other side')], max_length=10)),
                ('answered_by', models.CharField(blank=True, choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('why', models.CharField(blank=True, max_length=300, validators=[matchmaker.core.text.validate_text], verbose_name='why not')),
                ('said_by_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='messaging.enquiry')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ContactUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('number', models.PositiveSmallIntegerField()),
                ('allowed', models.PositiveSmallIntegerField()),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_uses', to='companies.company')),
                ('enquiry', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='use', to='messaging.enquiry')),
            ],
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('side', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('', 'not answered'), ('deal', 'yes, we do business'), ('talking', 'we are still talking'), ('no', 'no, it came to nothing')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='messaging.enquiry')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('side', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('text', models.TextField(blank=True, max_length=5000, validators=[matchmaker.core.text.validate_text, django.core.validators.MaxLengthValidator(5000)], verbose_name='message')),
                ('language', models.CharField(default='en', max_length=10)),
                ('state', models.CharField(choices=[('sent', 'sent'), ('held', 'held for review'), ('refused', 'not delivered')], default='sent', max_length=10)),
                ('hold', models.CharField(blank=True, choices=[('', 'not held'), ('alike', 'nearly the same text went to other companies'), ('link_only', 'there is little more in it than a link'), ('reported', 'the receiver reported it')], max_length=10)),
                ('hold_facts', models.JSONField(blank=True, default=dict)),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='messaging.enquiry')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'message',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('suffix', models.CharField(max_length=6)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('file', models.FileField(max_length=200, storage=matchmaker.core.files.private_files, upload_to=matchmaker.messaging.models.enquiries.attachment_path)),
                ('content_type', models.CharField(max_length=80)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='messaging.message')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Obstacle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('registration', 'registration or admission'), ('customs', 'customs'), ('certificate', 'certificate or test'), ('payment', 'payment or bank'), ('logistics', 'transport'), ('visa', 'visa or travel'), ('other', 'something else')], max_length=20, verbose_name='what it is about')),
                ('title', models.CharField(max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='in one line')),
                ('text', models.TextField(max_length=4000, validators=[matchmaker.core.text.validate_text], verbose_name='what happened')),
                ('state', models.CharField(choices=[('open', 'waits for the team'), ('working', 'the team works on it'), ('closed', 'closed')], default='open', max_length=10, verbose_name='state')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='answer by')),
                ('outcome', models.CharField(blank=True, choices=[('', 'not known yet'), ('solved', 'solved'), ('unsolved', 'closed without a solution'), ('withdrawn', 'taken back by those who reported it')], max_length=10, verbose_name='outcome')),
                ('reported_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='obstacles', to='campaigns.campaign')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='obstacles', to='companies.company')),
                ('enquiry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='obstacles', to='messaging.enquiry')),
                ('partner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='obstacles', to='campaigns.partner')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='obstacles', to='catalogue.product')),
                ('reported_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='obstacles_reported', to=settings.AUTH_USER_MODEL)),
                ('responsible', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='obstacles_to_solve', to=settings.AUTH_USER_MODEL, verbose_name='who is responsible')),
            ],
            options={
                'verbose_name': 'obstacle',
                'ordering': ['-reported_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ObstacleAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('side', models.CharField(choices=[('team', 'campaign’s team'), ('company', 'company'), ('partner', 'partner')], max_length=10)),
                ('text', models.TextField(max_length=4000, validators=[matchmaker.core.text.validate_text], verbose_name='answer')),
                ('written_at', models.DateTimeField()),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('obstacle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='messaging.obstacle')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('payment', models.CharField(blank=True, choices=[('', 'not stated'), ('tt', 'T/T (bank transfer)'), ('lc', 'L/C at sight'), ('open', 'open account'), ('other', 'other, in words')], max_length=5)),
                ('advance_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)])),
                ('credit_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(365)])),
                ('payment_words', models.CharField(blank=True, max_length=200, validators=[matchmaker.core.text.validate_one_line])),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('price', models.DecimalField(decimal_places=4, max_digits=18, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('price_unit', models.CharField(max_length=10, verbose_name='price is for one')),
                ('quantity', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='for a quantity of')),
                ('unit', models.CharField(blank=True, max_length=10, verbose_name='unit')),
                ('holds', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)])),
                ('holds_unit', models.CharField(blank=True, max_length=10, verbose_name='unit')),
                ('min_order', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='minimum order')),
                ('min_order_unit', models.CharField(blank=True, max_length=10, verbose_name='unit')),
                ('incoterm', models.CharField(choices=[('EXW', 'EXW'), ('FCA', 'FCA'), ('CPT', 'CPT'), ('CIP', 'CIP'), ('DAP', 'DAP'), ('DPU', 'DPU'), ('DDP', 'DDP'), ('FAS', 'FAS'), ('FOB', 'FOB'), ('CFR', 'CFR'), ('CIF', 'CIF')], max_length=3, verbose_name='Incoterm')),
                ('incoterm_place', models.CharField(max_length=100, validators=[matchmaker.core.text.validate_one_line], verbose_name='named place')),
                ('lead_time_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='lead time in days')),
                ('valid_until', models.DateField(verbose_name='valid until')),
                ('sample_price', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)])),
                ('note', models.CharField(blank=True, max_length=1000, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('status', models.CharField(choices=[('open', 'open'), ('question', 'in question'), ('accepted', 'accepted'), ('declined', 'declined'), ('withdrawn', 'taken back'), ('replaced', 'replaced by a newer one')], default='open', max_length=10)),
                ('answer_note', models.CharField(blank=True, max_length=1000, validators=[matchmaker.core.text.validate_text])),
                ('made_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='messaging.enquiry')),
                ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='catalogue.demandline')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'quote',
                'ordering': ['line__number', '-made_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='QuoteCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('freight', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)])),
                ('insurance', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)])),
                ('duty_percent', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000)])),
                ('quote', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='costs', to='messaging.quote')),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='costs', to='messaging.costsheet')),
            ],
        ),
        migrations.CreateModel(
            name='QuoteEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('open', 'open'), ('question', 'in question'), ('accepted', 'accepted'), ('declined', 'declined'), ('withdrawn', 'taken back'), ('replaced', 'replaced by a newer one')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=1000, validators=[matchmaker.core.text.validate_text])),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('quote', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='messaging.quote')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='QuoteRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('payment', models.CharField(blank=True, choices=[('', 'not stated'), ('tt', 'T/T (bank transfer)'), ('lc', 'L/C at sight'), ('open', 'open account'), ('other', 'other, in words')], max_length=5)),
                ('advance_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)])),
                ('credit_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(365)])),
                ('payment_words', models.CharField(blank=True, max_length=200, validators=[matchmaker.core.text.validate_one_line])),
                ('quantity', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='quantity')),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('incoterm', models.CharField(blank=True, choices=[('EXW', 'EXW'), ('FCA', 'FCA'), ('CPT', 'CPT'), ('CIP', 'CIP'), ('DAP', 'DAP'), ('DPU', 'DPU'), ('DDP', 'DDP'), ('FAS', 'FAS'), ('FOB', 'FOB'), ('CFR', 'CFR'), ('CIF', 'CIF')], max_length=3, verbose_name='Incoterm')),
                ('place', models.CharField(blank=True, max_length=100, validators=[matchmaker.core.text.validate_one_line])),
                ('needed_by', models.DateField(blank=True, null=True)),
                ('sample_wanted', models.BooleanField(default=False)),
                ('text', models.TextField(blank=True, max_length=2000, validators=[matchmaker.core.text.validate_text, django.core.validators.MaxLengthValidator(2000)], verbose_name='message')),
                ('made_at', models.DateTimeField()),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quote_requests', to='companies.company')),
                ('line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='quote_requests', to='catalogue.demandline')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-made_at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='costsheet',
            name='request',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='cost_sheet', to='messaging.quoterequest'),
        ),
        migrations.CreateModel(
            name='QuoteRequestLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='request_lines', to='messaging.enquiry')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='request_line', to='messaging.message')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalogue.product')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='messaging.quoterequest')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='quote',
            name='request_line',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='quotes', to='messaging.quoterequestline'),
        ),
        migrations.CreateModel(
            name='ReadMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField()),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='read_marks', to='messaging.enquiry')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('side', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('reason', models.CharField(choices=[('junk', 'advertising or junk'), ('fraud', 'fraud or phishing'), ('abuse', 'insult or threat'), ('prohibited', 'prohibited goods'), ('other', 'something else')], max_length=12, verbose_name='why')),
                ('note', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decision', models.CharField(blank=True, choices=[('', 'waiting'), ('upheld', 'upheld: the message is taken out'), ('dismissed', 'dismissed: the message stays')], max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='messaging.message')),
                ('reported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('what', models.CharField(max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='what and how much')),
                ('stage', models.CharField(choices=[('asked', 'asked for'), ('refused', 'not sent'), ('sent', 'on its way'), ('received', 'received'), ('judged', 'judged')], default='asked', max_length=10)),
                ('carrier', models.CharField(blank=True, max_length=60, validators=[matchmaker.core.text.validate_one_line], verbose_name='carrier')),
                ('tracking', models.CharField(blank=True, max_length=60, validators=[matchmaker.core.text.validate_one_line], verbose_name='tracking number')),
                ('why', models.CharField(blank=True, max_length=300, validators=[matchmaker.core.text.validate_text], verbose_name='why not')),
                ('verdict', models.CharField(blank=True, choices=[('', 'not judged'), ('good', 'good as it is'), ('changes', 'good with changes'), ('unfit', 'not suitable')], max_length=10, verbose_name='verdict')),
                ('note', models.CharField(blank=True, max_length=1000, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('asked_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
                ('refused_at', models.DateTimeField(blank=True, null=True)),
                ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='samples', to='messaging.enquiry')),
            ],
            options={
                'verbose_name': 'sample',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StepPaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('suffix', models.CharField(max_length=6)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('number', models.CharField(blank=True, max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='number on it')),
                ('file', models.FileField(max_length=200, storage=matchmaker.core.files.private_files, upload_to=matchmaker.messaging.models.deals.step_paper_path)),
                ('content_type', models.CharField(max_length=80)),
                ('given_by', models.CharField(choices=[('supplier', 'supplier'), ('buyer', 'buyer')], max_length=10)),
                ('given_at', models.DateTimeField()),
                ('given_by_person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='papers', to='messaging.dealstep')),
            ],
            options={
                'verbose_name': 'document of a deal',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='companies.company')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='blocked_by', to='companies.company')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'other'), name='blocked_once'), models.CheckConstraint(condition=models.Q(('company', models.F('other')), _negated=True), name='nobody_blocks_herself')],
            },
        ),
        migrations.AddIndex(
            model_name='enquiry',
            index=models.Index(fields=['status', 'owes', 'owes_since'], name='enquiry_by_turn'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(('supplier', models.F('buyer')), _negated=True), name='enquiry_has_two_companies'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owes', ''), ('owes_since__isnull', True)), models.Q(models.Q(('owes', ''), _negated=True), ('owes_since__isnull', False)), _connector='OR'), name='enquiry_turn_has_a_beginning'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.UniqueConstraint(condition=models.Q(('demand__isnull', False)), fields=('supplier', 'buyer', 'demand'), name='one_enquiry_per_pair_and_demand'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.UniqueConstraint(condition=models.Q(('demand__isnull', True), ('product__isnull', False)), fields=('supplier', 'buyer', 'product'), name='one_enquiry_per_pair_and_product'),
        ),
        migrations.AddConstraint(
            model_name='enquiry',
            constraint=models.UniqueConstraint(condition=models.Q(('demand__isnull', True), ('product__isnull', True)), fields=('supplier', 'buyer'), name='one_general_enquiry_per_pair'),
        ),
        migrations.AddConstraint(
            model_name='dealstep',
            constraint=models.UniqueConstraint(condition=models.Q(('answer', 'denied'), _negated=True), fields=('enquiry', 'rung'), name='deal_rung_climbed_once'),
        ),
        migrations.AddConstraint(
            model_name='dealstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by', '')), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('answered_by', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='deal_answer_has_its_side'),
        ),
        migrations.AddConstraint(
            model_name='dealstep',
            constraint=models.CheckConstraint(condition=models.Q(('answered_by', models.F('said_by')), _negated=True), name='deal_confirmed_by_the_other_side'),
        ),
        migrations.AddConstraint(
            model_name='dealstep',
            constraint=models.CheckConstraint(condition=models.Q(('amount__isnull', True), models.Q(('currency', ''), _negated=True), _connector='OR'), name='deal_value_has_a_currency'),
        ),
        migrations.AddConstraint(
            model_name='contactuse',
            constraint=models.UniqueConstraint(fields=('company', 'day', 'number'), name='contact_number_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='contactuse',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', models.F('allowed'))), name='contacts_within_the_limit'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.UniqueConstraint(fields=('enquiry', 'side'), name='followed_up_once_per_side'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['state', 'created_at'], name='message_by_state'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'held'), _negated=True), models.Q(('hold', ''), _negated=True), _connector='OR'), name='held_message_says_why'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('deleted_at__isnull', False), _connector='OR'), name='message_says_something'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('message', 'sha256'), name='attachment_once_per_message'),
        ),
        migrations.AddIndex(
            model_name='obstacle',
            index=models.Index(fields=['campaign', 'state'], name='obstacle_by_state'),
        ),
        migrations.AddConstraint(
            model_name='obstacle',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True), ('outcome', '')), _connector='OR'), name='closed_obstacle_has_an_outcome'),
        ),
        migrations.AddConstraint(
            model_name='quotecost',
            constraint=models.UniqueConstraint(fields=('sheet', 'quote'), name='quote_cost_once'),
        ),
        migrations.AddConstraint(
            model_name='quoterequest',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='quote_request_is_for_something'),
        ),
        migrations.AddConstraint(
            model_name='costsheet',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('line__isnull', False), ('request__isnull', True)), models.Q(('line__isnull', True), ('request__isnull', False)), _connector='OR'), name='cost_sheet_of_one_comparison'),
        ),
        migrations.AddConstraint(
            model_name='quoterequestline',
            constraint=models.UniqueConstraint(fields=('request', 'enquiry'), name='quote_requested_once'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='quote_price_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.UniqueConstraint(condition=models.Q(('line__isnull', False), ('status__in', ['open', 'question', 'accepted'])), fields=('enquiry', 'line'), name='one_live_quote_per_line'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.UniqueConstraint(condition=models.Q(('line__isnull', True), ('status__in', ['open', 'question', 'accepted'])), fields=('enquiry',), name='one_live_quote_without_a_line'),
        ),
        migrations.AddConstraint(
            model_name='readmark',
            constraint=models.UniqueConstraint(fields=('enquiry', 'user'), name='read_mark_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('message',), name='message_reported_once'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['sent', 'received', 'judged']), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='sample_is_sent_before_it_arrives'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'judged'), _negated=True), models.Q(('received_at__isnull', False), models.Q(('verdict', ''), _negated=True)), _connector='OR'), name='judged_sample_was_received'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['asked', 'sent'])), fields=('enquiry',), name='one_sample_on_its_way'),
        ),
        migrations.AddConstraint(
            model_name='steppaper',
            constraint=models.UniqueConstraint(fields=('step', 'sha256'), name='step_paper_once'),
        ),
    ]
