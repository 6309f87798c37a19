"""Rates that are no percentage: read from the wording of a tariff file, written in the reader's language.

Amounts for one unit are understood in English and in Chinese; in English also two amounts or percentages with the
price that divides them. Any other wording stays as it was loaded.
"""

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from matchmaker.catalogue import wording
from matchmaker.core import formats, reference

_FOR_ONE = re.compile(r"(\d+(?:\.\d+)?) ?(?:yuan (?:per|/)|yuan/|元[/／]) ?([^\W\d]+)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
# A rate that a source gives without the condition under which it holds.
CONDITIONS_NOT_READ = "depends on conditions that were not read"
_BY_PRICE = re.compile(
    r"(?P<rate>.+) at a dutiable price of (?P<price>.+?) or more (?P<unit>per \w+); otherwise (?P<lower>.+)"
)


def rate_text(text: str) -> str:
    """`0 yuan per litre` or `0元/升` as CN¥0 / l in English, ¥0／升 in Chinese."""
    if text == CONDITIONS_NOT_READ:
        return _("it depends on conditions that were not read")
    if found := _BY_PRICE.fullmatch(text):
        parts = {
            "rate": _percent(found["rate"]) or _for_one(found["rate"]),
            "price": _for_one(f"{found['price']} {found['unit']}"),
            "lower": _percent(found["lower"]) or _for_one(found["lower"]),
        }
        if all(parts.values()):
            return _("%(rate)s from a dutiable price of %(price)s; below that, %(lower)s") % parts
    return _for_one(text) or text


def _percent(text: str) -> str:
    """An empty string where this is not one percentage."""
    found = _PERCENT.fullmatch(text)
    return _("%(rate)s%%") % {"rate": formats.number(Decimal(found[1]).normalize())} if found else ""


def _for_one(text: str) -> str:
    """An empty string where this is not one amount for one unit that we know."""
    found = _FOR_ONE.fullmatch(text)
    if not found:
        return ""
    unit = wording.unit(found[2])
    return formats.per_unit(formats.exact_money(found[1]), unit) if unit in reference.units() else ""
