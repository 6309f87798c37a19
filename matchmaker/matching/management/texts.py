"""What the three commands on texts share: they read CSV files and write nothing but CSV to stdout."""

import csv
import io
import sys
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matchmaker.engines.language import clean, get_encoder
from matchmaker.engines.matching import Classifier, Matcher, Offer, Suggestion, Want
from matchmaker.matching.services.code_suggestions import classifier
from matchmaker.matching.services.shares import judge_shares

Row = dict[str, str]
CONFIRMED = ("1", "true", "yes")


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


def match_sides(
    offers: Sequence[Row], wants: Sequence[Row], top: int, *, by: str
) -> Iterator[tuple[int, int, int, float, bool]]:
    """(rank, place of the offer, place of the want, score, whether it is shown) of the best pairs.

    As on the site: shares of the codes by the classifier, the background of all these texts, every pair compared.
    `by` says whose list the rank is of and how many of whom are given.
    """
    offered = judge_shares([_offer(i, row) for i, row in enumerate(offers) if clean(row["text"])])
    wanted = judge_shares([_want(i, row) for i, row in enumerate(wants) if clean(row["text"])])
    if not offered or not wanted:
        return
    matcher = Matcher(get_encoder(settings.ENCODER))
    offer_vectors, want_vectors = matcher.offer_vectors(offered), matcher.want_vectors(wanted)
    matcher.background = matcher.learn_background(offered, wanted, offer_vectors, want_vectors)
    offer_index = matcher.prepare_offers(offered, offer_vectors)
    want_index = matcher.prepare_wants(wanted, want_vectors)
    limits = (top, 0) if by == "wants" else (0, top)
    pairs = matcher.match(offer_index, want_index, *limits, minimum=0)
    own = (lambda pair: pair.want) if by == "wants" else (lambda pair: pair.offer)
    ranks: Counter[int] = Counter()
    for pair in sorted(pairs, key=lambda pair: (own(pair), -pair.score)):
        ranks[own(pair)] += 1
        yield ranks[own(pair)], pair.offer, pair.want, pair.score, pair.score >= settings.MATCH_MINIMUM


def _offer(key: int, row: Row) -> Offer:
    return Offer(
        key,
        _texts(row),
        row.get("hs6", ""),
        row.get("category", ""),
        code_is_confirmed=row.get("code_is_confirmed", "") in CONFIRMED,
    )


def _want(key: int, row: Row) -> Want:
    return Want(
        key,
        _texts(row),
        row.get("hs6", ""),
        row.get("category", ""),
        code_is_confirmed=row.get("code_is_confirmed", "") in CONFIRMED,
    )


def _texts(row: Row) -> tuple[tuple[str, str], ...]:
    texts = [(row["lang"], row["text"])]
    if row.get("name_en") and row["lang"] != "en":
        texts.append(("en", row["name_en"]))
    return tuple(texts)


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
        engine = classifier()
        texts = [row[options["text_column"]] for row in rows]
        suggested = self.suggest(engine, texts, options["top"], languages(rows, options["lang_column"]))
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["case_id", "rank", self.code_column, "score"])
        for row, suggestions in zip(rows, suggested, strict=True):
            for rank, suggestion in enumerate(suggestions, start=1):
                writer.writerow([row[identifier], rank, suggestion.code, f"{suggestion.score:.6f}"])
