"""Days of the calendar as people type them: 2026-09-30, 30.09.2026, 9/30/2026, 2026年9月30日, ๓๐/๙/๒๕๖๙."""

import datetime as dt
import re
import unicodedata
from functools import cache

from babel import Locale, UnknownLocaleError

_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_BUDDHIST = 543  # years by which the Thai calendar is ahead
_BUDDHIST_FROM = 2400  # no trade is planned so far ahead in the other calendar


def parse_day(text: str, locale: str = "en") -> dt.date:
    """Read a day with its year in four digits; digits of any script are read.

    Day and month stand in the order of the locale (CLDR). In English, where half of its writers use the other order,
    3/4/2026 is not read; 30/4/2026 and 4/30/2026 have one meaning. A point always stands behind the day.

    Raises:
        ValueError: it is no day, or it has two meanings.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = "".join(str(unicodedata.decimal(char, char)) for char in plain if unicodedata.category(char) != "Cf")
    if match := _YEAR_FIRST.fullmatch(plain):
        year, month, day = map(int, match.groups())
    elif match := _YEAR_LAST.fullmatch(plain):
        day, month = _day_and_month(int(match[1]), int(match[3]), match[2], locale)
        year = int(match[4])
    else:
        raise ValueError("this is not written as a day")
    return dt.date(year - _BUDDHIST if year >= _BUDDHIST_FROM else year, month, day)


def _day_and_month(first: int, second: int, mark: str, locale: str) -> tuple[int, int]:
    """(day, month) of two numbers before a year."""
    if second > 12:
        return second, first
    if mark == "." or first > 12 or first == second:
        return first, second
    if locale.startswith("en"):
        raise ValueError("day and month can be either")
    return (first, second) if _day_comes_first(locale) else (second, first)


@cache
def _day_comes_first(locale: str) -> bool:
    try:
        pattern = Locale.parse(locale, sep="-").date_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        return True
    return pattern.find("d") < pattern.find("M")
