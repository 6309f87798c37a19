"""Everyday names of goods: one concept a row, its names in every language, found in texts by the longest phrase.

    goods = load_goods()
    goods.find("Fèves de cacao séchées", "fr")  # [Span(0, 14, ('180100-cocoa-beans',))]
    goods.names("180100-cocoa-beans", "zh")  # ('可可豆',)

The file is `data/vocabulary/goods.csv`. A row of the kind `concept` names one thing in all languages. A row of the kind
`names` holds further names of a subheading that are not translations of each other: they tell the code, not the word.
`general.csv` holds words for a whole group of goods (shoes, rice, soap) of the kind `general`: they tell the word and,
of several subheadings, only the usual one; so no code is learned from them.

Names and the keys under which they are found are made into arrays once a machine and mapped from disk.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import accumulate, chain, pairwise, permutations
from pathlib import Path
from sys import intern
from typing import NamedTuple

import numpy as np

from matchmaker.engines.language.mapped_arrays import Arrays, Keys, Strings, mapped_arrays, name_by_content
from matchmaker.engines.language.near_names import NearNames
from matchmaker.engines.language.stop_words import PATH as STOP_WORDS
from matchmaker.engines.language.stop_words import stop_words
from matchmaker.engines.language.text import clean, simplify, words

GOODS_LANGUAGES = ("en", "zh", "fr", "es", "de", "pt", "it", "ru", "ar", "tr", "ja", "ko", "id", "th", "vi")
NAMES_SOUGHT = ("en", "zh")  # in these, names of goods are looked for, whatever the language of a query
FOLDER = Path(__file__).resolve().parents[3] / "data" / "vocabulary"
PATH, SHOP_NAMES, WORDS, GENERAL = (
    FOLDER / name for name in ("goods.csv", "shop_names.csv", "words.csv", "general.csv")
)
# Scripts that do not part words by spaces, and the fewest characters of a name that is looked for inside a text.
FEWEST_CHARACTERS = {"zh": 2, "ja": 2, "ko": 2, "th": 3}
# Languages that set the describing word before the noun or behind it: жасминовый рис, рис жасминовый. There a name is
# found in any order of its words. In the others another order is another thing: chocolate milk is no milk chocolate.
ANY_ORDER = frozenset(["ru", "es", "fr", "it", "pt"])
# Lists of goods turn a name round behind a comma in other languages, too: "rice, jasmine".
TURNED_BY_COMMA = frozenset(["en"])
# The stems of these lose the dots of their vowels, so that two words may have one stem.
STEMS_FOLD_VOWELS = frozenset(["de"])
MOST_TURNED = 3  # words of a name that is found in another order
# Unlike words share a stem this short ("vol" and "volano"): they are one word only where their ends differ little.
SHORT_STEM, LONGEST_END = 3, 2
NEAR = 0.5  # cosine in words from which a name is near to a text
# Malay and Indonesian name most goods alike.
READ_AS = {"ms": "id"}
COLUMNS = ("id", "kind", "hs6", *GOODS_LANGUAGES)  # of the arrays of a vocabulary
VERSION = 1  # of these arrays: to be raised where keys are made in another way
LIBRARIES = ("PyStemmer", "opencc", "rjieba")  # that keys are made with

APOSTROPHES = frozenset("'’")
_RUN = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(r"\s*[;；]\s*")
_ASCII_WORD = re.compile(r"[a-z0-9]")


class Span(NamedTuple):
    """A name in a cleaned text, from `start` to `end`, and the concepts it may stand for."""

    start: int
    end: int
    concepts: tuple[str, ...]


class Row(NamedTuple):
    """One row of the file; `names` are the names by language, the usual one first."""

    id: str
    kind: str
    hs6: str
    names: Mapping[str, tuple[str, ...]]


def split_names(cell: str) -> tuple[str, ...]:
    """The names of a cell, in order, each once, in NFKC."""
    return tuple(dict.fromkeys(name for part in _SEPARATOR.split(cell) if (name := clean(part))))


def read_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            names = {lang: listed for lang in GOODS_LANGUAGES if (listed := split_names(row.get(lang) or ""))}
            yield Row(row["concept"], row["kind"], row.get("hs6", ""), names)


@lru_cache(maxsize=1 << 15)
def _stem(run: str, lang: str) -> str:
    return " ".join(words(run, lang))


Token = tuple[str, int, int]  # stem, start, end


def _tokens(text: str, lang: str, ignored: frozenset[str]) -> list[Token]:
    """(stem, start, end) of the words of a cleaned text, without those that are ignored."""
    tokens = []
    text = text.replace("İ", "i").lower()
    for match in _RUN.finditer(text):
        run, start, end = match.group(), match.start(), match.end()
        is_letter = len(run) == 1 and not run.isdigit() and lang != "vi"
        if _is_meant(text, start, end, run in ignored) if is_letter else run not in ignored:
            tokens.append((_stem(run, lang), start, end))
    return tokens


def _plain_tokens(text: str, lang: str) -> list[str]:
    return [token for token, _start, _end in _tokens(text, lang, frozenset())]


def _is_meant(text: str, start: int, end: int, is_ignored: bool) -> bool:
    """Whether a letter is a word of its own (T-shirt, vitamin C), not a piece of the one beside it (l'huile, men's)."""
    beside = {text[max(0, start - 1) : start], text[end : end + 1]}
    return "-" in beside or not (is_ignored or beside & APOSTROPHES)


def _compact(text: str) -> tuple[str, list[int]]:
    """Lower case without spaces, and where each character stood."""
    places = [at for at, char in enumerate(text) if not char.isspace()]
    return "".join(text[at].lower()[:1] for at in places), places


def _key(name: str, lang: str, ignored: frozenset[str]) -> tuple[str, str, int]:
    """(key of a name, its beginning, its length)."""
    if lang in FEWEST_CHARACTERS:
        key = _compact(simplify(name) if lang == "zh" else name)[0]
        return key, key[: FEWEST_CHARACTERS[lang]], len(key)
    tokens = [token for token, _start, _end in _tokens(name, lang, ignored)]
    return " ".join(tokens), tokens[0] if tokens else "", len(tokens)


def _ignored(lang: str, every_word: bool) -> frozenset[str]:
    return frozenset() if every_word else stop_words(lang)


def phrase_arrays(named: Mapping[str, Iterable[tuple[str, int]]], *, every_word: bool = False) -> Arrays:
    """The arrays of `Phrases`, from language → (name, number of its row)."""
    rows: dict[str, tuple[int, ...]] = {}
    longest: dict[str, int] = {}
    for lang, names in named.items():
        ignored = _ignored(lang, every_word)
        for name, number in names:
            key, begin, length = _key(name, lang, ignored)
            if not key or len(key) < 2 <= len(name):
                continue  # nothing but a letter is left of it
            known = rows.get(f"{lang} {key}", ())
            if number not in known:
                rows[f"{lang} {key}"] = (*known, number)
            longest[f"{lang} {begin}"] = max(longest.get(f"{lang} {begin}", 0), length)
    keys, beginnings = Keys.sort(rows), Keys.sort(longest)
    return {
        **{f"key_{name}": values for name, values in Keys.arrays(keys).items()},
        "row_starts": np.fromiter(accumulate((len(rows[key]) for key in keys), initial=0), np.int32),
        "rows": np.fromiter(chain.from_iterable(rows[key] for key in keys), np.int32),
        **{f"begin_{name}": values for name, values in Keys.arrays(beginnings).items()},
        "longest": np.array([longest[begin] for begin in beginnings], np.int32),
    }


class Phrases:
    """Keys of names in several languages, on arrays: key → numbers of the rows; beginning → length of the longest key
    behind it."""

    def __init__(self, arrays: Arrays) -> None:
        self._keys = Keys(arrays["key_starts"], arrays["key_letters"], arrays["key_ends"])
        self._row_starts, self._rows = memoryview(arrays["row_starts"]), memoryview(arrays["rows"])
        self._beginnings = Keys(arrays["begin_starts"], arrays["begin_letters"], arrays["begin_ends"])
        self._longest = memoryview(arrays["longest"])

    def rows(self, lang: str, key: str) -> tuple[int, ...]:
        place = self._keys.place(f"{lang} {key}")
        return tuple(self._rows[self._row_starts[place] : self._row_starts[place + 1]]) if place >= 0 else ()

    def longest(self, lang: str, begin: str) -> int:
        """0 where no key has this beginning."""
        place = self._beginnings.place(f"{lang} {begin}")
        return self._longest[place] if place >= 0 else 0


class PhraseIndex:
    """Finds the names of one language in texts. Function words count only where `every_word` says so."""

    def __init__(self, lang: str, phrases: Phrases, *, every_word: bool = False) -> None:
        self.lang = lang
        self._is_turned = not every_word and (lang in ANY_ORDER or lang in TURNED_BY_COMMA)
        self._ignored = _ignored(lang, every_word)
        self._phrases = phrases

    def _rows(self, key: str) -> tuple[int, ...]:
        return self._phrases.rows(self.lang, key)

    def _longest(self, begin: str) -> int:
        return self._phrases.longest(self.lang, begin)

    def exact(self, name: str) -> tuple[int, ...]:
        return self._rows(_key(clean(name), self.lang, self._ignored)[0])

    def find(self, text: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """(start, end, rows) of the longest names in a cleaned text, from left to right, none over another."""
        return self._in_characters(text) if self.lang in FEWEST_CHARACTERS else self._in_words(text)

    def _in_words(self, text: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        tokens = _tokens(text, self.lang, self._ignored)
        longest = {token[0]: self._longest(token[0]) for token in tokens}
        at = 0
        while at < len(tokens):
            length, rows = self._name_at(tokens, at, text, longest)
            if length:
                yield tokens[at][1], tokens[at + length - 1][2], rows
            at += max(length, 1)

    def _name_at(
        self, tokens: Sequence[Token], at: int, text: str, longest: Mapping[str, int]
    ) -> tuple[int, tuple[int, ...]]:
        """(number of words, rows) of the longest name that begins with a token; (0, ()) where none does."""
        most = longest[tokens[at][0]]
        if self._is_turned:
            beginnings = tokens[at + 1 : at + MOST_TURNED]
            most = max(most, min(MOST_TURNED, max((longest[one[0]] for one in beginnings), default=0)))
        for length in range(min(most, len(tokens) - at), 0, -1):
            named = tokens[at : at + length]
            rows = self._in_order([one[0] for one in named], longest) or self._turned(named, text, longest)
            if rows:
                return length, rows
        return 0, ()

    def _in_order(self, words: Sequence[str], longest: Mapping[str, int]) -> tuple[int, ...]:
        """The rows of a name that has these words in this order."""
        return self._rows(" ".join(words)) if longest[words[0]] >= len(words) else ()

    def _turned(self, named: Sequence[Token], text: str, longest: Mapping[str, int]) -> tuple[int, ...]:
        """The rows of a name that has these words in another order."""
        if not self._is_turned or not 1 < len(named) <= MOST_TURNED or not self._may_turn(named, text):
            return ()
        for other in permutations([one[0] for one in named]):
            if rows := self._in_order(other, longest):
                return rows
        return ()

    def _may_turn(self, named: Sequence[Token], text: str) -> bool:
        """Nothing but a space or a comma stands between the words, and in some languages there must be a comma.

        With a preposition another order is another thing: "lait au chocolat".
        """
        between = [text[one[2] : other[1]].strip() for one, other in pairwise(named)]
        return set(between) <= {"", ","} and (self.lang in ANY_ORDER or between.count(",") == 1)

    def _in_characters(self, text: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        plain, places = _compact(text)
        fewest = FEWEST_CHARACTERS[self.lang]
        at = 0
        while at + fewest <= len(plain):
            most = min(self._longest(plain[at : at + fewest]), len(plain) - at)
            for length in range(most, fewest - 1, -1):
                rows = self._rows(plain[at : at + length])
                if rows and not _cuts_a_word(plain, at, at + length):
                    yield places[at], places[at + length - 1] + 1, rows
                    at += length - 1
                    break
            at += 1


def _cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether a name begins or ends inside a Latin word or a number."""
    inside = _ASCII_WORD.match(text[start]) and start and _ASCII_WORD.match(text[start - 1])
    return bool(inside or (_ASCII_WORD.match(text[end - 1]) and end < len(text) and _ASCII_WORD.match(text[end])))


