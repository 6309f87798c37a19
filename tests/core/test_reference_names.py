"""Names of countries, currencies and languages come from CLDR in the reader's language; ours where they differ."""

import re

import pytest
from django.utils.translation import override

from matchmaker.catalogue import wording
from matchmaker.core import formats, reference
from matchmaker.core.languages import site_languages


@pytest.mark.parametrize(
    ("language", "country", "currency", "spoken"),
    [
        ("en", "Germany", "Thai Baht", "Thai"),
        ("zh-hans", "德国", "泰铢", "泰语"),
        ("fr", "Allemagne", "baht thaïlandais", "thaï"),
        ("ar", "ألمانيا", "باخت تايلاندي", "التايلاندية"),
        ("vi", "Đức", "Bạt Thái Lan", "Tiếng Thái"),
    ],
)
def test_names_are_in_the_readers_language(language, country, currency, spoken):
    with override(language):
        assert reference.name(reference.countries()["DE"]) == country
        assert reference.name(reference.currencies()["THB"]).lower() == currency.lower()
        assert reference.name(reference.languages()["th"]) == spoken
    assert reference.name(reference.countries().get("XX"), "XX") == "XX"


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("TW", "中国台湾", "Taiwan"),
        ("HK", "中国香港", "Hong Kong"),
        ("MO", "中国澳门", "Macao"),
        ("US", "美国", "US"),
    ],
)
def test_political_names_are_those_of_chinese_ministries(code, chinese, english):
    row = reference.countries()[code]
    assert (reference.name_in(row, "zh-hans"), reference.name_in(row, "en")) == (chinese, english)


def test_every_row_has_a_name_in_every_language():
    for rows in (reference.countries(), reference.currencies(), reference.languages(), reference.units()):
        for language in ("en", "zh-hans", "fr", "es", "pt", "ru", "ar"):
            assert [code for code, row in rows.items() if not reference.name_in(row, language)] == []
    for language in ("fr", "es", "pt", "ru", "ar"):
        assert [code for code, row in reference.certificates().items() if not row[f"name_{language}"]] == []


@pytest.mark.parametrize("word", ["Alemania", "Германия", "ألمانيا", "德国", "DEU", "Almanya", "เยอรมนี", "Đức"])
def test_a_sheet_names_a_country_in_any_language_of_the_site(word):
    assert wording.country(word) == "DE"


@pytest.mark.parametrize("word", ["İtalya", "italya", "İTALYA"])
def test_a_capital_i_with_its_dot_is_the_same_letter(word):
    assert wording.country(word) == "IT"


def test_a_sheet_keeps_its_usual_words():
    assert [wording.country(word) for word in ("UK", "United Kingdom", "Hong Kong SAR China", "Nowhere")] == [
        "GB", "GB", "HK", "Nowhere"
    ]  # fmt: skip
    assert (wording.unit("pieces"), wording.unit("шт."), wording.unit("个项目")) == ("pc", "pc", "project")
    assert wording.currency("dólar estadounidense") == "USD"


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "1 piece", "3 pieces"),
        ("fr", "1 pièce", "3 pièces"),
        ("zh-hans", "1 件", "3 件"),
        ("ru", "1 шт.", "3 шт."),
    ],
)
def test_units_agree_with_their_number(language, one, many):
    with override(language):
        assert formats.quantity(1, "pc").replace("\xa0", " ") == one
        assert formats.quantity(3, "pc").replace("\xa0", " ") == many


@pytest.fixture
def names_are_read_anew():
    def clear():
        reference._overrides.cache_clear()
        reference._cldr_name.cache_clear()

    clear()
    yield
    clear()


@pytest.mark.usefixtures("names_are_read_anew")
def test_a_list_of_the_site_says_how_places_are_called(settings, tmp_path):
    path = tmp_path / "names.csv"
    path.write_text('list,code,name_en,name_fr\ncountries,TW,"Taiwan, China",Taïwan (Chine)\n', "utf-8")
    settings.PLACE_NAMES = str(path)
    row = reference.countries()["TW"]
    shown = [reference.name_in(row, language) for language in ("en", "fr", "zh-hans", "de")]
    assert shown == ["Taiwan, China", "Taïwan (Chine)", "中国台湾", "Taiwan"]  # CLDR where the list is silent


@pytest.mark.usefixtures("names_are_read_anew")
def test_the_list_of_chinese_ministries_names_three_places_in_every_language(settings):
    settings.PLACE_NAMES = "geo/name_overrides_china.csv"
    for code in ("TW", "HK", "MO"):
        names = {lang.code: reference.name_in(reference.countries()[code], lang.code) for lang in site_languages()}
        assert [
            lang
            for lang, name in names.items()
            if not re.search("Chin|中国|Кит|الصين|Cina|Çin|จีน|Trung|Tiong|중국", name)
        ] == []
