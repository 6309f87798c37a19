"""Each person has hours of her own; those of today's rows are their company's."""

from django.db import migrations, models


def take_over(apps, schema_editor):
    attendees = apps.get_model("events", "Attendee").objects
    for row in apps.get_model("events", "EventParticipation").objects.exclude(away=[]).iterator():
        attendees.filter(participation=row).update(away=row.away)


class Migration(migrations.Migration):
    dependencies = [("events", "0004_the_day")]

    operations = [
        migrations.AddField("attendee", "away", models.JSONField(blank=True, default=list)),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
