"""Nobody chose UTC, which every account had from its beginning: it is empty until the person's zone is known."""

from django.db import migrations, models


def forget_utc(apps, schema_editor):
    apps.get_model("accounts", "User").objects.filter(time_zone="UTC").update(time_zone="")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_chains")]
    operations = [
        migrations.AlterField(
            "user",
            "time_zone",
            models.CharField(blank=True, default="", max_length=40, verbose_name="time zone"),
        ),
        migrations.RunPython(forget_utc, migrations.RunPython.noop),
    ]
