"""Right translations with one change planted into each: a number, a sign, a unit, a currency, a bound, a negation.

`planted_changes` takes the pairs of `data/right_translations.csv`. It changes the text of the translation by words of
the tables and by digits; it does not use what the reader has read.
"""

import csv
import re
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")

Words = dict[str, list[tuple[str, str]]]  # language → (word, wrong word)
_UNITS: Words = {
    "zh": [("公斤", "吨"), ("吨", "公斤"), ("毫升", "升"), ("克", "公斤"), ("毫米", "厘米"), ("天", "个月"),
           ("个月", "天"), ("箱", "托盘"), ("瓶", "箱"), ("个工作日", "个月"), ("兆帕", "千帕"),
           ("千瓦", "瓦"), ("亩", "公顷")],
    "en": [(" kg", " t"), ("/kg", "/t"), (" ml", " l"), (" g", " kg"), (" mm", " cm"), (" days", " months"),
           (" months", " days"), (" cartons", " pallets"), (" tonnes", " kg"), ("/t", "/kg"), (" t", " kg"),
           (" boxes", " pallets"), (" hp", " kW"), (" MPa", " kPa"), (" bottles", " pallets"),
           (" pallets", " cartons")],
}  # fmt: skip
_CURRENCIES = {
    "zh": [("美元", "欧元"), ("欧元", "美元"), ("雷亚尔", "美元"), ("日元", "美元"), ("泰铢", "元"), ("印尼盾", "元"),
           ("土耳其里拉", "欧元")],
    "en": [("USD", "EUR"), ("EUR", "USD"), ("€", "$"), ("BRL", "USD"), ("CNY", "USD"), ("RUB", "USD"), ("IDR", "USD"),
           ("THB", "USD"), ("KRW", "USD"), ("JPY", "CNY"), ("yuan", "dollars")],
}  # fmt: skip
_BOUNDS = {
    "zh": [("至少", "最多"), ("不超过", "不少于"), ("不少于", "不超过"), ("≥", "≤"), ("以下", "以上"), ("至少", ""),
           ("不超过", "")],
    "en": [("at least", "at most"), ("not more than", "at least"), ("max.", "min."), ("minimum", "maximum"), ("≥", "≤"),
           ("or more", "or less"), ("more than", "less than"), ("over", "under"), ("at least", ""), ("max. ", "")],
}  # fmt: skip
_NEGATIONS = {
    "zh": [("不含", "含"), ("无", "")],
    "en": [("without ", "with "), ("Without ", "With "), ("-free", ""), ("No ", ""), ("no added ", ""), ("no ", "")],
}


class Pair(NamedTuple):
    """A text and its translation."""

    language: str
    original: str
    other: str
    translation: str


class Planted(NamedTuple):
    """A translation that is wrong in one thing."""

    change: str
    pair: Pair


def right_translations() -> list[Pair]:
    with open(DATA / "right_translations.csv", encoding="utf-8", newline="") as file:
        return [Pair(**row) for row in csv.DictReader(file)]


def planted_changes() -> list[Planted]:
    """All changes of all pairs: at most two of a kind in one pair."""
    return [
        Planted(change, pair._replace(translation=wrong))
        for pair in right_translations()
        for change, plant in _CHANGES.items()
        for wrong in islice(dict.fromkeys(plant(pair)), 2)
        if wrong != pair.translation
    ]


def _of_numbers(change: Callable[[str], str]) -> Callable[[Pair], Iterator[str]]:
    def plant(pair: Pair) -> Iterator[str]:
        text = pair.translation
        for match in _DIGITS.finditer(text):
            yield text[: match.start()] + change(match[0]) + text[match.end() :]

    return plant


def _times_ten(number: str) -> str:
    whole, point, decimals = number.partition(".")
    if not point:
        return number.replace(",", "") + "0"
    return f"{whole}{decimals[0]}" + (f".{decimals[1:]}" if len(decimals) > 1 else "")


def _by_ten(number: str) -> str:
    whole, _point, decimals = number.replace(",", "").partition(".")
    return f"{whole[:-1] or '0'}.{whole[-1]}{decimals}"


def _signs(pair: Pair) -> Iterator[str]:
    for match in re.finditer(r"[-−](\d+) ?[°℃]", pair.translation):
        yield pair.translation[: match.start()] + pair.translation[match.start() + 1 :]


def _swaps(pair: Pair) -> Iterator[str]:
    text = pair.translation
    for one, other in combinations(_DIGITS.finditer(text), 2):
        if one[0] != other[0]:
            yield text[: one.start()] + other[0] + text[one.end() : other.start()] + one[0] + text[other.end() :]


def _of_words(table: Words, before: str = "", behind: str = "") -> Callable[[Pair], Iterator[str]]:
    def plant(pair: Pair) -> Iterator[str]:
        for word, wrong in table[pair.other]:
            pattern = before + re.escape(word) + (behind if word[-1].isascii() else "")
            for match in re.finditer(pattern, pair.translation):
                start = match.end() - len(word)
                yield pair.translation[:start] + wrong + pair.translation[match.end() :]

    return plant


_CHANGES: dict[str, Callable[[Pair], Iterator[str]]] = {
    "times ten": _of_numbers(_times_ten),
    "by ten": _of_numbers(_by_ten),
    "sign": _signs,
    "swap": _swaps,
    "unit": _of_words(_UNITS, r"(?<=\d)", r"(?![a-z])"),
    "currency": _of_words(_CURRENCIES),
    "bound": _of_words(_BOUNDS),
    "negation": _of_words(_NEGATIONS),
}
