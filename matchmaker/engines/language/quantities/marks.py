"""The value of digits and the marks between them, by the language and by the other numbers of the text."""

import re
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.engines.language.quantities.plain import DECIMAL

DIGITS = re.compile(rf"\d{{1,3}}(?:[ ']\d{{3}})+(?!\d)(?:[.,{DECIMAL}]\d+)?|\d+(?:[.,{DECIMAL}]\d+)*")
# Languages whose writers never part thousands with a point, nor write a decimal comma.
_POINT_IS_DECIMAL = frozenset(["zh", "ja", "ko", "th"])
# Languages in which one comma before three digits parts thousands.
_COMMA_IS_GROUP = frozenset(["zh", "ja", "ko", "th", "en", "ar"])
_INDIAN = re.compile(r"\d{1,2}(,\d{2})+,\d{3}")


@dataclass(frozen=True)
class Value:
    """`other` is the second reading where the writer may mean either: 1.080 is 1080 or 1.08."""

    value: Decimal
    other: Decimal | None = None


def value_of(body: str, language: str, decimal: str = "") -> Value | None:
    """The value of digits with marks; None where the marks contradict each other.

    `decimal` is the decimal mark that another number of the same text has shown, "" for none.
    """
    body = body.replace(" ", "'")
    marks = [char for char in body if char in f".,{DECIMAL}"]
    if not marks:
        return Value(Decimal(body.replace("'", "")))
    last = marks[-1]
    if len(set(marks)) > 1 or last == DECIMAL or ("'" in body and len(marks) == 1):
        return _with_decimals(body, last)
    if len(marks) > 1:
        return _in_groups(body, last)
    return _with_one_mark(body, last, language, decimal)


def decimal_mark(body: str) -> str:
    """The decimal mark where the digits leave no doubt about it, else ""."""
    marks = [char for char in body if char in ".,"]
    if not marks:
        return ""
    before, after = body.replace(" ", "").replace("'", "").rsplit(marks[-1], 1)
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "," if marks[-1] == "." else "."
    return marks[-1] if len(after) != 3 or len(before) > 3 or before.startswith("0") else ""


def _with_one_mark(body: str, mark: str, language: str, decimal: str) -> Value:
    before, _mark, after = body.partition(mark)
    fraction = Decimal(f"{before}.{after}")
    if len(after) != 3 or len(before) > 3 or before.startswith("0"):
        return Value(fraction)
    whole = Decimal(before + after)
    if decimal:
        return Value(fraction if mark == decimal else whole)
    if mark == "." and language in _POINT_IS_DECIMAL:
        return Value(fraction)
    if mark == "," and language in _COMMA_IS_GROUP:
        return Value(whole)
    return Value(whole, fraction)


def _with_decimals(body: str, mark: str) -> Value | None:
    before, _mark, after = body.rpartition(mark)
    groups = {char for char in before if not char.isdigit()}
    if mark in groups or len(groups) > 1:
        return None
    whole = _in_groups(before, groups.pop()) if groups else Value(Decimal(before))
    return Value(whole.value + Decimal(f"0.{after}")) if whole else None


def _in_groups(body: str, mark: str) -> Value | None:
    parts = body.split(mark)
    if not _INDIAN.fullmatch(body) and (len(parts[0]) > 3 or any(len(part) != 3 for part in parts[1:])):
        return None
    return Value(Decimal("".join(parts)))
