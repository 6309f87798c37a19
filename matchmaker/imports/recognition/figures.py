"""Weights, prices, times and places in a line of text."""

import datetime as dt
import re
from decimal import Decimal
from functools import cache

from matchmaker.catalogue import wording
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.core import reference
from matchmaker.engines.language import read_quantities

_NUMBER = r"(?P<number>\d[\d.,' ]*\d|\d)"
_PACK = re.compile(
    rf"(?<![\w.,]){_NUMBER}\s*(?P<unit>kgs?|g|gr|grams?|grammes?|mg|ml|cl|l|litres?|liters?|oz|lbs?|公斤|千克|克|毫升|升"
    r"|кг|г|мл|л|กรัม|กก\.?|كجم|كغ|جم)(?![^\W\d_])",
    re.IGNORECASE,
)
_BASE_UNIT = {"mass": "kg", "volume": "l"}
_VOLUMES = ("ml", "cl", "l", "lit", "毫升", "升", "мл", "л")
_TERM = re.compile(rf"\b(?P<term>{'|'.join(INCOTERMS)})\b[ ,]*(?P<place>[^\W\d_][^\d,;/()]{{1,40}})?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def pack(text: str) -> tuple[str, str]:
    """("2.5 kg", the unit of the trade that such goods are sold by), or two empty texts."""
    match = _PACK.search(text)
    if match is None:
        return "", ""
    unit = match["unit"]
    kind = "volume" if unit.casefold().startswith(_VOLUMES) and not unit.casefold().startswith("lb") else "mass"
    return f"{match['number'].strip()} {unit}", _BASE_UNIT[kind]


def days(text: str, language: str) -> int | None:
    """A time in days: 18 months are 540, 2 years 730. Of a range, as 20 to 25 days, the longer one."""
    times = (item for item in read_quantities(text, language) if item.unit in _DAYS and item.kind == "amount")
    return next((int(item.high * _DAYS[item.unit]) for item in times if not item.per), None)


def price(text: str, language: str) -> dict[str, object]:
    """`price_low`, `price_high`, `currency`, `price_unit` of the first price of a text.

    A price whose unit is not named, or is not one of our list, is no price; nor is one that can be read in two ways,
    as 1.080 € or ¥ outside of China and Japan.
    """
    for item in read_quantities(text, language):
        if item.kind != "price" or item.ambiguous or item.low <= 0:
            continue
        if item.per not in reference.units() or item.currency not in reference.currencies():
            continue
        upper = {"price_high": item.high} if item.is_range else {}
        return {"price_low": item.low, "currency": item.currency, "price_unit": item.per, **upper}
    return {}


def incoterm(text: str) -> dict[str, str]:
    match = _TERM.search(text)
    if match is None:
        return {}
    place = (match["place"] or "").strip(" .:：")
    return {"incoterm": match["term"]} | ({"incoterm_place": place} if place else {})


def amount(text: str, language: str) -> tuple[Decimal, str] | None:
    """(500, "kg") of "500 kg"; None where no amount has a unit of our list, or the number has two readings."""
    for item in read_quantities(text, language):
        if item.kind == "amount" and item.unit in reference.units() and item.low > 0 and not item.ambiguous:
            return item.low, item.unit
    return None


@cache
def _countries() -> tuple[tuple[re.Pattern, str], ...]:
    """A pattern for each name of a country, the longest names first: Guinea-Bissau before Guinea."""
    names = {
        (wording.fold(name), code)
        for code, row in reference.countries().items()
        for name in reference.names_of(row)
        if name and len(name) > 1
    }
    names |= {(wording.fold(name), code) for name, code in reference.spellings("countries").items() if len(name) > 2}
    ordered = sorted(names, key=lambda pair: (-len(pair[0]), pair))
    return tuple((re.compile(_edge(name) + re.escape(name) + _edge(name)), code) for name, code in ordered)


def _edge(name: str) -> str:
    """Names in scripts that part words stand between edges of words."""
    return "" if re.search(r"[\u0e00-\u0e7f\u3040-\u9fff]", name) else r"\b"


def country(text: str) -> str:
    """The code of the country that a text names; "" for none."""
    code = wording.country(text.strip(" .,;"))
    if code in reference.countries():
        return code
    folded = wording.fold(text)
    return next((code for pattern, code in _countries() if pattern.search(folded)), "")


def year_founded(text: str) -> int | None:
    """The year behind "since", 始建于 and the like."""
    match = re.search(
        r"(?:since|founded in|established in|est\.?|depuis|desde|seit|dal|from|成立于|始建于|创立于)\s*(\d{4})",
        text,
        re.I,
    )
    year = int(match[1]) if match else 0
    return year if 1500 <= year <= dt.date.today().year else None
