"""Files of letters move beside the media folder, which a web server may be told to serve."""

import os
import shutil

from django.conf import settings
from django.db import migrations, models

import matchmaker.core.files
import matchmaker.messaging.models.enquiries


def move(source: str, target: str) -> None:
    old, new = os.path.join(source, "enquiries"), os.path.join(target, "enquiries")
    if os.path.isdir(old) and not os.path.exists(new):
        os.makedirs(target, exist_ok=True)
        shutil.move(old, new)


def there(apps, editor) -> None:
    move(settings.MEDIA_ROOT, settings.PRIVATE_ROOT)


def back(apps, editor) -> None:
    move(settings.PRIVATE_ROOT, settings.MEDIA_ROOT)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_labels")]
    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="file",
            field=models.FileField(
                max_length=200,
                storage=matchmaker.core.files.private_files,
                upload_to=matchmaker.messaging.models.enquiries.attachment_path,
            ),
        ),
        migrations.RunPython(there, back),
    ]
