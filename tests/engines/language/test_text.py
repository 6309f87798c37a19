import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.engines.language.text import clean, detect, latin_place, pinyin, simplify, tidy, words


def test_clean_drops_nul_and_lone_surrogates():
    assert clean("a\x00b\ud800c") == "abc"


def test_arabic_words_are_the_same_with_and_without_their_vowels():
    assert clean("أخطبوط مُجَمَّد مـنظّف") == "أخطبوط مجمد منظف"
    assert words("أخطبوط مجمّد منظّف", "ar") == words("أخطبوط مجمد منظف", "ar")


def test_clean_folds_full_width_forms_and_spaces():
    assert clean("  ＬＥＤ　灯\u00a0\n10Ｗ ") == "LED 灯 10W"


@given(st.text(alphabet=st.characters(), max_size=200))
def test_clean_text_can_always_be_stored_and_is_stable(text):
    once = clean(text)
    assert "\x00" not in once
    assert once.encode("utf-8").decode("utf-8") == once
    assert clean(once) == once


@pytest.mark.slow
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_cleaned_as_any_other(text):
    """Plain ASCII takes a short way; a full stop in Chinese behind it takes the long one."""
    assert clean(text.strip() + "。") == clean(text) + "。"


def test_ten_megabytes_are_cleaned_within_seconds():
    began = time.process_time()
    assert len(clean("鱼 a\x00" * 2_500_000)) > 1_000_000
    assert time.process_time() - began < 10


def test_traditional_becomes_simplified():
    assert simplify("冷凍龍蝦") == "冷冻龙虾"


def test_japanese_kanji_stay_as_they_are():
    assert simplify("冷凍エビ") == "冷凍エビ"


def test_both_chinese_scripts_give_the_same_words():
    assert words("冷凍去骨牛肉") == words("冷冻去骨牛肉") == ["冷冻", "去", "骨", "牛肉"]


def test_an_english_word_inside_chinese_is_stemmed_as_english():
    assert words("LED lights 灯具")[:2] == ["led", "light"]


@pytest.mark.parametrize(
    ("one", "other", "lang"),
    [
        ("chaises de bureau", "chaise bureau", "fr"),
        ("aceitunas negras", "aceituna negra", "es"),
        ("замороженные креветки", "замороженная креветка", "ru"),
    ],
)
def test_inflected_forms_meet_in_their_stems(one, other, lang):
    assert words(one, lang, stop=True) == words(other, lang, stop=True)


def test_french_elision_is_parted():
    assert words("l'huile d'olive", "fr") == ["huil", "oliv"]


def test_thai_and_korean_become_overlapping_characters():
    assert words("กาแฟ") == ["กาแ", "าแฟ"]
    assert words("고추장", "ko") == ["고추", "추장"]


def test_words_of_nothing_are_none():
    assert words("") == words("— … !!!") == []


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("冷冻虾仁", "zh"),
        ("冷凍蝦仁 IQF", "zh"),
        ("冷凍エビのむき身", "ja"),
        ("냉동 새우", "ko"),
        ("กุ้งแช่แข็ง", "th"),
        ("замороженные креветки", "ru"),
        ("روبيان مجمد", "ar"),
        ("tôm đông lạnh xuất khẩu", "vi"),
        ("crevettes congelées décortiquées", "fr"),
        ("gambas congeladas peladas del Ecuador, calidad de exportación", "es"),
        ("gefrorene Garnelen, geschält und entdarmt", "de"),
        ("frozen shrimp", "en"),
        ("USB-C 65W", "en"),
        ("", "en"),
        ("जमे हुए झींगे", "hi"),
    ],
)
def test_language_of_product_texts(text, lang):
    assert detect(text) == lang


def test_pinyin_of_traditional_and_latin():
    assert pinyin("龍井 tea") == "long jing tea"


@pytest.mark.parametrize(
    ("place", "read"),
    [("武汉市", "Wuhan"), ("西安", "Xi'an"), ("烏魯木齊", "Urumqi"), ("哈尔滨", "Harbin"), ("重庆", "Chongqing")],
)
def test_chinese_place_is_written_as_it_is_known_abroad(place, read):
    assert latin_place(place) == read


def test_place_in_another_script_is_left_as_it_is():
    assert latin_place("Nuits-Saint-Georges") == "Nuits-Saint-Georges"


@pytest.mark.parametrize("text", ["ขั้นต่ำ", "จำกัด", "น้ำส้ม", "ນ້ຳປາ", "ຈຳກັດ"])
def test_the_thai_and_lao_vowel_am_stays_one_character(text):
    assert clean(text) == text
    assert clean(text.replace("\u0e33", "\u0e4d\u0e32").replace("\u0eb3", "\u0ecd\u0eb2")) == text


def test_a_tone_mark_between_the_parts_of_the_vowel_am_comes_first():
    assert clean("น\u0e4d\u0e49\u0e32") == "น้ำ"


def test_what_is_shown_keeps_full_width_signs_and_arabic_vowels():
    assert tidy(" （500ｇ） مُجَمَّد\u00a0½ m²\x00 ") == "（500ｇ） مُجَمَّد ½ m²"
