from decimal import Decimal as D

import pytest

from matchmaker.engines.language import units
from matchmaker.engines.language.units import exchange


@pytest.mark.parametrize(
    ("unit", "into", "expected"),
    [
        ("t", "kg", 1000),
        ("kg", "t", 0.001),
        ("m3", "l", 1000),
        ("pair", "pc", 2),
        ("day", "hour", 8),
        ("set", "set", 1),
        ("set", "pc", None),
        ("unit", "pc", 1),
        ("box", "pc", None),
        ("40hq", "kg", None),
        ("container", "20gp", None),
        ("bottle", "l", None),
        ("bottle", "bottle", 1),
        ("l", "kg", None),
        ("bag", "kg", None),
        ("", "kg", None),
        ("", "", None),
        ("no such unit", "kg", None),
    ],
)
def test_units_convert_only_within_their_kind(unit, into, expected):
    assert units.factor(unit, into) == expected


def test_a_price_is_given_for_the_base_unit_of_its_kind():
    assert units.price_for_base(D(4200), "t") == ("mass", D("4.2"))
    assert units.base_of("mass") == "kg"
    assert units.price_for_base(D(4200), "carton") is None


def test_an_amount_is_exchanged_by_what_one_unit_of_each_currency_is_worth():
    rates = {"CNY": D(1), "USD": D("7.10"), "EUR": D("7.70")}
    assert exchange(D(10), "USD", "CNY", rates) == D(71)
    assert exchange(D(71), "CNY", "USD", rates) == D(10)
    assert exchange(D(10), "XOF", "XOF", rates) == D(10)
    assert exchange(D(10), "XOF", "CNY", rates) is None
    assert exchange(D(10), "", "", rates) is None
