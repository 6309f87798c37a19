"""The tables of 1.0.0 in one step; an older installation is brought to 1.0.0 first (docs/operating/upgrade.md)."""

import django.core.validators
import django.db.models.deletion
import matchmaker.core.ids
import matchmaker.core.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ('directory', '0001_initial'),
        ('directory', '0002_labels'),
    ]

    initial = True

    dependencies = [
        ('catalogue', '0001_squashed_1_0_0'),
        ('companies', '0001_squashed_1_0_0'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ShortlistDetail',
            fields=[
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='detail', serialize=False, to='catalogue.shortlistitem')),
                ('status', models.CharField(blank=True, choices=[('', 'to look at'), ('asked', 'asked'), ('testing', 'testing samples'), ('chosen', 'chosen'), ('aside', 'set aside')], max_length=10, verbose_name='status')),
                ('tags', models.JSONField(blank=True, default=list, verbose_name='tags')),
                ('position', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ShowsVisits',
            fields=[
                ('company', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='shows_visits', serialize=False, to='companies.company')),
                ('chosen_at', models.DateTimeField(auto_now_add=True)),
                ('chosen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Alerted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('products', 'Products'), ('suppliers', 'Suppliers'), ('demands', 'Demands')], max_length=10)),
                ('key', models.BigIntegerField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind', 'key'), name='alerted_once')],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('yuan', models.DecimalField(decimal_places=8, max_digits=18, validators=[django.core.validators.MinValueValidator(0)], verbose_name='yuan for one unit')),
                ('as_of', models.DateField(verbose_name='rate of')),
                ('source', models.CharField(max_length=200, validators=[matchmaker.core.text.validate_one_line], verbose_name='source')),
                ('set_at', models.DateTimeField(auto_now=True)),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['currency', '-as_of'],
                'constraints': [models.UniqueConstraint(fields=('currency', 'as_of'), name='rate_once_a_day'), models.CheckConstraint(condition=models.Q(('yuan__gt', 0)), name='rate_is_positive')],
            },
        ),
        migrations.CreateModel(
            name='NotForUs',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('said_at', models.DateTimeField(auto_now_add=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='not_for_us', to='companies.company')),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalogue.product')),
                ('said_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supplier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='companies.company')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('product__isnull', False)), fields=('company', 'product'), name='product_not_for_us_once'), models.UniqueConstraint(condition=models.Q(('supplier__isnull', False)), fields=('company', 'supplier'), name='supplier_not_for_us_once'), models.CheckConstraint(condition=models.Q(('product__isnull', True), ('supplier__isnull', True), _connector='XOR'), name='not_for_us_names_one_thing')],
            },
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('products', 'Products'), ('suppliers', 'Suppliers'), ('demands', 'Demands')], max_length=10)),
                ('name', models.CharField(max_length=120, validators=[matchmaker.core.text.validate_one_line], verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=2000)),
                ('alerts', models.BooleanField(default=True, verbose_name='notify me of new ones')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to='companies.company')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['alerts', 'looked_at'], name='search_by_turn')],
                'constraints': [models.UniqueConstraint(fields=('user', 'kind', 'query'), name='search_saved_once')],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('at', models.DateTimeField(auto_now=True)),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='companies.company')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='catalogue.product')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at'],
                'indexes': [models.Index(fields=['user', '-at'], name='visit_by_person'), models.Index(fields=['product', 'day'], name='visit_by_product')],
                'constraints': [models.UniqueConstraint(fields=('user', 'product', 'day'), name='visit_once_a_day')],
            },
        ),
    ]
