"""The two companies of a merge are called survivor and duplicate."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("companies", "0008_about_by_language")]

    operations = [
        migrations.RemoveConstraint("merge", "one_merge_at_a_time"),
        migrations.RemoveConstraint("merge", "merge_of_two"),
        migrations.RenameField("merge", "kept", "survivor"),
        migrations.RenameField("merge", "gone", "duplicate"),
        migrations.AlterField(
            "merge", "survivor", models.ForeignKey("companies.company", models.CASCADE, related_name="merges_as_survivor")
        ),
        migrations.AlterField(
            "merge", "duplicate", models.ForeignKey("companies.company", models.CASCADE, related_name="merges_as_duplicate")
        ),
        migrations.AddConstraint(
            "merge",
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(done_at__isnull=True, declined_at__isnull=True),
                name="one_merge_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            "merge", models.CheckConstraint(condition=~Q(survivor=models.F("duplicate")), name="merge_of_two")
        ),
    ]
