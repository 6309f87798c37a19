"""Offers and wants of two files, matched as the site matches products and demand lines."""

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.engines.matching import languages_of
from matchmaker.matching.management.texts import languages, match_sides, read_table


class Command(BaseCommand):
    help = (
        "Match offers with wants (CSV files id,lang,text[,category][,hs6][,code_is_confirmed][,name_en]): "
        "want_id,rank,offer_id,score,shown by the matcher of the site; shown says whether the score reaches the "
        "minimum that pages show."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("offers", help="CSV file of products")
        parser.add_argument("wants", help="CSV file of demand lines")
        parser.add_argument("--top", type=int, default=20, help="rows a want")
        parser.add_argument("--by", choices=("wants", "offers"), default="wants", help="whose list the rank is of")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["top"] < 1:
            raise CommandError("--top must be 1 or more.")
        offers, wants = (read_table(options[name], ["id", "text"]) for name in ("offers", "wants"))
        for rows in (offers, wants):
            spoken = languages_of([row["text"] for row in rows], languages(rows, None))
            for row, lang in zip(rows, spoken, strict=True):
                row["lang"] = lang
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["want_id", "rank", "offer_id", "score", "shown"])
        for rank, offer, want, score, shown in match_sides(offers, wants, options["top"], by=options["by"]):
            writer.writerow([wants[want]["id"], rank, offers[offer]["id"], f"{score:.6f}", int(shown)])
