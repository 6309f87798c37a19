from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('companies', '0014_wechat_and_duns'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='company',
            index=models.Index(fields=['submitted_at', 'id'], name='company_by_submission'),
        ),
    ]
