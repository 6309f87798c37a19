from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0012_trading_groups")]

    operations = [
        migrations.AddField(
            model_name="question",
            name="created_at",
            field=models.DateTimeField(auto_now_add=True, null=True),
        ),
    ]
