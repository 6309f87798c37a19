"""Digits that are no quantities: telephone numbers, codes, standards, models, addresses, times, numbers of lists."""

import re
from collections.abc import Iterator
from functools import cache

from matchmaker.engines.language.quantities.lexicon import Lexicon, capitals, lexicon
from matchmaker.engines.language.quantities.plain import PlainText

_STANDARDS = (
    "TS EN|DIN EN|EN ISO|ISO/IEC|ISO|IEC|EN|DIN|ASTM|ANSI|JIS|KS|API|ASME|GB/T|GB|QB/T|NY/T|SB/T|TCVN|QCVN|SNI|TS|BS|"
    "NF|UNE|UNI|ГОСТ Р|ГОСТ|GOST|ТУ|IATF|OHSAS|HRB|NBR|SAE|AISI|TIS|CODEX STAN|SA"
)
_START = "(?<![A-Za-zА-Яа-я0-9])"
_MASKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"&#?\w{2,8};",  # an entity of HTML
        r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.]+",
        rf"{_START}(?:{_STANDARDS})[ -]?(?:[A-Z] ?)?\d[\d./:-]*\d",
        rf"{_START}(?:{_STANDARDS})[ -]?\d+(?![\d ]*[a-z%])",
        rf"{_START}(?:DN|PN|IP|IK|NPS|SCH)[ -]?\d+",
        r"(?<![A-Za-z\d])[2-6]G(?![A-Za-z/])|(?<![A-Za-z\d])[23]D(?![A-Za-z])",
        r"(?<![\w.,])(?=[A-Z]*\d)(?=\d*[A-Z])[0-9A-Z]{12,22}(?!\w)",
        r"\+\d[\d ()\-.]{6,}\d",
        r"(?<!\d)0\d{1,3}[- ]\d{3,4}[- ]\d{3,4}(?!\d)|(?<![\d.,])\d{3}-\d{3}-\d{4}(?!\d)",
        r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)",
        r"(?<![\d.,])\d{4}\.\d{2}\.\d{2}\.\d{2}(?!\d)|(?<![\d.,])\d{4}\.\d{2}\.[0-9]{4}(?!\d)",
        r"(?<!\d)(?:[01]\d|2[0-3]):[0-5]\d(?!\d)|(?<![\d.,])\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b\.?",
        r"(?m)^\s*\d{1,2}(?:[、)）]|\. (?=\D))(?!\d)",
    )
)  # fmt: skip
_MIXED = re.compile(rf"{_START}([A-Za-zА-Яа-я]{{1,6}})-?\d+[A-Za-z0-9]*(?:-[A-Za-z0-9]*\d[A-Za-z0-9]*)*(?!\d)")
_SLASH = re.compile(r"(?<![\d/.,])\d{1,4}/\d{1,4}(?![\d/]|[.,]\d)")
_BEHIND_CODE = re.compile(r"[ :：.#№º°]{0,3}(?:[A-ZА-Я]{0,6}[-./ ]?)?\d[\w/]*(?:[.-]\w+)*")
_BEHIND_DIGITS = re.compile(r"[ :：.#№(]{0,3}[A-Z]{0,4} ?[+(]?\d[\d ()\-./]*[0-9A-Z]*")
# Letters before digits that make no code: x20, pH3.5, max5, FOB12.80.
_NO_PREFIX = frozenset(
    [
        *("x", "ph", "max", "min", "ca", "fob", "cif", "cfr", "exw", "dap", "ddp", "fca", "cpt", "cip", "fas", "brix"),
        *("us", "rs", "s", "moq", "usd", "eur", "rmb", "approx", "от", "до"),
    ]
)


def code_spans(text: PlainText, language: str) -> Iterator[tuple[int, int]]:
    """The places of all codes; they may overlap."""
    for mask in _MASKS:
        yield from (match.span() for match in mask.finditer(text.cased))
    yield from _named(text, lexicon("digits", language), _BEHIND_DIGITS)
    yield from _named(text, lexicon("code", language), _BEHIND_CODE)
    yield from _mixed(text, language)
    yield from _pairs(text, language)


def _named(text: PlainText, words: Lexicon, behind: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """What stands behind a word for a code."""
    for word in words.find(text.lower):
        if match := behind.match(text.cased, word.end):
            written = match[0].rstrip(" -(./")
            yield match.start(), match.start() + len(written)


def _mixed(text: PlainText, language: str) -> Iterator[tuple[int, int]]:
    """Letters and digits that make one word: XK-3190, E471, IE3; not USD35 and not m2."""
    units, signs = lexicon("unit", language).words, _signs(language)
    for match in _MIXED.finditer(text.cased):
        prefix = match[1].lower()
        if prefix not in _NO_PREFIX and prefix not in signs and match[0].lower() not in units:
            yield match.span()


@cache
def _signs(language: str) -> frozenset[str]:
    return frozenset([*lexicon("currency", language).words, *(code.lower() for code in capitals().words)])


def _pairs(text: PlainText, language: str) -> Iterator[tuple[int, int]]:
    """Sizes as 30/40; 1/2 with a unit is a fraction."""
    units = lexicon("unit", language)
    for match in _SLASH.finditer(text.lower):
        first, second = match[0].split("/")
        place = match.end()
        while text.lower[place : place + 1] == " ":
            place += 1
        is_month = len(second) == 4 and second[:2] in ("20", "25") and 0 < int(first) < 13
        is_fraction = int(first) < int(second) and units.at(text.lower, place) is not None
        if not is_month and not is_fraction:
            yield match.span()
