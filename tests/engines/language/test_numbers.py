"""Numbers as people of many countries write them."""

from decimal import Decimal

import pytest

from matchmaker.engines.language.numbers import format_number, parse_number

NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"
LOCALES = ("en", "zh-hans", "fr", "de", "de-CH", "es", "pt", "pt-BR", "it", "pl", "ru", "tr", "th", "vi", "ar", "hi")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12000", "12000"),
        ("17,50", "17.50"),
        ("17.50", "17.50"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1,234.567", "1234.567"),
        ("1,200,000", "1200000"),
        ("1.200.000", "1200000"),
        ("12,34,567.50", "1234567.50"),
        ("1,20,000", "120000"),
        ("1 234,5", "1234.5"),
        ("1 234", "1234"),
        ("1 234.567", "1234.567"),
        (f"1{NBSP}234,5", "1234.5"),
        (f"12{NARROW}000", "12000"),
        (f"1{THIN}250{THIN}000", "1250000"),
        ("1'234.50", "1234.50"),
        ("1’234.50", "1234.50"),
        ("1234.567", "1234.567"),
        ("1,2345", "1.2345"),
        ("１２０", "120"),
        ("１，２３４．５０", "1234.50"),
        ("9٫5", "9.5"),
        ("١٢٬٠٠٠", "12000"),
        ("١٢٬٠٠٠٫٥", "12000.5"),
        ("१२०", "120"),
        ("๑๒๐", "120"),
        ("1.2万", "12000"),
        ("1.234万", "12340"),
        ("1,234万", "12340000"),
        ("３萬", "30000"),
        ("5百万", "5000000"),
        ("1.5亿", "150000000"),
        ("2千", "2000"),
        ("-5", "-5"),
        ("−5,5", "-5.5"),
        ("+7", "7"),
        ("  30 ", "30"),
    ],
)
def test_one_meaning_in_every_language(text, value, locale):
    parsed = parse_number(text, locale)
    assert parsed.value == Decimal(value)
    assert not parsed.ambiguous


@pytest.mark.parametrize(
    ("text", "locale", "value", "other"),
    [
        ("12,000", "en", "12000", None),
        ("12,000", "zh-hans", "12000", None),
        ("12.000", "de", "12000", None),
        ("12.000", "es", "12000", None),
        ("1.234", "en", "1.234", "1234"),
        ("1,234", "fr", "1.234", "1234"),
        ("12,000", "fr", "12", "12000"),
        ("1.234", "fr", "1234", "1.234"),
        ("1,234", "de", "1.234", "1234"),
        ("12.000", "zh-hans", "12", "12000"),
        ("12.000", "xx", "12", "12000"),
        ("-1.234", "en", "-1.234", "-1234"),
    ],
)
def test_one_mark_before_three_digits_follows_the_language(text, locale, value, other):
    parsed = parse_number(text, locale)
    assert parsed.value == Decimal(value)
    assert parsed.other == (None if other is None else Decimal(other))
    assert parsed.ambiguous is (other is not None)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "abc", "5 kg", "$5", "1e5", "NaN", "Infinity", "1..5", "1,,5", "1,234,5", "1,23.456,7", "1.234.5",
        "12,0000,000", "1 23", "1  234", "1,234 567", "5.", "5,", "1/2", "--5", "5-", "万", "1万万", "1" * 41,
        "1 234,567 890", "²", "5²", "½", "Ⅷ", "1.2.3,4", "0x10", "1_000", "\x00", "\ud800",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"[a-z]"):
        parse_number(text)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    "value", ["1", "999", "1000", "12000", "1234.5", "17.50", "0.125", "1.234", "999.999", "12.0001", "123456789012.25"]
)
def test_what_is_written_is_read_again_with_one_meaning(value, locale):
    written = format_number(Decimal(value), locale)
    parsed = parse_number(written, locale)
    assert parsed.value == Decimal(value), written
    assert not parsed.ambiguous, written


def test_numbers_are_written_without_useless_zeros():
    assert format_number(Decimal("1200.0000")) == "1,200"
    assert format_number(Decimal("17.5000"), "fr") == "17,5"
    assert format_number(Decimal("1.234")) == "1.2340"
    assert format_number(Decimal("1E+3"), "de") == "1.000"
