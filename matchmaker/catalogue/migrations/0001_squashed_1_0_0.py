"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.core.validators
import django.db.models.deletion
import matchmaker.catalogue.models.products
import matchmaker.core.files
import matchmaker.core.ids
import matchmaker.core.multilingual
import matchmaker.core.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('catalogue', '0001_initial'),
        ('catalogue', '0002_limit_long_texts'),
        ('catalogue', '0003_article_numbers'),
        ('catalogue', '0004_demand_desk'),
        ('catalogue', '0005_answers_are_enquiries'),
        ('catalogue', '0006_follow_changes'),
        ('catalogue', '0007_variants_renditions_price_validity'),
        ('catalogue', '0008_papers'),
        ('catalogue', '0009_wanted_traits'),
        ('catalogue', '0010_everyday_chinese_names'),
        ('catalogue', '0011_texts_by_language'),
        ('catalogue', '0012_confirmed_codes'),
        ('catalogue', '0013_first_day'),
        ('catalogue', '0014_goods_in_china_and_traits'),
        ('catalogue', '0015_product_videos'),
    ]

    initial = True

    dependencies = [
        ('companies', '0001_squashed_1_0_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('code', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('group', models.CharField(choices=[('AGRI', 'Agricultural products and food'), ('CONS', 'Quality consumer goods'), ('TECH', 'Advanced technology equipment'), ('COMP', 'Key components and materials'), ('SERV', 'Services'), ('OUT', 'Outside the campaign')], max_length=4)),
                ('name', matchmaker.core.multilingual.MultilingualField(max_length=120, verbose_name='name')),
            ],
            options={
                'verbose_name': 'category',
                'verbose_name_plural': 'categories',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Demand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('publish_problem', models.CharField(blank=True, max_length=500)),
                ('title', models.CharField(max_length=160, validators=[matchmaker.core.text.validate_one_line], verbose_name='title')),
                ('language', models.CharField(default='zh', max_length=10, verbose_name='language')),
                ('description', models.TextField(blank=True, max_length=5000, validators=[matchmaker.core.text.validate_text, django.core.validators.MaxLengthValidator(5000)], verbose_name='description')),
                ('visibility', models.CharField(choices=[('public', "public: anyone can read it, your company's name stays hidden"), ('invited', 'invited: only suppliers you invite'), ('private', 'private: only matching sees it, suppliers do not')], default='public', max_length=10, verbose_name='who may see it')),
                ('closing_on', models.DateField(verbose_name='closes on')),
                ('destination', models.CharField(blank=True, max_length=5, verbose_name='port of destination')),
                ('delivery_from', models.DateField(blank=True, null=True, verbose_name='delivery from')),
                ('delivery_until', models.DateField(blank=True, null=True, verbose_name='delivery until')),
                ('incoterm', models.CharField(blank=True, choices=[('EXW', 'EXW'), ('FCA', 'FCA'), ('CPT', 'CPT'), ('CIP', 'CIP'), ('DAP', 'DAP'), ('DPU', 'DPU'), ('DDP', 'DDP'), ('FAS', 'FAS'), ('FOB', 'FOB'), ('CFR', 'CFR'), ('CIF', 'CIF')], max_length=3, verbose_name='Incoterm')),
                ('value_low', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='value from')),
                ('value_high', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='value to')),
                ('value_currency', models.CharField(blank=True, max_length=3, verbose_name='currency of the value')),
                ('wanted_verification', models.PositiveSmallIntegerField(choices=[(0, 'claimed'), (1, 'document seen'), (2, 'register checked'), (3, 'audited')], default=0, verbose_name='supplier checked at least')),
                ('wanted_sizes', models.JSONField(blank=True, default=list, verbose_name="supplier's size")),
                ('wanted_years', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(200)], verbose_name="supplier's years in business, at least")),
                ('newcomers', models.CharField(blank=True, choices=[('', 'not stated'), ('welcome', 'first-time exporters are welcome'), ('experience', 'only who has sold to China before')], default='', max_length=10, verbose_name='suppliers new to China')),
                ('wanted_languages', models.JSONField(blank=True, default=list, verbose_name='supplier speaks one of')),
                ('goods_in_china', models.CharField(blank=True, choices=[('', 'not needed'), ('any', 'in China already, bonded or cleared'), ('cleared', 'in China already and cleared')], db_default='', default='', max_length=10, verbose_name='goods in China already')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('submitted', "with the campaign's team"), ('returned', 'returned'), ('published', 'open'), ('closed', 'closed'), ('withdrawn', 'withdrawn')], default='draft', max_length=10)),
                ('status_reason', models.CharField(blank=True, max_length=500)),
                ('findings', models.JSONField(blank=True, default=list)),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='demands', to='companies.company')),
                ('publish_wish_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'demand',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='DemandComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_team', models.BooleanField(default=False)),
                ('text', models.CharField(max_length=1000, validators=[matchmaker.core.text.validate_text], verbose_name='comment')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('demand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='catalogue.demand')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='DemandInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invited_at', models.DateTimeField(auto_now_add=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='demand_invitations', to='companies.company')),
                ('demand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='catalogue.demand')),
            ],
        ),
        migrations.CreateModel(
            name='DemandLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('number', models.PositiveSmallIntegerField(verbose_name='line')),
                ('text', models.CharField(max_length=1000, validators=[matchmaker.core.text.validate_text], verbose_name='what you want to buy')),
                ('language', models.CharField(default='zh', max_length=10, verbose_name='language')),
                ('hs_code', models.CharField(blank=True, max_length=6, validators=[django.core.validators.RegexValidator('^\\d{2}(\\d{2}){0,2}$', '2, 4 or 6 digits.')], verbose_name='HS code')),
                ('code_is_confirmed', models.BooleanField(db_default=True, default=True)),
                ('quantity', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='quantity')),
                ('unit', models.CharField(blank=True, max_length=10, verbose_name='unit')),
                ('target_price', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='target price')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('price_unit', models.CharField(blank=True, max_length=10, verbose_name='price is for one')),
                ('origins_wanted', models.JSONField(blank=True, default=list, verbose_name='origins wanted')),
                ('origins_excluded', models.JSONField(blank=True, default=list, verbose_name='origins excluded')),
                ('certificates_required', models.JSONField(blank=True, default=list, verbose_name='certificates required')),
                ('capacity_wanted', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name="supplier's capacity, at least")),
                ('capacity_period', models.CharField(blank=True, choices=[('', 'not stated'), ('month', 'a month'), ('year', 'a year')], max_length=10, verbose_name='period')),
                ('revision', models.PositiveIntegerField(default=1)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='demand_lines', to='catalogue.category')),
                ('demand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='catalogue.demand')),
            ],
            options={
                'verbose_name': 'demand line',
                'ordering': ['demand_id', 'number'],
            },
        ),
        migrations.CreateModel(
            name='DemandVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('said', models.JSONField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('demand', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='catalogue.demand')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='HSCode',
            fields=[
                ('code', models.CharField(max_length=6, primary_key=True, serialize=False)),
                ('level', models.PositiveSmallIntegerField()),
                ('section', models.CharField(max_length=6)),
                ('text', matchmaker.core.multilingual.MultilingualField()),
                ('path', matchmaker.core.multilingual.MultilingualField()),
                ('title', matchmaker.core.multilingual.MultilingualField(blank=True)),
                ('names', matchmaker.core.multilingual.MultilingualField(blank=True)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='hs_codes', to='catalogue.category')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='catalogue.hscode')),
            ],
            options={
                'verbose_name': 'HS code',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('publish_problem', models.CharField(blank=True, max_length=500)),
                ('article', models.CharField(blank=True, max_length=60, validators=[matchmaker.core.text.validate_one_line], verbose_name='article number')),
                ('hs_code', models.CharField(blank=True, max_length=6, validators=[django.core.validators.RegexValidator('^\\d{6}$', 'Six digits, such as 100630.')], verbose_name='HS code')),
                ('code_is_confirmed', models.BooleanField(db_default=True, default=True)),
                ('origin', models.CharField(blank=True, max_length=2, verbose_name='country of origin')),
                ('min_order', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='minimum order')),
                ('min_order_unit', models.CharField(blank=True, max_length=10, verbose_name='unit')),
                ('price_low', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price from')),
                ('price_high', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price to')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('price_unit', models.CharField(blank=True, max_length=10, verbose_name='price is for one')),
                ('price_valid_until', models.DateField(blank=True, null=True, verbose_name='price holds until')),
                ('incoterm', models.CharField(blank=True, choices=[('EXW', 'EXW'), ('FCA', 'FCA'), ('CPT', 'CPT'), ('CIP', 'CIP'), ('DAP', 'DAP'), ('DPU', 'DPU'), ('DDP', 'DDP'), ('FAS', 'FAS'), ('FOB', 'FOB'), ('CFR', 'CFR'), ('CIF', 'CIF')], max_length=3, verbose_name='Incoterm')),
                ('incoterm_place', models.CharField(blank=True, max_length=100, validators=[matchmaker.core.text.validate_one_line], verbose_name='named place')),
                ('capacity', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='capacity')),
                ('capacity_unit', models.CharField(blank=True, max_length=10, verbose_name='unit')),
                ('capacity_period', models.CharField(blank=True, choices=[('', 'not stated'), ('month', 'a month'), ('year', 'a year')], max_length=10, verbose_name='period')),
                ('lead_time_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='lead time in days')),
                ('shelf_life_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='shelf life in days')),
                ('storage', models.CharField(blank=True, choices=[('', 'not stated'), ('ambient', 'ambient'), ('chilled', 'chilled'), ('frozen', 'frozen')], max_length=10, verbose_name='storage')),
                ('lots_in_china', models.JSONField(blank=True, db_default=[], default=list, verbose_name='in China already')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('published', 'published'), ('paused', 'paused'), ('withdrawn', 'withdrawn')], default='draft', max_length=10)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalogue.category')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='products', to='companies.company')),
                ('publish_wish_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'product',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ProductCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='certificate')),
                ('number', models.CharField(blank=True, max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='number')),
                ('issuer', models.CharField(blank=True, max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='issued by')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('figure', models.CharField(blank=True, db_default='', default='', max_length=80, validators=[matchmaker.core.text.validate_one_line], verbose_name='figure on it')),
                ('seen_on', models.DateField(blank=True, null=True)),
                ('confirmed_by', models.CharField(blank=True, max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='confirmed by')),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='certificates', to='companies.document')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='catalogue.product')),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ProductFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('suffix', models.CharField(max_length=6)),
                ('content_type', models.CharField(max_length=60)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('data', 'data sheet'), ('test', 'test report'), ('label', 'label or packaging'), ('brochure', 'brochure'), ('other', 'something else')], max_length=10, verbose_name='what it is')),
                ('file', models.FileField(max_length=200, storage=matchmaker.core.files.private_files, upload_to=matchmaker.catalogue.models.products.product_file_path)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='catalogue.product')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['kind', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProductImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.ImageField(height_field='height', max_length=200, upload_to=matchmaker.catalogue.models.products.image_path, width_field='width')),
                ('width', models.PositiveIntegerField(default=0)),
                ('height', models.PositiveIntegerField(default=0)),
                ('widths', models.JSONField(default=list)),
                ('alt', models.CharField(blank=True, max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='what the picture shows')),
                ('sha256', models.CharField(max_length=64)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='images', to='catalogue.product')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProductText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('name', models.CharField(max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='product name')),
                ('description', models.TextField(blank=True, max_length=5000, validators=[matchmaker.core.text.validate_text, django.core.validators.MaxLengthValidator(5000)], verbose_name='description')),
                ('is_original', models.BooleanField(default=False)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='catalogue.product')),
            ],
            options={
                'ordering': ['-is_original', 'language'],
            },
        ),
        migrations.CreateModel(
            name='ProductVariant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='variant')),
                ('article', models.CharField(blank=True, max_length=60, validators=[matchmaker.core.text.validate_one_line], verbose_name='article number')),
                ('price', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('min_order', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='minimum order')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='catalogue.product')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ProductVideo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('suffix', models.CharField(max_length=6)),
                ('content_type', models.CharField(max_length=60)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('address', models.CharField(blank=True, max_length=300, validators=[matchmaker.core.text.video_address], verbose_name='address of the video')),
                ('file', models.FileField(blank=True, max_length=200, storage=matchmaker.core.files.private_files, upload_to=matchmaker.catalogue.models.products.video_path)),
                ('words', models.CharField(max_length=2000, validators=[matchmaker.core.text.validate_text], verbose_name='what the video shows and says')),
                ('captions', models.TextField(blank=True)),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='videos', to='catalogue.product')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ShortlistItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(blank=True, max_length=500, validators=[matchmaker.core.text.validate_text], verbose_name='note')),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shortlist', to='companies.company')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shortlisted', to='catalogue.product')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='demand',
            index=models.Index(fields=['status', 'closing_on'], name='demand_by_closing'),
        ),
        migrations.AddConstraint(
            model_name='demand',
            constraint=models.CheckConstraint(condition=models.Q(('delivery_from__isnull', True), ('delivery_until__isnull', True), ('delivery_until__gte', models.F('delivery_from')), _connector='OR'), name='demand_delivery_window_in_order', violation_error_message='The end of the delivery window must not be before its beginning.'),
        ),
        migrations.AddConstraint(
            model_name='demand',
            constraint=models.CheckConstraint(condition=models.Q(('value_low__isnull', True), ('value_high__isnull', True), ('value_high__gte', models.F('value_low')), _connector='OR'), name='demand_value_band_in_order', violation_error_message='The upper value must not be below the lower one.'),
        ),
        migrations.AddConstraint(
            model_name='demandinvitation',
            constraint=models.UniqueConstraint(fields=('demand', 'company'), name='invited_to_demand_once'),
        ),
        migrations.AddConstraint(
            model_name='demandline',
            constraint=models.UniqueConstraint(fields=('demand', 'number'), name='demand_line_number_once'),
        ),
        migrations.AddConstraint(
            model_name='demandversion',
            constraint=models.UniqueConstraint(fields=('demand', 'number'), name='demand_version_once'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['status', 'category'], name='product_by_category'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(fields=['updated_at'], name='product_by_change'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('price_low__isnull', True), ('price_high__isnull', True), ('price_high__gte', models.F('price_low')), _connector='OR'), name='product_price_band_in_order', violation_error_message='The upper price must not be below the lower one.'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='published_product_has_a_date'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.UniqueConstraint(condition=models.Q(('article', ''), _negated=True), fields=('company', 'article'), name='product_article_once_per_company', violation_error_message='Another product of yours has this article number.'),
        ),
        migrations.AddConstraint(
            model_name='productcertificate',
            constraint=models.UniqueConstraint(fields=('product', 'code'), name='product_certificate_once'),
        ),
        migrations.AddConstraint(
            model_name='productfile',
            constraint=models.UniqueConstraint(fields=('product', 'sha256'), name='product_file_once'),
        ),
        migrations.AddConstraint(
            model_name='productimage',
            constraint=models.UniqueConstraint(fields=('product', 'sha256'), name='product_image_once'),
        ),
        migrations.AddConstraint(
            model_name='producttext',
            constraint=models.UniqueConstraint(fields=('product', 'language'), name='product_text_once_per_language'),
        ),
        migrations.AddConstraint(
            model_name='producttext',
            constraint=models.UniqueConstraint(condition=models.Q(('is_original', True)), fields=('product',), name='product_has_one_original_text'),
        ),
        migrations.AddConstraint(
            model_name='productvariant',
            constraint=models.UniqueConstraint(fields=('product', 'label'), name='product_variant_once'),
        ),
        migrations.AddConstraint(
            model_name='productvideo',
            constraint=models.UniqueConstraint(condition=models.Q(('sha256', ''), _negated=True), fields=('product', 'sha256'), name='product_video_file_once'),
        ),
        migrations.AddConstraint(
            model_name='productvideo',
            constraint=models.UniqueConstraint(condition=models.Q(('address', ''), _negated=True), fields=('product', 'address'), name='product_video_address_once'),
        ),
        migrations.AddConstraint(
            model_name='productvideo',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), models.Q(('file', ''), _negated=True)), models.Q(models.Q(('address', ''), _negated=True), ('file', '')), _connector='OR'), name='product_video_file_or_address'),
        ),
        migrations.AddConstraint(
            model_name='shortlistitem',
            constraint=models.UniqueConstraint(fields=('company', 'product'), name='shortlisted_once'),
        ),
    ]
