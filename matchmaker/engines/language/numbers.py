"""Numbers as traders write them: 17,50 and 1.234,50 and 12,000 and 1 234,5 and 1'234.50 and １２０ and 1.2万.

`parse_number` reads one, `format_number` writes one in a form that `parse_number` reads without a second meaning.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

MAX_LENGTH = 40  # characters; no amount of the trade is longer

# Chinese and Japanese count in ten thousands.
_MULTIPLIERS = {"百": 100, "千": 1_000, "万": 10_000, "百万": 10**6, "千万": 10**7, "亿": 10**8, "十亿": 10**9}
_MULTIPLIER_WORDS = re.compile("([十百千万亿]+)$")
_CHINESE = str.maketrans({"萬": "万", "億": "亿"})
# Spaces and apostrophes part groups of digits in every language that uses them. NFKC has made a plain space of the
# no-break spaces before.
_GROUP_MARKS = dict.fromkeys("'’‘`´٬", " ")
_MARKS = str.maketrans({**_GROUP_MARKS, "٫": "⸳", "−": "-", "،": ","})
_DECIMAL = "⸳"  # stands for a mark that can only be a decimal one
_SHAPE = re.compile(rf"[0-9]?[0-9 .,{_DECIMAL}]*[0-9]")
_INDIAN_GROUPS = re.compile(r"[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}")


@dataclass(frozen=True)
class ParsedNumber:
    """A number that was read from a text.

    `other` is the second possible reading: 1,234 on a French page is 1.234, but many people write 1234 so.
    """

    value: Decimal
    other: Decimal | None = None

    @property
    def ambiguous(self) -> bool:
        return self.other is not None


def parse_number(text: str, locale: str = "en") -> ParsedNumber:
    """Read a number as it is written in trade. Digits of any script are read.

    `locale` is a language code such as "fr" or "zh-hans". It decides only where one comma or point stands before
    exactly three digits: 12,000 is twelve thousand in English and twelve in French. The value is ambiguous if the
    mark is not the one that parts thousands in this language.

    Raises:
        ValueError: the text is empty, holds something else than a number, or its groups of digits are not of three.
    """
    body, sign, multiplier = _split(text)
    if multiplier != 1:
        locale = "zh"  # a number with 万 follows the Chinese way, and there 1.234万 has one meaning
    parsed = _read(body, locale)
    if multiplier != 1:
        parsed = ParsedNumber(parsed.value)
    factor = sign * multiplier
    return ParsedNumber(parsed.value * factor, None if parsed.other is None else parsed.other * factor)


def format_number(value: Decimal, locale: str = "en") -> str:
    """The number as people of this language write it, with all its decimals and without useless zeros.

    1.234 becomes "1.2340" in English: "1.234" is one thousand two hundred and thirty-four to half of Europe.
    """
    plain = Decimal(f"{value.normalize():f}")
    for number in (plain, plain.quantize(Decimal("0.0001")) if plain.as_tuple().exponent == -3 else plain):
        written = _format_number(number, locale)
        if not parse_number(written, locale).ambiguous:
            break
    return written


def _format_number(number: Decimal, locale: str) -> str:
    places = max(0, -int(number.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(number, format=pattern, locale=_locale(locale))


def _split(text: str) -> tuple[str, int, int]:
    """Digits with their marks, the sign (1 or -1), and the multiplier (1 where there is none)."""
    body = unicodedata.normalize("NFKC", text).translate(_CHINESE).translate(_MARKS).strip()
    if not body:
        raise ValueError("there is no number")
    if any(unicodedata.category(char) == "No" for char in text):  # NFKC would read 5² as 52
        raise ValueError("raised digits and fractions are not read")
    if len(body) > MAX_LENGTH:
        raise ValueError("the number is too long")
    body = "".join(str(unicodedata.decimal(char, char)) for char in body if unicodedata.category(char) != "Cf")
    multiplier = 1
    if words := _MULTIPLIER_WORDS.search(body):
        if words[1] not in _MULTIPLIERS:
            raise ValueError(f"{words[1]} is not a multiple that is read")
        multiplier, body = _MULTIPLIERS[words[1]], body[: words.start()].rstrip()
    sign = -1 if body.startswith("-") else 1
    body = body.removeprefix("-" if sign < 0 else "+").lstrip()
    if not _SHAPE.fullmatch(body):
        raise ValueError("only digits, and the marks between them, can be read as a number")
    return body, sign, multiplier


def _read(body: str, locale: str) -> ParsedNumber:
    """The value of digits and marks."""
    marks = [char for char in body if char in f",.{_DECIMAL}"]
    if not marks:
        return ParsedNumber(_whole(body, " "))
    last = marks[-1]
    if last == _DECIMAL or len(set(marks)) > 1 or (" " in body and len(marks) == 1):
        return ParsedNumber(_with_decimals(body, last))
    if len(marks) > 1:
        return ParsedNumber(_whole(body, last))
    before, _mark, after = body.partition(last)
    decimal = Decimal(f"{before or 0}.{after}")
    if len(after) != 3 or not 1 <= len(before) <= 3 or before.startswith("0"):
        return ParsedNumber(decimal)
    whole = Decimal(before + after)
    if last == _group_mark(locale):
        return ParsedNumber(whole)
    return ParsedNumber(decimal, whole) if last == _decimal_mark(locale) else ParsedNumber(whole, decimal)


def _with_decimals(body: str, mark: str) -> Decimal:
    """A number whose last mark is the decimal one; the others part groups."""
    before, _mark, after = body.rpartition(mark)
    if not after.isdigit() or mark in before:
        raise ValueError("the marks in this number contradict each other")
    groups = {char for char in before if not char.isdigit()}
    if len(groups) > 1:
        raise ValueError("the marks in this number contradict each other")
    whole = _whole(before, groups.pop()) if groups else Decimal(before or 0)
    return whole + Decimal(f"0.{after}")


def _whole(body: str, mark: str) -> Decimal:
    """A whole number in groups of three digits, or as in India: 12,34,567."""
    groups = body.split(mark)
    are_threes = 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    if len(groups) > 1 and not are_threes and not _INDIAN_GROUPS.fullmatch(body):
        raise ValueError("groups of digits have three digits each")
    digits = "".join(groups)
    if not digits.isdigit():
        raise ValueError("the marks in this number contradict each other")
    return Decimal(digits)


@cache
def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _group_mark(code: str) -> str:
    return str(get_group_symbol(_locale(code)))


def _decimal_mark(code: str) -> str:
    return str(get_decimal_symbol(_locale(code)))
