"""Codes of a sheet in the reader's words: TH is Thailand, t is tonne. Where a cell may hold one of a list, the list."""

import re
from collections.abc import Callable, Mapping

from matchmaker.catalogue.models import Category, Demand, Period, Product
from matchmaker.core import reference
from matchmaker.core.lists import format_list
from matchmaker.web.forms import fields

# Cells that hold several codes, and ports, which are too many to send with a page.
UNLISTED = ("origins_wanted", "origins_excluded", "languages", "destination")
CURRENCIES = ("currency", "value_currency")  # traders write these as codes

Words = Mapping[str, str]  # code → what a reader calls it


def _named(kind: str) -> Callable[[], Words]:
    return lambda: {code: reference.name(row, code) for code, row in getattr(reference, kind)().items()}


def _labels(choices) -> Callable[[], Words]:
    return lambda: {str(value): str(label) for value, label in choices if value}


def _visibilities() -> Words:
    """The word before the colon: a sheet says that much, and no more."""
    return {str(value): re.split("[:：]", str(label))[0] for value, label in Demand.Visibility.choices}


def _categories() -> Words:
    return {category.code: category.name for category in Category.objects.all()}


_UNIT, _COUNTRY, _LANGUAGE = _named("units"), lambda: dict(fields.countries()), _named("languages")
# Column → its list. Every name here is read back as the code it stands for.
_LISTS: dict[str, Callable[[], Words]] = {
    "category": _categories,
    "origin": _COUNTRY,
    "country": _COUNTRY,
    "origins_wanted": _COUNTRY,
    "origins_excluded": _COUNTRY,
    "language": _LANGUAGE,
    "languages": _LANGUAGE,
    "unit": _UNIT,
    "price_unit": _UNIT,
    "min_order_unit": _UNIT,
    "capacity_unit": _UNIT,
    "capacity_period": _labels(Period.choices),
    "storage": _labels(Product.Storage.choices),
    "destination": _named("ports"),
    "visibility": _visibilities,
}
# What is offered while a cell is mended.
_CHOICES = {
    **{name: listed for name, listed in _LISTS.items() if name not in UNLISTED},
    **dict.fromkeys(CURRENCIES, lambda: dict(fields.currencies())),
}


class InWords:
    """For one page: each list is read once."""

    def __init__(self):
        self._read: dict[str, Words] = {}

    def __call__(self, column: str, code: str) -> str:
        """A code, or several with commas, as the reader calls them; whatever is no code stays as it is."""
        if column not in _LISTS:
            return code
        words = self._read.setdefault(column, _LISTS[column]())
        return format_list(words.get(part, part) for part in code.split(", "))


def choices_for(columns: set[str]) -> dict[str, list[tuple[str, str]]]:
    """Column → what may stand in its cells: the text to write, and what it means where that is not the same."""
    found = {}
    for column in sorted(columns & set(_CHOICES)):
        codes = column in CURRENCIES
        words = _CHOICES[column]()
        found[column] = [(code, word) if codes else (word, "") for code, word in words.items()]
    return found
