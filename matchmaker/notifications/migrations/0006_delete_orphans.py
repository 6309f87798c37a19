"""Deletes notices without their person and deliveries without their notice: the next migration enforces both keys."""

from django.conf import settings
from django.db import migrations


def delete_orphans(apps, schema_editor):
    notice = apps.get_model("notifications", "Notice")
    delivery = apps.get_model("notifications", "Delivery")
    person = apps.get_model(settings.AUTH_USER_MODEL)
    lost = notice.objects.exclude(recipient__in=person.objects.values("pk")).values("pk")
    delivery.objects.filter(notice__in=lost).delete()
    notice.objects.filter(pk__in=lost).delete()
    delivery.objects.exclude(notice__in=notice.objects.values("pk")).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("notifications", "0005_about"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(delete_orphans, migrations.RunPython.noop, elidable=True)]
