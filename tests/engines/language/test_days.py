"""Days as people type them."""

import datetime as dt

import pytest

from matchmaker.engines.language.days import parse_day

DAY = dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("2026-09-30", "en"), ("2026/9/30", "ja"), ("2026年9月30日", "zh-hans"), ("2026-09-30 00:00:00", "fr"),
        ("30.09.2026", "de"), ("30.9.2026", "en"), ("30/09/2026", "fr"), ("9/30/2026", "en"), ("30/9/2026", "en"),
        ("٣٠/٩/٢٠٢٦", "ar"), ("２０２６－０９－３０", "ja"), ("30/9/2569", "th"), ("๓๐/๙/๒๕๖๙", "th"),
        ("30-09-2026", "id"),        ("\u200f30/09/2026", "ar"),
    ],
)  # fmt: skip
def test_day_is_read_as_its_writer_means_it(text, locale):
    assert parse_day(text, locale) == DAY


def test_order_of_day_and_month_is_that_of_the_language():
    assert parse_day("03/04/2026", "fr") == parse_day("03/04/2026", "vi") == dt.date(2026, 4, 3)
    assert parse_day("03.04.2026", "en") == dt.date(2026, 4, 3)
    assert parse_day("5/5/2026", "en") == dt.date(2026, 5, 5)


@pytest.mark.parametrize("text", ["03/04/2026", "2026-02-30", "31/31/2026", "30/9/26", "tomorrow", "", "30/9-2026"])
def test_what_is_no_day_or_has_two_meanings_in_english_is_not_read(text):
    with pytest.raises(ValueError):
        parse_day(text, "en")
