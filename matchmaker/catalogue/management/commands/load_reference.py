"""Load categories and HS 2022 from `data/`; running it again changes only what the files changed."""

import csv
from collections import defaultdict

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from matchmaker.catalogue.models import Category, HSCode

NAMES = 6  # everyday names that are kept of a code
SAID = ["text_en", "path_en", "path_fr", "path_es", "title_zh", "names_zh", "category", "section", "level"]


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args, **options):
        categories = [
            Category(
                code=row["category_code"],
                group=row["group_code"],
                **{f"name_{language}": row[f"name_{language}"] for language in ("en", "zh", "fr", "es")},
            )
            for row in self.rows("campaign/campaign_categories.csv")
        ]
        Category.objects.bulk_create(
            categories,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["group", "name_en", "name_zh", "name_fr", "name_es"],
        )
        category_of = {row["hs6"]: row["category_code"] for row in self.rows("campaign/hs6_to_category.csv")}
        names = self.names_zh()
        codes = [
            HSCode(
                code=row["code"],
                level=int(row["level"]),
                parent_id=row["parent"] or None,
                section=row["section"],
                text_en=row["desc_en"],
                path_en=row["path_en"] or row["desc_en"],
                path_fr=row["path_fr"],
                path_es=row["path_es"],
                title_zh=row["title_zh"],
                names_zh="、".join([*names[row["code"]]][:NAMES]),
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
            update_fields=SAID,
        )
        self.stdout.write(f"{len(categories)} categories and {len(codes)} HS codes are loaded.")

    def names_zh(self):
        """Everyday Chinese names by code, each once; of a heading the first one of each of its subheadings."""
        found = defaultdict(dict)
        for row in self.rows("vocabulary/goods.csv"):
            listed = [name.strip() for name in row["zh"].split(";") if name.strip()]
            if row["hs6"] not in found:
                found[row["hs6"][:4]] |= dict.fromkeys(listed[:1])
            found[row["hs6"]] |= dict.fromkeys(listed)
        return found

    def rows(self, path):
        with (settings.DATA_DIR / path).open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
