"""Whether a translation says the same quantities and negations as its original.

Quantities are compared as values: 1.2万箱 is 12,000 cartons, 500 g is 0.5 kg. What one side cannot tell is no
difference: a counted thing without a unit, a spelled number that the other side writes in words, too.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise

from matchmaker.engines.language.quantities.lexicon import (
    Lexicon,
    Unit,
    base_language,
    lexicon,
    spelled,
    units,
    words_of,
)
from matchmaker.engines.language.quantities.model import Difference, Negation, Quantity
from matchmaker.engines.language.quantities.negation import negations
from matchmaker.engines.language.quantities.plain import fold, plain_text
from matchmaker.engines.language.quantities.reader import read_all

_DIRECTIONS = {"at least": 1, "more than": 1, "at most": -1, "less than": -1}
_COUNTED = frozenset(["", "piece"])
SHORT = 45  # characters of a line of a label or a list; of Chinese a third
_INSIDE = frozenset(["ja", "ko", "tr", "th"])  # negations are endings of verbs
_HAN = "零一二三四五六七八九"
_LETTERS, _DIGITS = re.compile("[^A-Z]"), re.compile("[^0-9]")
_HALF = Decimal("0.5")
_TOLERANCE = Decimal("0.000001")  # relative: a third is written with three decimals


class _Text:
    """A text with what is read from it."""

    def __init__(self, text: str, language: str):
        self.text = text
        self.language = base_language(language)
        self.lower = plain_text(text).lower
        self.quantities = read_all(text, language)
        self.negations = negations(text, language)

    @property
    def is_short(self) -> bool:
        return len(self.text) <= (SHORT if self.text.isascii() or " " in self.text.strip() else SHORT // 3)

    @property
    def denies(self) -> bool:
        """Whether any word of denial stands in the text, also as a part of a longer word."""
        words = words_of("denial", self.language)
        inside = self.language in _INSIDE and any(word in self.lower for word in words)
        return inside or bool(lexicon("denial", self.language).find(self.lower))

    def says_absence(self, item: Negation) -> bool:
        """Whether a negation is of a thing, as "without" is, and not of a sentence."""
        return fold(self.text[item.start : item.end]) not in words_of("denial", self.language)

    def mentions_unit(self, code: str) -> bool:
        wanted = units().get(code.lstrip("01"))
        roles = ("unit", "leading", "per_word")
        words = [word for role in roles for word in lexicon(role, self.language).find(self.lower)]
        return wanted is not None and any(_are_alike(units()[word.value], wanted) for word in words)

    def spells(self, value: Decimal) -> bool:
        """Whether a number stands in words or digits anywhere in the text."""
        return any(str(value.normalize()) in (hit.value, f"0{hit.value}") for hit in self._spelled())

    def _spelled(self) -> Iterator:
        yield from _number_words(self.language).find(self.lower)
        yield from lexicon("half", self.language).find(self.lower)

    def written(self, quantity: Quantity) -> str:
        return self.text[quantity.start : quantity.end]


@cache
def _number_words(language: str) -> Lexicon:
    """Spelled numbers; of Chinese and Japanese those to ninety-nine."""
    words = spelled(language)
    if language in ("zh", "ja"):
        words = {_han(number): str(number) for number in range(1, 100)}
        words |= {"两": "2", "兩": "2", "双": "2", "一半": "0.5"}
    return Lexicon(words)


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _HAN[tens]) + ("十" if tens else "") + (_HAN[ones] if ones else "")


def same_quantities(original: str, language: str, translation: str, other: str) -> list[Difference]:
    """What a translation into `other` says otherwise than its original in `language`; empty when nothing."""
    one, two = _Text(original, language), _Text(translation, other)
    pairs, missing, added = _matched(one, two)
    missing = [item for item in missing if not _is_excused(item, two)]
    added = [item for item in added if not _is_excused(item, one)]
    differences = [Difference("missing", original=one.written(item)) for item in missing]
    differences += [Difference("added", translation=two.written(item)) for item in added]
    differences += [Difference("swapped", one.written(item), two.written(mate)) for item, mate in _swapped(pairs)]
    return differences + _lost_negations(one, two)


def _matched(one: _Text, two: _Text) -> tuple[list[tuple[Quantity, Quantity]], list[Quantity], list[Quantity]]:
    """Pairs, and what is left on each side."""
    pairs, missing, left = [], [], list(two.quantities)
    for item in one.quantities:
        mate = next((mate for mate in left if _are_same(item, mate, one, two)), None)
        if mate is None:
            missing.append(item)
        else:
            left.remove(mate)
            pairs.append((item, mate))
    return pairs, missing, left


def _are_same(item: Quantity, mate: Quantity, one: _Text, two: _Text) -> bool:
    if item.kind == "code" or mate.kind == "code":
        letters = {_LETTERS.sub("", item.date), _LETTERS.sub("", mate.date)} - {""}
        return _digits(item) == _digits(mate) and len(letters) < 2
    if item.date or mate.date:
        return _are_same_days(item, mate)
    return (
        _are_same_values(item, mate)
        and _are_same_units(item, mate, one, two)
        and _are_same_currencies(item, mate)
        and _are_same_rates(item, mate, one, two)
        and _DIRECTIONS.get(item.bound, 0) == _DIRECTIONS.get(mate.bound, 0)
        and item.tolerance == mate.tolerance
        and (not item.concept or not mate.concept or item.concept == mate.concept)
    )


def _digits(item: Quantity) -> str:
    if item.kind == "code":
        return _DIGITS.sub("", item.date)
    plain = not item.unit and not item.currency and item.low == item.high
    return f"{item.low.normalize():f}".replace(".", "") if plain else ""


def _are_same_days(item: Quantity, mate: Quantity) -> bool:
    if item.date and mate.date:
        return bool({*item.date.rstrip("s").split("|")} & {*mate.date.rstrip("s").split("|")})
    day, number = (item, mate) if item.date else (mate, item)
    return day.kind == "year" and number.unit in ("", "year") and number.low == day.low == number.high


def _are_same_values(item: Quantity, mate: Quantity) -> bool:
    if bool(item.factors) != bool(mate.factors):
        return False
    both = item.unit and mate.unit  # a number without a unit has the unit of the other
    factor, other = (_factor(item.unit), _factor(mate.unit)) if both else (Decimal(1), Decimal(1))
    if item.factors:
        one, two = _factors(item, factor), _factors(mate, other)
        return one == two
    readings = [(low * factor, high * factor) for low, high in ((item.low, item.high), *item.alternatives)]
    others = [(low * other, high * other) for low, high in ((mate.low, mate.high), *mate.alternatives)]
    return any(_near(low, low2) and _near(high, high2) for low, high in readings for low2, high2 in others)


def _factors(item: Quantity, factor: Decimal) -> list[Decimal]:
    """Packs may turn around, 12 × 500 ml or 500 ml × 12; the reader has put the count first."""
    if item.kind == "pack":
        return [item.factors[0], item.factors[1] * factor]
    return [value if item.kind == "ratio" else value * factor for value in item.factors]


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _TOLERANCE * max(abs(one), abs(other))


def _factor(code: str) -> Decimal:
    unit = units().get(code)
    return Decimal(unit.factor) if unit and unit.kind and unit.factor else Decimal(1)


def _are_alike(one: Unit, other: Unit) -> bool:
    return (
        one.code == other.code
        or bool(one.kind and one.kind == other.kind)
        or bool(one.family and one.family == other.family)
    )


def _are_same_units(item: Quantity, mate: Quantity, one: _Text, two: _Text) -> bool:
    if item.unit == mate.unit or item.currency:
        return True
    unit, other = units().get(item.unit), units().get(mate.unit)
    if unit and other:
        if "deg" in (unit.code, other.code) and {unit.code, other.code} & {"C", "F", "brix"}:
            return True  # 65度 may be of sugar or of heat
        return _are_alike(unit, other) or {unit.family, other.family} <= {"piece", "pack", "can", "box"}
    known, text = (unit, two) if unit else (other, one)
    return known is None or _is_counted(known) or text.mentions_unit(known.code)  # 20, 30 and 40 tonnes


def _is_counted(unit: Unit) -> bool:
    """Whether other languages may leave the unit out: pieces, persons, years of age."""
    return unit.kind == "count" or unit.code == "age" or (unit.family in _COUNTED and not unit.kind)


def _are_same_currencies(item: Quantity, mate: Quantity) -> bool:
    return bool({*item.currency.split("|")} & {*mate.currency.split("|")})


def _are_same_rates(item: Quantity, mate: Quantity, one: _Text, two: _Text) -> bool:
    if item.per == mate.per:
        return True
    if item.per and mate.per:
        unit, other = units().get(item.per), units().get(mate.per)
        return bool(unit and other and (unit.code == other.code or (unit.family and unit.family == other.family)))
    return two.mentions_unit(item.per) if item.per else one.mentions_unit(mate.per)


def _is_excused(item: Quantity, other: _Text) -> bool:
    """Whether the other text may say a number in words that are not read as a quantity."""
    value = item.low
    if item.kind not in ("amount", "percentage") or item.is_range or item.factors or item.currency:
        return False
    if item.spelled and value in (1, 2, _HALF):
        return True
    is_small = 0 < value <= 100 and (value == value.to_integral_value() or value == _HALF)
    return is_small and not item.per and other.spells(value)


def _swapped(pairs: Sequence[tuple[Quantity, Quantity]]) -> list[tuple[Quantity, Quantity]]:
    """Pairs of one unit that stand in another order, where the words beside them do not tell which is which."""
    groups: dict[str, list[tuple[Quantity, Quantity]]] = {}
    for item, mate in pairs:
        told = item.concept and item.concept == mate.concept
        if not told and not item.date and item.kind != "code":
            groups.setdefault(item.currency or _group(item.unit), []).append((item, mate))
    return [
        pair
        for group in groups.values()
        for before, pair in pairwise(group)
        if pair[1].start < before[1].start and pair[0].low != before[0].low
    ]


def _group(code: str) -> str:
    unit = units().get(code)
    return "piece" if unit is None or (unit.family == "piece" and not unit.kind) else code


def _lost_negations(one: _Text, two: _Text) -> list[Difference]:
    """A thing that one side says to be absent, and no denial of any kind on the other.

    More cannot be told without knowing the words. In a sentence another word may deny (fail, hardly, impossible);
    so in long texts only words of absence count (without, free from), and a bare "not" counts in short ones.
    """
    for text, other, problem in ((one, two, "original"), (two, one, "translation")):
        lost = next((item for item in text.negations if text.is_short or text.says_absence(item)), None)
        if lost is not None and not other.negations and not other.denies:
            return [Difference("negation", **{problem: text.text[lost.start : lost.end]})]
    return []