def is_abbreviation(name: str) -> bool:
    """TEA is triethanolamine, LAB alkylbenzene; tea and lab are not."""
    return name.isascii() and name.isupper() and len(name) < 6


def vocabulary_arrays(rows: Sequence[Row]) -> Arrays:
    """The arrays of a `Vocabulary`: its cells, column by column, and the keys of its names."""
    columns = [[row.id for row in rows], [row.kind for row in rows], [row.hs6 for row in rows]]
    columns += [["; ".join(row.names.get(lang, ())) for row in rows] for lang in GOODS_LANGUAGES]
    named = {lang: _named(rows, lang) for lang in GOODS_LANGUAGES}
    cells = Strings.arrays(chain.from_iterable(columns))
    return {**{f"cell_{name}": values for name, values in cells.items()}, **phrase_arrays(named)}


def _named(rows: Sequence[Row], lang: str) -> Iterator[tuple[str, int]]:
    return ((name, number) for number, row in enumerate(rows) for name in row.names.get(lang, ()))


class Vocabulary:
    """Concepts and their names."""

    def __init__(self, arrays: Arrays) -> None:
        self._cells = Strings(arrays["cell_letters"], arrays["cell_ends"])
        self._phrases = Phrases(arrays)
        count = len(self._cells) // len(COLUMNS)
        ids, kinds, codes, *names = (range(n * count, (n + 1) * count) for n in range(len(COLUMNS)))
        self.ids = tuple(self._cells[place] for place in ids)
        self._kind = {one: intern(self._cells[place]) for one, place in zip(self.ids, kinds, strict=True)}
        self._hs6 = {one: intern(self._cells[place]) for one, place in zip(self.ids, codes, strict=True)}
        self._number = {one: number for number, one in enumerate(self.ids)}
        # Where the cells of a language are; of those languages that any concept has a name in.
        self._names = {
            lang: places
            for lang, places in zip(GOODS_LANGUAGES, names, strict=True)
            if any(self._cells[place] for place in places)
        }
        self._indexes: dict[str, PhraseIndex] = {}
        self._near: dict[str, NearNames] = {}

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Vocabulary":
        return cls(vocabulary_arrays(rows))

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, concept: object) -> bool:
        return concept in self._number

    def hs6(self, concept: str) -> str:
        return self._hs6[concept]

    def is_translated(self, concept: str) -> bool:
        """Whether the names of the row mean the same thing in all languages."""
        return self._kind[concept] != "names"

    def is_general(self, concept: str) -> bool:
        """Whether it is a word for goods of several subheadings."""
        return self._kind[concept] == "general"

    def kind(self, concept: str) -> str:
        """What sort of word it is: of goods `concept`, `names`, `general`; of words about goods `state`, `colour` …"""
        return self._kind[concept]

    def names(self, concept: str, lang: str) -> tuple[str, ...]:
        """The names of a concept in one language, the usual one first; () where it has none."""
        places = self._names.get(READ_AS.get(lang, lang))
        return split_names(self._cells[places[self._number[concept]]]) if places else ()

    def concepts_of(self, hs6: str) -> tuple[str, ...]:
        """The concepts of a subheading in the order of the file, those with translations first; no general words."""
        return self._by_code().get(hs6, ())

    @cache  # noqa: B019 a vocabulary lives as long as its process
    def _by_code(self) -> dict[str, tuple[str, ...]]:
        concepts: dict[str, tuple[str, ...]] = {}
        for concept in sorted(self.ids, key=lambda one: not self.is_translated(one)):
            if not self.is_general(concept):
                concepts[self._hs6[concept]] = (*concepts.get(self._hs6[concept], ()), concept)
        return concepts

    def _index(self, lang: str) -> PhraseIndex | None:
        lang = READ_AS.get(lang, lang)
        if lang not in self._names:
            return None
        if lang not in self._indexes:
            self._indexes[lang] = PhraseIndex(lang, self._phrases)
        return self._indexes[lang]

    def exact(self, name: str, lang: str) -> tuple[str, ...]:
        """The concepts that a whole text names, () when it is no name."""
        index = self._index(lang)
        if index is None:
            return ()
        return tuple(self.ids[n] for n in index.exact(name) if self._is_written_so(n, lang, clean(name)))

    def near(self, text: str, lang: str, most: int = 3, least: float = NEAR) -> tuple[str, ...]:
        """The concepts whose names share most words with a text, the nearest first; for languages that part words."""
        if lang not in self._names:
            return ()
        if lang not in self._near:
            names = ((name, n) for n, concept in enumerate(self.ids) for name in self.names(concept, lang))
            self._near[lang] = NearNames((_plain_tokens(name, lang), n) for name, n in names)
        rows = self._near[lang].find(_plain_tokens(clean(text), lang), most, least)
        return tuple(self.ids[row] for row in rows)

    def _is_written_so(self, number: int, lang: str, written: str) -> bool:
        """Not where the name of a row is an abbreviation in capitals and the text has a word: tea is not TEA."""
        word = written.casefold()
        alike = [n for n in self.names(self.ids[number], lang) if n.casefold() in (word, word.removesuffix("s"))]
        return written in alike or not alike or not all(is_abbreviation(name) for name in alike)

    def _is_like(self, number: int, lang: str, word: str) -> bool:
        """Whether a name of the row is a short word's own form: pot and pots, but not vol and volano."""
        names = (name.casefold() for name in self.names(self.ids[number], lang))
        return any(name[:2] == word[:2] and abs(len(name) - len(word)) <= LONGEST_END for name in names)

    def _spelt_so(self, rows: Sequence[int], lang: str, word: str) -> list[int]:
        """Those of the rows that have this very name, where some have: Buche is beech, Bücher are books."""
        spelt = [n for n in rows if word in (name.casefold() for name in self.names(self.ids[n], lang))]
        return spelt or list(rows)

    def find(self, text: str, lang: str) -> list[Span]:
        """The names in a text, longest first at each place, none over another.

        `start` and `end` count in `clean(text)` (of Chinese: simplified). English names are looked for in every text in
        another script, because trade borrows them.
        """
        text = clean(text)
        if lang == "zh":
            text = simplify(text)
        spans = []
        for start, end, rows in sorted(self._hits(text, lang)):
            if meant := self._meant(rows, lang, text[start:end]):
                spans.append(Span(start, end, tuple(self.ids[n] for n in meant)))
        return spans

    def _hits(self, text: str, lang: str) -> list[tuple[int, int, tuple[int, ...]]]:
        """(start, end, rows) of names of the language, and of English ones where none of the language stands."""
        index = self._index(lang)
        hits = list(index.find(text)) if index else []
        if lang not in ("zh", "ja", "ko", "th", "ru", "ar") or not re.search("[A-Za-z]{3}", text):
            return hits
        taken = [range(start, end) for start, end, _rows in hits]
        english = self._index("en")
        for start, end, rows in english.find(text) if english else ():
            if not any(start in other or end - 1 in other for other in taken):
                hits.append((start, end, rows))
        return hits

    def _meant(self, rows: tuple[int, ...], lang: str, written: str) -> list[int]:
        """The rows that a name, as it is written in the text, can mean."""
        meant = [n for n in rows if self._is_written_so(n, lang, written)]
        if lang not in FEWEST_CHARACTERS and len(_stem(written.lower(), lang)) <= SHORT_STEM:
            meant = [n for n in meant if self._is_like(n, lang, written.casefold())]
        if lang in STEMS_FOLD_VOWELS and len(meant) > 1:
            meant = list(self._spelt_so(meant, lang, written.casefold()))
        return meant


@cache
def load_goods(path: Path = PATH) -> Vocabulary:
    """The vocabulary of the project, once a process; empty where the file is not there."""
    files = (path, path.with_name(GENERAL.name)) if path.name == PATH.name else (path,)
    made_with = " ".join([str(VERSION), *map(version, LIBRARIES)])
    name = name_by_content(f"vocabulary-{path.stem}", made_with, (*files, STOP_WORDS))
    return Vocabulary(mapped_arrays(name, lambda: vocabulary_arrays(_read_all(files))))


def _read_all(files: Iterable[Path]) -> list[Row]:
    return [row for file in files if file.exists() for row in read_rows(file)]


def load_shop_names() -> Vocabulary:
    """Names of goods in shops, and of groups of goods: for reading, not for codes."""
    return load_goods(SHOP_NAMES)


def load_words() -> Vocabulary:
    """Words that describe goods (frozen, organic, stainless steel, in bottles), in every language."""
    return load_goods(WORDS)
