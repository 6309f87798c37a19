"""The nearest documents of each query, across languages, by the matcher of the site."""

import csv
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.engines.matching import languages_of
from matchmaker.matching.management.texts import languages, rank_texts, read_table


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
        column, lang_column = options["text_column"], options["lang_column"]
        required = ["id", column] + ([lang_column] if lang_column else [])
        tables = [read_table(options[name], required) for name in ("queries", "documents")]
        texts = [[row[column] for row in rows] for rows in tables]
        langs = [languages_of(texts_, languages(rows, lang_column)) for texts_, rows in zip(texts, tables, strict=True)]
        queries, documents = tables
        ranked = rank_texts(
            list(zip(langs[0], texts[0], strict=True)), list(zip(langs[1], texts[1], strict=True)), options["top"]
        )
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["query_id", "rank", "document_id", "score"])
        for query, best in zip(queries, ranked, strict=True):
            for rank, (position, score) in enumerate(best, start=1):
                writer.writerow([query["id"], rank, documents[position]["id"], f"{score:.6f}"])
