"""Duties and taxes that are no plain percentage: by weight or volume, compound, or divided by a price.

Their wording is what a tariff file holds; it is read here, in English and in Chinese. Any other wording is not read,
and then the amount is not known. Plain Python: values in, values out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.catalogue import wording
from matchmaker.core import reference

_FOR_ONE = re.compile(r"(\d+(?:\.\d+)?) ?(?:yuan (?:per|/)|yuan/|元[/／]) ?([^\W\d]+)")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_BY_PRICE = re.compile(
    r"(?P<levy>.+) at a dutiable price of (?P<price>.+?) or more (?P<unit>per \w+); otherwise (?P<lower>.+)"
)


@dataclass(frozen=True, slots=True)
class Levy:
    """A percentage of a value, an amount of yuan for one `unit`, or both; None for what it does not have."""

    percent: Decimal | None = None
    amount: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LevyByPrice:
    """`levy` from a price of so many yuan for one `unit`, `lower` below it."""

    price: Decimal
    unit: str
    levy: Levy
    lower: Levy

    def at(self, price: Decimal) -> Levy:
        """What counts at a dutiable price for one `unit`, in yuan."""
        return self.levy if price >= self.price else self.lower


def read_levy(text: str) -> Levy | LevyByPrice | None:
    """`0.6 yuan per kg`, `0.6元/千克`, `20% + 0.912 yuan per litre`, `15% at a dutiable price of 10000 yuan or more per
    kg; otherwise 0%`; None for any other wording."""
    by_price = _BY_PRICE.fullmatch(text)
    if by_price is None:
        return _levy(text)
    price = _for_one(f"{by_price['price']} {by_price['unit']}")
    levy, lower = _levy(by_price["levy"]), _levy(by_price["lower"])
    if price is None or price.amount is None or levy is None or lower is None:
        return None
    return LevyByPrice(price.amount, price.unit, levy, lower)


def _levy(text: str) -> Levy | None:
    pieces = [piece.strip() for piece in text.split("+")]
    if len(pieces) == 2:
        share, amount = _percent(pieces[0]), _for_one(pieces[1])
        return Levy(share.percent, amount.amount, amount.unit) if share and amount else None
    return _percent(text) or _for_one(text)


def _percent(text: str) -> Levy | None:
    read = _PERCENT.fullmatch(text)
    return Levy(percent=Decimal(read[1])) if read else None


def _for_one(text: str) -> Levy | None:
    """One amount for one unit that we know."""
    read = _FOR_ONE.fullmatch(text)
    unit = wording.unit(read[2]) if read else ""
    return Levy(amount=Decimal(read[1]), unit=unit) if read and unit in reference.units() else None
