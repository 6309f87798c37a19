"""Cities of time zones in the reader's language, those that the time zone database has renamed among them."""

import pytest
from django.utils.translation import override

from matchmaker.core.clocks import city_of, zone_of_city

RENAMED = ("Asia/Kolkata", "Europe/Kyiv", "America/Argentina/Buenos_Aires", "Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("language", "cities"),
    [
        ("en", ("Kolkata", "Kyiv", "Buenos Aires", "Ho Chi Minh City")),
        ("zh-hans", ("加尔各答", "基辅", "布宜诺斯艾利斯", "胡志明市")),
        ("ar", ("كالكتا", "كييف", "بوينوس أيرس", "مدينة هو تشي منة")),
        ("ja", ("コルカタ", "キーウ", "ブエノスアイレス", "ホーチミン")),
        ("fr", ("Calcutta", "Kiev", "Buenos Aires", "Hô-Chi-Minh-Ville")),
    ],
)
def test_a_city_whose_zone_was_renamed_has_its_name_in_the_language_of_the_reader(language, cities):
    with override(language):
        assert tuple(city_of(key) for key in RENAMED) == cities


def test_the_zone_of_a_renamed_city_is_found_by_its_translated_name():
    assert zone_of_city({"zh-hans": "胡志明市"}) == "Asia/Ho_Chi_Minh"
    assert zone_of_city({"de": "Kalkutta"}) == "Asia/Kolkata"
