"""What a company says of itself is one column, in any language."""

from django.db import migrations

import matchmaker.core.multilingual
from matchmaker.companies.about import texts_from
from matchmaker.core.languages import site_code
from matchmaker.core.text_columns import change_rows


def gather(apps, schema_editor):
    def fill(company):
        languages = {"language": company.language, "spoken": company.languages}
        company.about = texts_from(company.about_own, company.about_en, **languages)

    change_rows(apps.get_model("companies", "Company"), schema_editor, fill, ["about"])


def spread(apps, schema_editor):
    """The text in the company's language, or another one, and the English one beside it."""

    def fill(company):
        texts = company.about
        others = [text for code, text in texts.items() if code != "en"]
        company.about_own = texts.get(site_code(company.language)) or next(iter(others), texts.get("en", ""))
        company.about_en = texts.get("en", "") if texts.get("en") != company.about_own else ""
        if company.language == "en" and others:
            company.about_own, company.about_en = others[0], texts.get("en", "")

    change_rows(apps.get_model("companies", "Company"), schema_editor, fill, ["about_own", "about_en"])


class Migration(migrations.Migration):
    dependencies = [("companies", "0007_number_taken_by_its_code")]
    operations = [
        migrations.RenameField("company", "about", "about_own"),
        migrations.AddField(
            "company",
            "about",
            matchmaker.core.multilingual.MultilingualField(
                blank=True, max_length=3000, verbose_name="about the company"
            ),
        ),
        migrations.RunPython(gather, spread),
        migrations.RemoveField("company", "about_own"),
        migrations.RemoveField("company", "about_en"),
    ]
