"""Money and quantities as the reader writes them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override

from matchmaker.core.formats import day, quantity


@pytest.mark.parametrize(
    ("amount", "language", "read"),
    [
        (1_234_567, "en", "1,234,567 kg"),  # more digits than a measured amount is shown with, and still whole
        (1, "en", "1 kg"),
        (Decimal("20.00"), "en", "20 kg"),
        (0.1 + 0.2, "en", "0.3 kg"),
        (1200.5, "zh-hans", "1,200.5 千克"),
        (1200.5, "fr", "1\u202f200,5 kg"),
        (None, "en", ""),
    ],
)
def test_amounts_are_written_as_the_reader_writes_them(amount, language, read):
    with override(language):
        assert quantity(amount, "kg") == read


def test_a_russian_sentence_that_ends_with_a_day_has_one_full_stop():
    with override("ru"):
        assert day(dt.date(2026, 11, 30)) == "30 нояб. 2026"
        assert day(dt.date(2026, 11, 30), "long") == "30 ноября 2026"


def test_a_set_is_not_called_as_the_lot_of_goods_that_waits_in_china():
    with override("fr"):
        assert (quantity(1, "set"), quantity(6, "set")) == ("1 ensemble", "6 ensembles")
