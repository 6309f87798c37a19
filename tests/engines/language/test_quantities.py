"""Quantities and negations in phrases of fifteen languages, and translations compared with their originals."""

from collections import Counter
from decimal import Decimal

import pytest

from matchmaker.engines.language.quantities import negations, read_quantities, same_quantities
from tests.engines.language.notation import phrases
from tests.engines.language.planted import planted_changes, right_translations

LANGUAGES = ("zh", "en", "fr", "es", "pt", "ru", "ar", "de", "it", "ja", "ko", "th", "vi", "id", "tr")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_of_a_language_are_read(language):
    outcomes = Counter(phrase.outcome for phrase in phrases() if phrase.language == language)
    assert outcomes.total() >= 100
    assert outcomes["right"] >= 0.98 * outcomes.total(), outcomes
    assert outcomes["wrong"] <= 2, outcomes


@pytest.mark.slow
def test_a_planted_change_never_passes():
    changes = planted_changes()
    assert len(changes) >= 500
    assert {change for change, _pair in changes} >= {"times ten", "by ten", "sign", "swap", "unit", "currency", "bound"}
    assert [change for change in changes if not _differences(change.pair)] == []


@pytest.mark.slow
def test_right_translations_pass():
    assert [(pair, _differences(pair)) for pair in right_translations() if _differences(pair)] == []


def _differences(pair):
    return same_quantities(pair.original, pair.language, pair.translation, pair.other)


@pytest.mark.parametrize(
    ("original", "language", "translation", "other"),
    [
        ("1.25 USD/kg", "en", "125美元/公斤", "zh"),
        ("1.5 kg", "en", "15公斤", "zh"),
        ("pH 3.5-4.5", "en", "pH 35-45", "zh"),
        ("-18 °C", "en", "18 °C", "zh"),
        ("500 kg", "en", "500吨", "zh"),
        ("20 kg bags, 50 per pallet", "en", "每袋50公斤，每托盘20袋", "zh"),
        ("açaí sem açúcar", "pt", "巴西莓 食糖", "zh"),
        ("moisture 14 %, broken 5 %", "en", "水分5%，碎米14%", "zh"),
        ("at least 5 t", "en", "最多5吨", "zh"),
        ("DN100 PN16", "en", "DN16 PN100", "zh"),
    ],
)
def test_a_translation_that_changes_a_quantity_is_told(original, language, translation, other):
    assert same_quantities(original, language, translation, other) != []


@pytest.mark.parametrize(
    ("original", "language", "translation", "other"),
    [
        ("1.2万箱", "zh", "12,000 cartons", "en"),
        ("3月交货", "zh", "delivery in March", "en"),
        ("ปี 2570", "th", "2027", "en"),
        ("5%", "zh", "five percent", "en"),
        ("l&#39;huile 5 kg", "fr", "oil, 5 kg", "en"),
        ("500 g", "en", "0.5千克", "zh"),
        ("20世纪90年代", "zh", "the 1990s", "en"),
        ("28-year-old cheese", "en", "28岁的奶酪", "zh"),
        ("not more than 5 t", "en", "不超过5吨", "zh"),
    ],
)
def test_another_notation_is_no_difference(original, language, translation, other):
    assert same_quantities(original, language, translation, other) == []


def test_a_lone_point_before_three_digits_has_two_readings():
    [price] = read_quantities("1.080 €/t", "de")
    assert (price.low, price.alternatives) == (Decimal(1080), ((Decimal("1.080"), Decimal("1.080")),))
    assert price.ambiguous


def test_another_number_of_the_text_shows_the_decimal_mark():
    price, moisture = read_quantities("1.080 €/t, Feuchte 14,5 %", "de")
    assert (price.low, price.ambiguous, moisture.low) == (1080, False, Decimal("14.5"))


@pytest.mark.parametrize(("language", "currency"), [("ja", "JPY"), ("zh", "CNY"), ("en", "CNY|JPY")])
def test_the_sign_of_yuan_and_yen_follows_the_language(language, currency):
    assert [item.currency for item in read_quantities("¥120", language)] == [currency]


def test_places_count_the_characters_of_the_text_as_it_is():
    text = "السعر ١٬٠٨٠ دولارًا للطنّ"
    [price] = read_quantities(text, "ar")
    assert (price.low, price.currency, price.per) == (1080, "USD", "t")
    assert text[price.start : price.end].startswith("١٬٠٨٠ دولارًا للطن")


def test_thai_letters_in_two_halves_are_one():
    [item] = read_quantities("ขั้นต่ํา 500 ชิ้น", "th")
    assert (item.bound, item.low, item.unit) == ("at least", 500, "pc")


def test_quantities_know_the_word_they_belong_to():
    text = "ความบริสุทธิ์ 92% หัก 5% ความชื้น 14%"
    read = {item.concept: item.low for item in read_quantities(text, "th")}
    assert read == {"purity": 92, "broken": 5, "moisture": 14}


@pytest.mark.parametrize(
    ("text", "language", "negated"),
    [
        ("açaí sem açúcar", "pt", "açúcar"), ("دبس تمر بدون سكر", "ar", "سكر"), ("不含糖", "zh", "糖"),
        ("无糖饮料", "zh", "糖饮料"), ("無糖", "ja", "糖"), ("砂糖不使用", "ja", "砂糖"),
        ("powder-free", "en", "powder"),
        ("ไม่มีน้ำตาล", "th", "น้ำตาล"), ("şekersiz", "tr", "şeker"), ("zuckerfrei", "de", "zucker"),
        ("무설탕", "ko", "설탕"), ("không đường", "vi", "đường"), ("tanpa gula", "id", "gula"),
        ("без сахара", "ru", "сахара"), ("sans sucre", "fr", "sucre"), ("sin azúcar", "es", "azúcar"),
        ("senza zucchero", "it", "zucchero"), ("not halal", "en", "halal"),
    ],
)  # fmt: skip
def test_a_negation_names_what_it_negates(text, language, negated):
    [negation] = negations(text, language)
    assert text[negation.scope.start : negation.scope.end] == negated


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("不锈钢", "zh"),
        ("不超过5吨", "zh"),
        ("无花果", "zh"),
        ("no more than 5 t", "en"),
        ("비타민", "ko"),
        ("ไม่เกิน 5%", "th"),
    ],
)
def test_bounds_and_names_are_no_negations(text, language):
    assert negations(text, language) == []


def test_a_line_in_an_unknown_language_is_read_as_english():
    assert [(item.low, item.unit) for item in read_quantities("25 kg", "sw")] == [(25, "kg")]


@pytest.mark.parametrize("text", ["", " ", "-", "1" * 5000, "1." * 500, "%" * 100, "½" * 50, "１２．３．４", "\u200f"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_can_be_read(text, language):
    assert isinstance(read_quantities(text, language), list)
    assert isinstance(negations(text, language), list)
