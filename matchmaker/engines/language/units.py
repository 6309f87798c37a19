"""Units of quantities and of prices, which can be converted into each other, and amounts in another currency.

The table is `data/trade/units.csv`: SI brochure 9 for mass, volume, length and area. A set, a carton or a bag holds
whatever its maker puts into it, so it converts to nothing but itself.
"""

import csv
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

PATH = Path(__file__).resolve().parents[3] / "data" / "trade" / "units.csv"


@cache
def _base_factors() -> dict[str, tuple[str, Decimal] | None]:
    """Code of a unit → its kind and how many base units it is; None for a unit without a base."""
    with PATH.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["code"]: (row["kind"], Decimal(row["to_base"])) if row["to_base"] else None
            for row in csv.DictReader(file)
        }


def in_base(unit: str) -> tuple[str, Decimal] | None:
    """The kind of a unit and how many base units of that kind it is (t: mass, 1000); None for one that has none."""
    return _base_factors().get(unit)


@cache
def base_of(kind: str) -> str:
    """The base unit of a kind: mass → kg."""
    return next(code for code in _base_factors() if in_base(code) == (kind, 1))


def convert(amount: Decimal, unit: str, into: str) -> Decimal | None:
    """An amount in another unit, None when the two cannot be compared."""
    if unit and unit == into:
        return amount
    one, other = in_base(unit), in_base(into)
    if one is None or other is None or one[0] != other[0]:
        return None
    return amount * one[1] / other[1]


@cache
def factor(unit: str, into: str) -> float | None:
    """How many `into` one `unit` is (kg into t: 0.001), None when the two cannot be compared."""
    one = convert(Decimal(1), unit, into)
    return None if one is None else float(one)


def price_for_base(price: Decimal, unit: str) -> tuple[str, Decimal] | None:
    """The kind of a unit and the price for one base unit of it: 4200 for a tonne is mass, 4.2; None without a base."""
    base = in_base(unit)
    return (base[0], price / base[1]) if base else None


def exchange[Number: (float, Decimal)](
    amount: Number, currency: str, into: str, rates: Mapping[str, Number]
) -> Number | None:
    """An amount in another currency.

    Args:
        rates: currency (ISO 4217) → what one unit of it is worth, all in the same currency.

    Returns:
        The amount in `into`; None where a rate is missing.
    """
    if currency and currency == into:
        return amount
    if currency not in rates or into not in rates:
        return None
    return amount * rates[currency] / rates[into]
