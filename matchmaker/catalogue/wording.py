"""Words of sheets and forms as the codes of our lists: 吨 is t, Thailand and 泰国 are TH, 1,200,000 is 1200000.

Nothing is guessed: a word that is none of ours comes back as it was, and the rules say what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

from matchmaker.core import reference
from matchmaker.language.text import clean

PARTS = re.compile(r"[,，、;；|\n]+")  # what people put between several codes in one cell

_CURRENCIES = {
    "¥": "CNY",
    "￥": "CNY",
    "元": "CNY",
    "人民币": "CNY",
    "rmb": "CNY",
    "$": "USD",
    "us$": "USD",
    "美元": "USD",
    "€": "EUR",
    "欧元": "EUR",
    "£": "GBP",
    "英镑": "GBP",
    "日元": "JPY",
}
_UNITS = {
    "吨": "t",
    "tonne": "t",
    "tonnes": "t",
    "tons": "t",
    "mt": "t",
    "公斤": "kg",
    "kgs": "kg",
    "kilogram": "kg",
    "千克": "kg",
    "件": "pc",
    "个": "pc",
    "只": "pc",
    "pcs": "pc",
    "台": "set",
    "升": "l",
    "litre": "l",
    "liter": "l",
    "箱": "carton",
    "ctn": "carton",
}
_COUNTRIES = {
    "uk": "GB",
    "england": "GB",
    "great britain": "GB",
    "usa": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "uae": "AE",
    "korea": "KR",
    "south korea": "KR",
    "russia": "RU",
    "vietnam": "VN",
    "czech republic": "CZ",
    "turkey": "TR",
    "taiwan": "TW",
    "hong kong": "HK",
    "macau": "MO",
    "中国香港": "HK",
    "holland": "NL",
    "mainland china": "CN",
    "p.r. china": "CN",
    "prc": "CN",
}


@cache
def _names(kind: str) -> Mapping[str, str]:
    """Every name of every row of a list, folded → its code."""
    found: dict[str, str] = {}
    for code, row in getattr(reference, kind)().items():
        names = [code, *(value for key, value in row.items() if key.startswith(("name", "plural", "iso3")))]
        for name in names:
            if name:
                found.setdefault(fold(name), code)
    own = {"units": _UNITS, "currencies": _CURRENCIES, "countries": _COUNTRIES}.get(kind, {})
    return {**found, **{fold(word): code for word, code in own.items() if code in getattr(reference, kind)()}}


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


def amount(text: str) -> str:
    """Digits and a point: full-width digits put right, groups of three taken out where only one reading is possible.

    "1,200,000", "12,500.50" and "1 250" have one reading. "1,5" and "1,250" have two and stay as they are.
    """
    value = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{1,3}(?: \d{3})+(\.\d+)?", value, re.ASCII):
        return value.replace(" ", "")
    whole, point, _rest = value.partition(".")
    groups = whole.split(",")
    if (
        all(group.isascii() and group.isdigit() for group in groups)
        and len(groups[0]) <= 3
        and all(len(group) == 3 for group in groups[1:])
        and (len(groups) > 2 or (len(groups) == 2 and bool(point)))
    ):
        return value.replace(",", "")
    return value


def hs_code(text: str, known, lengths: tuple[int, ...] = (6,)) -> str:
    """The international digits: dots and spaces out, a zero that a spreadsheet dropped back in, national digits off."""
    digits = re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", text))
    if not digits.isascii() or not digits.isdigit() or digits in known:
        return digits
    if len(digits) in (5, 7, 9) and f"0{digits}"[: max(lengths)] in known:
        digits = f"0{digits}"
    return digits[: max(lengths)] if len(digits) in (8, 10) and digits[: max(lengths)] in known else digits
