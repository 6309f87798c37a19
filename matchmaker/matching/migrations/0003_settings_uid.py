import matchmaker.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    # The table came with the migration before, so that no two rows can get the same default here.
    dependencies = [
        ("matching", "0002_settings_and_never_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="matchsettings",
            name="uid",
            field=models.UUIDField(default=matchmaker.core.ids.new_id, editable=False, unique=True),
        ),
    ]
