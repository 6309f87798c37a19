"""Words of the tables in `data/quantities/`, and where one of them stands in a text."""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from babel import Locale

from matchmaker.engines.language.quantities.plain import fold

FOLDER = Path(__file__).resolve().parents[4] / "data" / "quantities"
LANGUAGES = ("zh", "en", "fr", "es", "pt", "ru", "ar", "de", "it", "ja", "ko", "th", "vi", "id", "tr")
# Texts of these languages name units, currencies and bounds in English, too.
_WITH_ENGLISH = frozenset(["zh", "ru", "ar", "ja", "ko", "th"])
_NOT_ENGLISH = frozenset(
    ["range", "sign", "number", "join", "negation", "not_negation", "denial", "attribute", "half", "open"]
)


class Hit(NamedTuple):
    start: int
    end: int
    value: str


class Unit(NamedTuple):
    """`kind` and `factor` say what it converts to, `family` which units are called alike in other languages."""

    code: str
    kind: str
    factor: str
    family: str


@cache
def script(char: str) -> str:
    """The script of a letter that parts words with spaces; "" for all other characters."""
    if not char.isalpha():
        return ""
    number = ord(char)
    if number < 0x250 or 0x1E00 <= number < 0x1F00:
        return "latin"
    if 0x400 <= number < 0x530:
        return "cyrillic"
    if 0x620 <= number < 0x700:
        return "arabic"
    return "hangul" if 0xAC00 <= number < 0xD7A4 else ""


def starts_inside(text: str, place: int) -> bool:
    """Whether a word that starts at this place would start inside another."""
    return 0 < place < len(text) and bool(script(text[place])) and script(text[place - 1]) == script(text[place])


def ends_inside(text: str, place: int) -> bool:
    """The same for an end; Korean joins particles to its words."""
    if not 0 < place < len(text):
        return False
    kind = script(text[place - 1])
    return bool(kind) and kind != "hangul" and script(text[place]) == kind


class Lexicon:
    """The longest word at a place, or before a place."""

    def __init__(self, words: Mapping[str, str]):
        self.words = dict(words)
        # Lengths of words, the longest first, by their first two and by their last two characters.
        self._starts = _lengths((word[:2], len(word)) for word in self.words)
        self._ends = _lengths((word[-2:], len(word)) for word in self.words)

    def at(self, text: str, place: int) -> Hit | None:
        for edge in (text[place : place + 2], text[place : place + 1]):
            for length in self._starts.get(edge, ()):
                end = place + length
                value = self.words.get(text[place:end]) if end <= len(text) else None
                if value is not None and not ends_inside(text, end):
                    return Hit(place, end, value)
        return None

    def before(self, text: str, place: int) -> Hit | None:
        for edge in (text[max(0, place - 2) : place], text[place - 1 : place]):
            for length in self._ends.get(edge, ()) if place else ():
                start = place - length
                value = self.words.get(text[start:place]) if start >= 0 else None
                if value is not None and not starts_inside(text, start):
                    return Hit(start, place, value)
        return None

    def find(self, text: str) -> list[Hit]:
        """All words of a text from left to right, the longest at each place; they do not overlap."""
        hits: list[Hit] = []
        starts, done = self._starts, 0
        for place, char in enumerate(text):
            if place < done or (text[place : place + 2] not in starts and char not in starts):
                continue
            hit = None if starts_inside(text, place) else self.at(text, place)
            if hit is not None:
                hits.append(hit)
                done = hit.end
        return hits


