"""One number at a place of a text: 1,200 or 1.2万 or 1 1/2 or twenty-five or 两千."""

import re
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.engines.language.quantities.lexicon import Lexicon, lexicon, spelled, starts_inside
from matchmaker.engines.language.quantities.marks import DIGITS, Value, decimal_mark, value_of

_VULGAR = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333", "⅔": "0.667", "⅛": "0.125", "⅕": "0.2"}
_FRACTION = re.compile(r"(?:(\d{1,3})[ -])?(\d)/(2|3|4|5|8|16)(?![\d/.,])")
_HAN = re.compile("[零〇一二两兩三四五六七八九十百千万萬亿億]+")
_HAN_DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}
_HAN_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_EAST_ASIAN = frozenset(["zh", "ja", "ko"])


@dataclass(frozen=True)
class Numeral:
    """A number without its sign and unit."""

    start: int
    end: int
    value: Decimal
    other: Decimal | None = None
    spelled: bool = False
    plain: bool = False  # digits without marks or multiples, as years and codes are written
    scaled: bool = False  # stands with a multiple: 1.2 million
    fraction: bool = False  # written with a stroke


class NumeralReader:
    """Reads the numbers of one text."""

    def __init__(self, text: str, language: str):
        self.text = text
        self.language = language
        self._multiples = lexicon("multiplier", language)
        self._units = lexicon("unit", language)
        self._spelled = _spelled_lexicon(language)
        marks = {decimal_mark(match[0]) for match in DIGITS.finditer(text)} - {""}
        self._decimal = marks.pop() if len(marks) == 1 else ""

    def at(self, place: int) -> Numeral | None:
        """The number that starts at a place."""
        char = self.text[place : place + 1]
        if char in _VULGAR:
            return Numeral(place, place + 1, Decimal(_VULGAR[char]))
        if char.isdigit():
            return self._fraction(place) or self._digits(place)
        return self._words(place)

    def _fraction(self, place: int) -> Numeral | None:
        match = _FRACTION.match(self.text, place)
        if not match or int(match[2]) >= int(match[3]):
            return None
        value = Decimal(match[1] or 0) + Decimal(match[2]) / Decimal(match[3])
        return Numeral(place, match.end(), value, fraction=True)

    def _digits(self, place: int) -> Numeral | None:
        match = DIGITS.match(self.text, place)
        parsed = value_of(match[0], self.language, self._decimal) if match else None
        if match is None or parsed is None:
            return None
        end = match.end()
        vulgar = self.text[end : end + 1]
        if vulgar in _VULGAR and match[0].isdigit():
            return Numeral(place, end + 1, parsed.value + Decimal(_VULGAR[vulgar]))
        return self._multiplied(place, end, parsed, plain=match[0].isdigit())

    def _multiplied(self, place: int, end: int, parsed: Value, *, plain: bool) -> Numeral:
        """With the multiples that follow: 1.2万, 5千万, 1만 2천."""
        value, factor = parsed.value, Decimal(1)
        while (hit := self._multiple_at(end)) is not None:
            factor *= Decimal(hit[1])
            end = hit[0]
        if factor == 1:
            return Numeral(place, end, value, parsed.other, plain=plain)
        value *= factor
        if self.language in _EAST_ASIAN and (rest := self._smaller_part(end, factor)):
            value, end = value + rest.value, rest.end
        return Numeral(place, end, value, scaled=True)

    def _multiple_at(self, end: int) -> tuple[int, str] | None:
        start = end + 1 if self.text[end : end + 1] == " " else end
        hit = self._multiples.at(self.text, start)
        if hit is None or (start > end and self.text[hit.start : hit.end] == "k"):
            return None
        unit = self._units.at(self.text, start)
        return None if unit and unit.end > hit.end else (hit.end, hit.value)

    def _smaller_part(self, end: int, factor: Decimal) -> Numeral | None:
        start = end + 1 if self.language == "ko" and self.text[end : end + 1] == " " else end
        if not self.text[start : start + 1].isdigit():
            return None
        rest = self._digits(start)
        return rest if rest and rest.scaled and rest.value < factor else None

    def _words(self, place: int) -> Numeral | None:
        if self.language in ("zh", "ja") and (match := _HAN.match(self.text, place)):
            if self.text[place - 1 : place] == "第":
                return None
            value = _han_value(match[0])
            return Numeral(place, match.end(), Decimal(value), spelled=True) if value else None
        hit = None if starts_inside(self.text, place) else self._spelled.at(self.text, place)
        if hit is None:
            return None
        number = self._multiplied(place, hit.end, Value(Decimal(hit.value)), plain=False)
        return Numeral(place, number.end, number.value, spelled=True)


_lexicons: dict[str, Lexicon] = {}


def _spelled_lexicon(language: str) -> Lexicon:
    if language not in _lexicons:
        _lexicons[language] = Lexicon(spelled(language))
    return _lexicons[language]


def _han_value(written: str) -> int:
    """三百二十 → 320, 两千 → 2000; 0 for digits in a row as in a telephone number, and for a bare multiple."""
    total = section = digit = 0
    for char in written:
        if char in _HAN_DIGITS:
            if digit:
                return 0
            digit = _HAN_DIGITS[char]
        elif char in _HAN_SCALES:
            section += (digit or 1) * _HAN_SCALES[char]
            digit = 0
        else:
            total += (section + digit) * _HAN_MYRIADS[char]
            section = digit = 0
    return 0 if written[0] in "百千万萬亿億" else total + section + digit
