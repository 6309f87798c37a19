"""The report on paper: columns are as wide as what stands in them, and rates read from right to left, too."""

import datetime as dt

import pytest
from django.utils import translation

from matchmaker.reporting import presentation, printing
from matchmaker.reporting.services.counting import RateRow

HEADS = ("Name", "Day", "How many", "Value", "In yuan")


def table(*kinds: str) -> presentation.Table:
    row = tuple(presentation.Cell(kind, None) for kind in kinds)
    return presentation.Table("any", "Any", HEADS[: len(kinds)], (row,))


def test_columns_of_days_amounts_and_texts_are_wider_than_counts():
    _name, day, count, text, amount = printing._widths(table("text", "day", "count", "text", "amount"))
    assert text > day > amount > count
    assert sum(printing._widths(table("text", "day", "count"))) == pytest.approx(printing.WIDTH)


def test_a_table_of_two_columns_gives_long_sentences_their_place():
    assert printing._widths(table("text", "count"))[0] > 150


@pytest.mark.parametrize(("language", "expected"), [("en", "EUR Jan 1, 2026"), ("ar", "\u2068EUR\u2069 \u2068")])
def test_the_currency_and_the_day_of_a_rate_do_not_mix_in_a_line_from_right_to_left(language, expected):
    class Rates:
        rates = (RateRow("EUR", dt.date(2026, 1, 1)),)
        without_rate = ()

    with translation.override(language):
        assert expected in presentation._rates(Rates())
