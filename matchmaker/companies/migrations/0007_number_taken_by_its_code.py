"""The refusal of a number that is taken has a code by which it is told beside its field; the tables stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0006_papers")]

    operations = [
        migrations.AlterConstraint(
            model_name="company",
            name="company_number_once",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("identifier", ""), _negated=True), models.Q(("status", "returned"), _negated=True)
                ),
                fields=("country", "identifier_kind", "identifier"),
                name="company_number_once",
                violation_error_code="number_taken",
                violation_error_message=(
                    "A company with this number is already registered. Ask its administrator to invite you."
                ),
            ),
        ),
    ]
