"""A run may end incomplete, and one run at a time is going on the whole site."""

from django.db import migrations, models
from django.utils import timezone


def keep_newest_going(apps, schema_editor):
    """Of two runs that are going, of two campaigns, the newer one compares all that the older one does."""
    going = apps.get_model("matching", "MatchRun").objects.filter(state="running")
    newest = going.order_by("-pk").values_list("pk", flat=True).first()
    going.exclude(pk=newest).update(state="cancelled", finished_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0001_squashed_1_0_0'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='matchrun',
            name='one_running_match_per_campaign',
        ),
        migrations.AlterField(
            model_name='matchrun',
            name='state',
            field=models.CharField(choices=[('running', 'running'), ('done', 'done'), ('incomplete', 'incomplete'), ('cancelled', 'cancelled')], default='running', max_length=10),
        ),
        migrations.RunPython(keep_newest_going, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='matchrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('state',), name='one_running_match'),
        ),
    ]