def _lengths(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for edge, length in pairs:
        lengths.setdefault(edge, set()).add(length)
    return {edge: tuple(sorted(sizes, reverse=True)) for edge, sizes in lengths.items()}


def any_of(words: Iterable[str], *, inside: bool = False) -> re.Pattern[str]:
    """A pattern that finds the longest of some words; `inside` finds them at the end of longer words, too."""
    parts = []
    for word in sorted(words, key=lambda word: (-len(word), word)):
        left = r"(?<![^\W\d_])" if script(word[0]) and not inside else ""
        right = r"(?![^\W\d_])" if script(word[-1]) in ("latin", "cyrillic", "arabic") else ""
        parts.append(left + re.escape(word) + right)
    return re.compile("|".join(parts) or r"(?!)")


def base_language(language: str) -> str:
    code = language.lower().replace("_", "-").split("-")[0]
    return code if code in LANGUAGES else "en"


@cache
def units() -> dict[str, Unit]:
    return {row["code"]: Unit(*row.values()) for row in _rows("units")}


@cache
def lexicon(role: str, language: str) -> Lexicon:
    """The words of a role (unit, currency, before …) in a language. Words of the language itself win over signs."""
    return Lexicon(words_of(role, language))


@cache
def words_of(role: str, language: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for wanted in _languages(role, language):
        words |= _table(role).get(wanted, {})
    if role == "month":
        words |= _month_names(language)
    return words


@cache
def spelled(language: str) -> dict[str, str]:
    """Spelled numbers to a hundred: twenty-five → 25."""
    values = words_of("number", language)
    joins = [(value, fold(words.replace("_", " ").replace("+", ""))) for value, words in _joins(language)]
    ones = {word: int(value) for word, value in values.items() if int(value) < 10}
    tens = {word: int(value) for word, value in values.items() if 20 <= int(value) < 100}
    spoken = dict(values)
    for (order, joiner), (ten, many), (one, few) in product(joins, tens.items(), ones.items()):
        if many % 10 == 0:
            word = ten + joiner + one if order == "tens-ones" else one + joiner + ten
            spoken.setdefault(word, str(many + few))
    return spoken | _teens(language, ones)


def _teens(language: str, ones: dict[str, int]) -> dict[str, str]:
    """Eleven to nineteen where they are ten and one word more, which the list of words leaves out."""
    if language == "ko":
        return {
            **{"십" + one: str(10 + few) for one, few in ones.items() if one in "일이삼사오육칠팔구"},
            **{"열" + one: str(10 + few) for one, few in ones.items()},
        }
    if language == "th":
        return {"สิบ" + one: str(10 + few) for one, few in ones.items() if few > 1}
    if language == "vi":
        return {"mười " + one: str(10 + few) for one, few in ones.items() if few not in (1, 5)}
    if language == "tr":
        return {"on " + one: str(10 + few) for one, few in ones.items()}
    return {}


def _joins(language: str) -> list[tuple[str, str]]:
    return [(row["value"], row["words"]) for row in _rows("join") if row["language"] == language]


def _languages(role: str, language: str) -> list[str]:
    order = ["*", language]
    return order if role in _NOT_ENGLISH or language not in _WITH_ENGLISH else ["*", "en", language]


@cache
def _table(role: str) -> dict[str, dict[str, str]]:
    """Language → word → value."""
    table: dict[str, dict[str, str]] = {}
    for row in _rows(role):
        words = row["words"].split("|") if row["words"] != "|" else ["|"]
        shown = words if row["language"] == "capitals" else map(fold, words)
        table.setdefault(row["language"], {}).update(dict.fromkeys(shown, row["value"]))
    return table


@cache
def capitals() -> Lexicon:
    """Codes of currencies that are words elsewhere; they count in capitals only."""
    return Lexicon(_table("currency")["capitals"])


def _rows(name: str) -> list[dict[str, str]]:
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _month_names(language: str) -> dict[str, str]:
    """Names of months from CLDR, in running text and standing alone, long and short."""
    locale = Locale.parse(language)
    names: dict[str, str] = {}
    for form, width in product(("format", "stand-alone"), ("abbreviated", "wide")):
        for number, name in locale.months[form][width].items():
            if not any(char.isdigit() for char in name):
                names[fold(name)] = str(number)
    return names
