import django.db.models.deletion
import matchmaker.core.multilingual
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0011_kinds_and_plans"),
    ]

    operations = [
        migrations.CreateModel(
            name="EventBrand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "short_name",
                    matchmaker.core.multilingual.MultilingualField(
                        blank=True, max_length=40, verbose_name="short name"
                    ),
                ),
                ("colour", models.CharField(blank=True, max_length=7, verbose_name="colour")),
                ("logo", models.BinaryField(blank=True, default=bytes)),
                ("logo_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("picture", models.BinaryField(blank=True, default=bytes)),
                ("picture_digest", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="brand", to="events.event"
                    ),
                ),
            ],
        ),
    ]
