import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import matchmaker.core.text


def keep_answers(apps, schema_editor):
    """Answers given before this table existed become its first rows."""
    quote_model, event_model = apps.get_model("messaging", "Quote"), apps.get_model("messaging", "QuoteEvent")
    answered = quote_model.objects.filter(answered_at__isnull=False, status__in=["question", "accepted", "declined"])
    event_model.objects.bulk_create(
        event_model(quote=quote, status=quote.status, note=quote.answer_note, at=quote.answered_at)
        for quote in answered.iterator()
    )


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_files_in_private_storage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuoteEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("question", "in question"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("withdrawn", "taken back"),
                            ("replaced", "replaced by a newer one"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=1000, validators=[matchmaker.core.text.validate_text]),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="messaging.quote"
                    ),
                ),
            ],
            options={"ordering": ["at", "id"]},
        ),
        migrations.RunPython(keep_answers, migrations.RunPython.noop, elidable=True),
    ]
