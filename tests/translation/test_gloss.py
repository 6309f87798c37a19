"""The gloss finds names of goods in all their forms, takes the longest, and leaves out what the reader cannot read."""

import pytest

from matchmaker.engines.language.text import is_readable
from matchmaker.translation.gloss import render


@pytest.mark.parametrize(
    ("text", "language", "chinese"),
    [
        ("White wines", "en", "白葡萄酒"),
        ("Apple juices", "en", "苹果汁"),
        ("Aceites de oliva", "es", "橄榄油"),
        ("Chicken wings", "en", "鸡翅"),  # not chicken, and a word about wings
        ("Ailes de poulet surgelées", "fr", "鸡翅 · 速冻"),
        ("Шаровой кран из титана для агрессивных сред", "ru", "球阀 · 钛"),  # the rest would be in Cyrillic letters
        ("Arroz jazmín Phka Rumduol", "es", "茉莉香米 · Phka Rumduol"),
        ("pie chart", "en", ""),
    ],
)
def test_gloss_of_a_name(text, language, chinese):
    assert render(text, language, "zh").text == chinese


@pytest.mark.parametrize(("hs_code", "chinese"), [("250900", "白垩"), ("", ""), ("960990", "粉笔"), ("100630", "")])
def test_the_code_chooses_between_goods_of_one_name_in_whatever_order_they_are_read(hs_code, chinese):
    assert render(f"Chalk, organic {hs_code}", "en", "zh", hs_code).text.split(" · ")[0] == chinese


def test_figures_and_latin_words_stay_whole_in_a_line_from_right_to_left():
    """Without isolates "10-25 kg" stands as "25-10 · kg", and "≤3 mm" as "3≥ mm"."""
    assert render("Olive oil, 10-25 kg, ≤3 mm", "en", "ar").text.split(" · ")[1:] == [
        "\u206810-25 kg\u2069",
        "\u2068≤3 mm\u2069",
    ]
    assert "\u2068" not in render("Olive oil, 10-25 kg", "en", "zh").text


@pytest.mark.parametrize(
    "text", ["Bulk black tea for milk-tea blending", "Frozen concentrated orange juice for tea-shop drinks"]
)
def test_no_hyphen_is_left_of_a_word_of_which_a_part_is_known(text):
    parts = render(text, "en", "fr").text.split(" · ")
    assert parts[0]
    assert not [part for part in parts if part != part.strip("-")]


def test_a_name_inside_a_korean_word_is_not_taken_for_goods():
    assert (
        "蜡烛" not in render("찹쌀 태양초 고추장 500g", "ko", "zh").text
    )  # 양초, candle, in 태양초, a pepper dried in the sun


@pytest.mark.parametrize(
    ("text", "language", "known"),
    [
        ("coffee ≤ 5 µm, λ/10", "th", True),
        ("茶", "ja", True),
        ("茶", "fr", False),
        ("お茶", "zh", False),
        ("чай", "ru", True),
        ("чай", "ar", False),
    ],
)
def test_letters_that_a_reader_knows(text, language, known):
    assert is_readable(text, language) is known
