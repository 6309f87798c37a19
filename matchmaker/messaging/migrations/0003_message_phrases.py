from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_thai_and_lao_am")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="phrases",
            field=models.JSONField(blank=True, db_default=[], default=list, verbose_name="ready-made sentences"),
        ),
        migrations.RemoveConstraint(model_name="message", name="message_says_something"),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), models.Q(("phrases", []), _negated=True), ("deleted_at__isnull", False), _connector="OR"),
                name="message_says_something",
            ),
        ),
    ]
