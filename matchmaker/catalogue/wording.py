"""Words of sheets and forms as the codes of our lists: 吨 is t, Thailand and 泰国 are TH.

Nothing is guessed: an unknown word is returned as it is, and the rules say what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from itertools import zip_longest

from matchmaker.core import reference
from matchmaker.language.text import clean

PARTS = re.compile(r"[,，、;；|\n]+")  # what people put between several codes in one cell


@cache
def _names(kind: str) -> Mapping[str, str]:
    """Every name of every row of a list, folded → its code."""
    by_name: dict[str, str] = {}
    rows = getattr(reference, kind)()
    for code, row in rows.items():
        for name in (code, row.get("iso3")):
            if name:
                by_name.setdefault(fold(name), code)
    for names in zip_longest(*(reference.names_of(row) for row in rows.values())):  # language by language
        for code, name in zip(rows, names, strict=True):
            if name:
                by_name.setdefault(fold(name), code)
    return by_name | {fold(word): code for word, code in reference.spellings(kind).items()}


def fold(word: str) -> str:
    return clean(word).casefold()


def _code(kind: str) -> Callable[[str], str]:
    def read(word: str) -> str:
        return _names(kind).get(fold(word), word.strip())

    return read


unit, country, certificate, port, language = map(_code, ("units", "countries", "certificates", "ports", "languages"))


def currency(word: str) -> str:
    return _names("currencies").get(fold(word), word.strip().upper())


def codes(read: Callable[[str], str]) -> Callable[[str], list[str]]:
    """A reader of several codes in one cell; each once, in order."""
    return lambda text: list(dict.fromkeys(read(part) for part in PARTS.split(text) if part.strip()))


def hs_code(text: str, known, lengths: tuple[int, ...] = (6,)) -> str:
    """The international digits: dots and spaces out, a zero that a spreadsheet dropped back in, national digits off."""
    digits = re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", text))
    if not digits.isascii() or not digits.isdigit() or digits in known:
        return digits
    if len(digits) in (5, 7, 9) and f"0{digits}"[: max(lengths)] in known:
        digits = f"0{digits}"
    return digits[: max(lengths)] if len(digits) in (8, 10) and digits[: max(lengths)] in known else digits
