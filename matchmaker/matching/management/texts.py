"""What the three commands on texts share: they read CSV files and write nothing but CSV to stdout."""

import csv
import io
import sys
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.language.encoder import get_encoder
from matchmaker.language.text import clean
from matchmaker.matching.engine.classify import Classifier, Suggestion
from matchmaker.matching.engine.pairs import Offer, Want
from matchmaker.matching.engine.scoring import Matcher

Row = dict[str, str]


def read_table(name: str, required: Iterable[str]) -> list[Row]:
    """Rows of a UTF-8 CSV (with or without a byte order mark; odd bytes become �), `required` columns checked.

    Raises CommandError with one sentence for a missing file or column.
    """
    try:
        text = Path(name).read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
    csv.field_size_limit(sys.maxsize)
    reader = csv.DictReader(io.StringIO(text.replace("\x00", ""), newline=""))
    columns = [column.strip() for column in reader.fieldnames or []]
    reader.fieldnames = columns
    for column in required:
        if column not in columns:
            raise CommandError(f"{name} has no column {column!r}; it has: {', '.join(columns) or 'none'}.")
    return [{key: value or "" for key, value in row.items() if isinstance(key, str)} for row in reader]


def identifier_column(name: str, rows: Sequence[Row], preferred: Sequence[str]) -> str:
    """The first of the preferred columns that the table has.

    Raises CommandError when it has none of them.
    """
    if not rows:
        return preferred[0]
    for column in preferred:
        if column in rows[0]:
            return column
    raise CommandError(f"{name} has no column {preferred[0]!r}.")


def languages(rows: Sequence[Row], column: str | None) -> list[str] | None:
    """Values of the language column; without an option the column `lang` where there is one, else None (detected)."""
    if column is None:
        column = "lang" if rows and "lang" in rows[0] else None
    return None if column is None else [row[column] for row in rows]


def rank_texts(
    queries: Sequence[tuple[str, str]], documents: Sequence[tuple[str, str]], top: int
) -> list[list[tuple[int, float]]]:
    """For each query the `top` documents as (position, score), best first; [] for a query without words.

    Texts are (language, text). Queries are matched as demand lines and documents as products, by the matcher of the
    site with the background of these texts.
    """
    wants = [Want(i, ((lang, text),)) for i, (lang, text) in enumerate(queries) if clean(text)]
    offers = [Offer(i, ((lang, text),)) for i, (lang, text) in enumerate(documents) if clean(text)]
    ranked: list[list[tuple[int, float]]] = [[] for _ in queries]
    if not wants or not offers:
        return ranked
    matcher = Matcher(get_encoder(settings.ENCODER))
    offer_vectors, want_vectors = matcher.offer_vectors(offers), matcher.want_vectors(wants)
    matcher.background = matcher.learn_background(offers, wants, offer_vectors, want_vectors)
    offer_index = matcher.prepare_offers(offers, offer_vectors)
    want_index = matcher.prepare_wants(wants, want_vectors)
    for pair in matcher.match(offer_index, want_index, top_per_want=top, top_per_offer=0, minimum=0):
        ranked[pair.want].append((pair.offer, pair.score))
    return ranked


class SuggestionCommand(BaseCommand):
    """Reads CASES.csv, asks `suggest`, writes case_id,rank,<code>,score."""

    requires_system_checks = ()
    default_top: int
    code_column: str

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cases", help="CSV file with a column case_id and a column of texts")
        parser.add_argument("--text-column", required=True, help="the column to read, such as title")
        parser.add_argument("--lang-column", help="ISO 639-1 codes; default: lang where it exists, else detected")
        parser.add_argument("--top", type=int, default=self.default_top, help="suggestions a text")
        parser.add_argument(
            "--fast", action="store_true", help="leave out the slow second encoder where the first reads the language"
        )

    @abstractmethod
    def suggest(
        self, classifier: Classifier, texts: Sequence[str], top: int, langs: Sequence[str] | None
    ) -> list[list[Suggestion]]:
        """Suggestions for each text."""

    def handle(self, *args: Any, **options: Any) -> None:
        required = [column for column in (options["text_column"], options["lang_column"]) if column]
        rows = read_table(options["cases"], required)
        identifier = identifier_column(options["cases"], rows, ("case_id", "id"))
        if options["top"] < 1:
            raise CommandError("--top must be 1 or more.")
        classifier = Classifier.load(settings.DATA_DIR, settings.ENGINE_CACHE, fast=options["fast"])
        texts = [row[options["text_column"]] for row in rows]
        found = self.suggest(classifier, texts, options["top"], languages(rows, options["lang_column"]))
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["case_id", "rank", self.code_column, "score"])
        for row, suggestions in zip(rows, found, strict=True):
            for rank, suggestion in enumerate(suggestions, start=1):
                writer.writerow([row[identifier], rank, suggestion.code, f"{suggestion.score:.6f}"])
