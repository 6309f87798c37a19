"""Words of sheets and forms as the codes of our lists: 吨 is t, Thailand and 泰国 are TH.

Nothing is guessed: an unknown word is returned as it is, and the rules say what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from itertools import zip_longest

from matchmaker.catalogue.country_names import country_code, plain
from matchmaker.core import reference
from matchmaker.engines.language import clean

PARTS = re.compile(r"[,，、;；|\n]+")  # what people put between several codes in one cell
LANGUAGE_PARTS = re.compile(r"[,，、;；|\n/\\+&·•()（）和及]+|\b(?:and|und|et|y|e|и|dan|ve|và)\b", re.IGNORECASE)
# 3柜, 2×40HQ, 500 瓶, 40HQ x 2: an amount and its unit in one cell. `\d` is a digit of any script.
_FIGURE = r"(?P<amount>\d[\d.,，'’\s]*(?:[十百千万亿]+)?)"
_AMOUNT_AND_UNIT = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"{_FIGURE}\s*[x×✕*]\s*(?P<unit>\S.*)",
        rf"{_FIGURE}(?P<unit>[^\d\s].*)",
        rf"(?P<unit>\S.*?)\s*[x×✕*]\s*{_FIGURE}",
    )
)


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
    """Without case; the Turkish İ is an i, where casefold makes two characters of it."""
    return clean(word).replace("İ", "i").casefold()


def _code(kind: str) -> Callable[[str], str]:
    def read(word: str) -> str:
        return _names(kind).get(fold(word), word.strip())

    return read


unit, certificate, port = map(_code, ("units", "certificates", "ports"))


def country(word: str) -> str:
    """A name in any language of the site or of the country, a form of the United Nations, or a code."""
    return country_code(word) or word.strip()


@cache
def _languages() -> Mapping[str, str]:
    """Their names in all languages of the site and in their own, also without accents."""
    found = dict(_names("languages"))
    for code in reference.languages():
        found.setdefault(fold(reference.own_name(code)), code)
    for name, code in list(found.items()):
        found.setdefault(plain(name), code)
    found.pop("", None)
    return found


def language(word: str) -> str:
    """A name, or a code, also with a country: pt-BR is pt."""
    known = _languages()
    base = word.strip().replace("_", "-").partition("-")[0].lower()
    found = known.get(fold(word)) or known.get(plain(word))
    return found or (base if "-" in word and base in reference.languages() else word.strip())


def languages(text: str) -> list[str]:
    """Several in one cell, however they are parted: "it / en", "ar en", "Thai and English"; each once, in order."""
    found: list[str] = []
    for part in LANGUAGE_PARTS.split(text):
        if not part.strip():
            continue
        words = [part] if plain(part) in _languages() or fold(part) in _languages() else part.split()
        found += [language(word) for word in words]
    return list(dict.fromkeys(found))


def amount_and_unit(text: str) -> tuple[str, str]:
    """The amount and the unit's code of a cell that holds both; the text as it is and '' for any other cell."""
    for shape in _AMOUNT_AND_UNIT:
        if found := shape.fullmatch(text.strip()):
            word = fold(found["unit"]).removeprefix("个").replace(" ", "")
            if code := _names("units").get(word) or _names("units").get(fold(found["unit"])):
                return found["amount"].strip(), code
    return text, ""


def split_amount(texts: dict[str, str], amount_field: str, unit_field: str) -> bool:
    """Part the amount and the unit of one cell, unless a cell of its own names another unit; True where it was done."""
    amount, code = amount_and_unit(texts.get(amount_field, ""))
    given = texts.get(unit_field, "")
    if not code or (given.strip() and unit(given) != code):
        return False
    texts[amount_field], texts[unit_field] = amount, code
    return True


def currency(word: str) -> str:
    return _names("currencies").get(fold(word), word.strip().upper())


def codes(read: Callable[[str], str]) -> Callable[[str], list[str]]:
    """A reader of several codes in one cell; each once, in order. A name may hold a comma."""

    def read_all(text: str) -> list[str]:
        whole = read(text)
        if whole != text.strip():
            return [whole]
        return list(dict.fromkeys(read(part) for part in PARTS.split(text) if part.strip()))

    return read_all


def hs_code(text: str, known, lengths: tuple[int, ...] = (6,)) -> str:
    """The international digits: dots and spaces out, a zero that a spreadsheet dropped back in, national digits off."""
    digits = re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", text))
    if not digits.isascii() or not digits.isdigit() or digits in known:
        return digits
    if len(digits) in (5, 7, 9) and f"0{digits}"[: max(lengths)] in known:
        digits = f"0{digits}"
    return digits[: max(lengths)] if len(digits) in (8, 10) and digits[: max(lengths)] in known else digits
