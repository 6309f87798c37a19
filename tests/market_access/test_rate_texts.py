"""Rates by weight or volume in the language of the reader."""

import pytest
from django.utils.translation import override

from matchmaker.market_access.rate_texts import rate_text

BY_PRICE = (
    "0.253 yuan per litre at a dutiable price of 2.64295885 yuan or more per litre; otherwise 0.2227 yuan per litre"
)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "CN¥0.253 / l from a dutiable price of CN¥2.64295885 / l; below that, CN¥0.2227 / l"),
        ("zh-hans", "完税价格达到¥2.64295885／升及以上：¥0.253／升；低于该价格：¥0.2227／升"),
        ("ja", "課税価格が元2.64295885／L以上の場合は元0.253／L、それ未満は元0.2227／L"),
    ],
)
def test_two_amounts_and_the_price_that_divides_them_are_in_the_language_of_the_reader(language, text):
    with override(language):
        assert rate_text(BY_PRICE) == text


@pytest.mark.parametrize("written", ["0 yuan per litre", "0元/升", "0.0元／升"])
def test_an_amount_for_one_unit_is_read_in_english_and_in_chinese(written):
    assert rate_text(written) == "CN¥0 / l"
    with override("zh-hans"):
        assert rate_text(written) == "¥0／升"


@pytest.mark.parametrize(
    "written",
    [
        *("10%或3.5元/千克", "0.25 yuan a litre", "5 yuan per barrel"),
        "5 yuan per barrel at a dutiable price of 9 yuan or more per litre; otherwise 1 yuan per litre",
    ],
)
def test_another_wording_stays_as_it_was_loaded(written):
    with override("zh-hans"):
        assert rate_text(written) == written


def test_a_percentage_from_a_price_on_is_in_the_language_of_the_reader():
    written = "15% at a dutiable price of 10000 yuan or more per kg; otherwise 0%"
    assert rate_text(written) == "15% from a dutiable price of CN¥10,000 / kg; below that, 0%"
    with override("zh-hans"):
        assert rate_text(written) == "完税价格达到¥10,000／千克及以上：15%；低于该价格：0%"
