"""Load categories and HS 2022 from `data/`; running it again changes only what the files changed."""

import csv
from collections import defaultdict

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from matchmaker.catalogue.models import Category, HSCode
from matchmaker.core.languages import site_code
from matchmaker.core.multilingual_texts import texts_of
from matchmaker.engines.language import GOODS_LANGUAGES

NAMES = 6  # everyday names stored for a code, in each language
JOINED = {"zh-hans": "、"}  # between two of them; a semicolon in other languages
UPDATED_FIELDS = ["text", "path", "title", "names", "category", "section", "level"]


def _join(language, names):
    return JOINED.get(language, "; ").join([*names][:NAMES])


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args, **options):
        more = {row["category_code"]: texts_of(row, "name") for row in self.rows("campaign/category_names.csv")}
        categories = [
            Category(
                code=row["category_code"],
                group=row["group_code"],
                name={**texts_of(row, "name"), **more.get(row["category_code"], {})},
            )
            for row in self.rows("campaign/campaign_categories.csv")
        ]
        Category.objects.bulk_create(
            categories,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["group", "name"],
        )
        category_of = {row["hs6"]: row["category_code"] for row in self.rows("campaign/hs6_to_category.csv")}
        names = self.everyday_names()
        titles = {row["chapter"]: texts_of(row, "title") for row in self.rows("hs/chapter_titles.csv")}
        codes = [
            HSCode(
                code=row["code"],
                level=int(row["level"]),
                parent_id=row["parent"] or None,
                section=row["section"],
                text={**texts_of(row, "legal"), "en": row["desc_en"]},
                path={"en": row["desc_en"], **texts_of(row, "path")},
                title={**texts_of(row, "title"), **titles.get(row["code"], {})},
                names={code: _join(code, listed) for code, listed in names[row["code"]].items() if listed},
                category_id=category_of.get(row["code"]),
            )
            for row in self.rows("hs/hs2022.csv")
        ]
        codes.sort(key=lambda code: (code.level, code.code))  # parents first
        HSCode.objects.bulk_create(
            codes,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=UPDATED_FIELDS,
        )
        self.stdout.write(f"{len(categories)} categories and {len(codes)} HS codes are loaded.")

    def everyday_names(self):
        """Everyday names by code and language, each once; of a heading the first one of each of its subheadings."""
        names = defaultdict(lambda: defaultdict(dict))
        for row in self.rows("vocabulary/goods.csv"):
            for language in GOODS_LANGUAGES:
                listed = [name.strip() for name in (row[language] or "").split(";") if name.strip()]
                code = site_code(language)
                names[row["hs6"]][code] |= dict.fromkeys(listed)
                names[row["hs6"][:4]][code] |= dict.fromkeys(listed[:1])
        return names

    def rows(self, path):
        with (settings.DATA_DIR / path).open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
