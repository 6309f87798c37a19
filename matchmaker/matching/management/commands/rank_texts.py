"""The nearest documents of each query, across languages."""

import csv
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.matching.engine.names import NameMatcher
from matchmaker.matching.management.texts import languages, read_table


class Command(BaseCommand):
    help = "Rank documents for queries across languages (CSV files id,text[,lang]): query_id,rank,document_id,score."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("queries", help="CSV file with columns id, text and perhaps lang")
        parser.add_argument("documents", help="CSV file with columns id, text and perhaps lang")
        parser.add_argument("--top", type=int, default=10, help="documents a query")
        parser.add_argument("--text-column", default="text", help="the column to read in both files")
        parser.add_argument("--lang-column", help="ISO 639-1 codes; default: lang where it exists, else detected")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["top"] < 1:
            raise CommandError("--top must be 1 or more.")
        column = options["text_column"]
        required = ["id", column] + ([options["lang_column"]] if options["lang_column"] else [])
        queries, documents = (read_table(options[name], required) for name in ("queries", "documents"))
        matcher = NameMatcher.load(settings.DATA_DIR, settings.ENGINE_CACHE)
        ranked = matcher.rank(
            [row[column] for row in queries],
            [row[column] for row in documents],
            options["top"],
            (languages(queries, options["lang_column"]), languages(documents, options["lang_column"])),
        )
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["query_id", "rank", "document_id", "score"])
        for query, found in zip(queries, ranked, strict=True):
            for rank, (position, score) in enumerate(found, start=1):
                writer.writerow([query["id"], rank, documents[position]["id"], f"{score:.6f}"])
