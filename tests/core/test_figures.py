"""Money and quantities as the reader writes them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.translation import override

from matchmaker.core.formats import capfirst, clock, day, quantity


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


@pytest.mark.parametrize(
    ("language", "read"),
    [
        ("ja", ["3個", "3営業日", "3 kg", "3 m³"]),
        ("ko", ["3개", "3영업일", "3 kg", "3 m³"]),
        ("zh-hans", ["3 件", "3 个工作日", "3 千克", "3 立方米"]),
    ],
)
def test_words_for_what_is_counted_stand_as_the_language_sets_them(language, read):
    with override(language):
        assert [quantity(3, unit) for unit in ("pc", "day", "kg", "m3")] == read


def test_arabic_counts_three_to_ten_in_the_plural():
    with override("ar"):
        read = [quantity(n, "day").strip("\u2068\u2069") for n in (1, 3, 10, 11, 120)]
    assert [text.split(" ", 1)[1] for text in read] == ["يوم عمل", "أيام عمل", "أيام عمل", "يوم عمل", "يوم عمل"]


@pytest.mark.parametrize(
    ("language", "read"), [("ko", "오후 1:30"), ("en", "1:30 PM"), ("fr", "13:30"), ("ar", "1:30 م")]
)
def test_the_clock_is_in_the_language_of_the_reader(language, read):
    with override(language):
        assert clock(dt.time(13, 30)).replace("\u202f", " ").replace("\xa0", " ") == read


@pytest.mark.parametrize(("language", "read"), [("tr", "İlk"), ("en", "Ilk")])
def test_a_capital_i_has_its_dot_in_turkish(language, read):
    with override(language):
        assert capfirst("ilk") == read
        assert Template("{% load ui %}{{ word|capfirst }}").render(Context({"word": "ilk"})) == read
