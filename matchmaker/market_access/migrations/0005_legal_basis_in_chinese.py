from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("market_access", "0004_edited_here")]

    operations = [
        migrations.RenameField("entryrule", "legal_basis", "legal_basis_en"),
        migrations.AlterField(
            "entryrule", "legal_basis_en", models.CharField("legal basis in English", max_length=400)
        ),
        migrations.AddField(
            "entryrule",
            "legal_basis_zh",
            models.CharField("legal basis in Chinese", max_length=400, default=""),
            preserve_default=False,
        ),
    ]
