"""The gloss finds names of goods in all their forms, takes the longest, and leaves out what it cannot say whole."""

import csv
import re
from pathlib import Path

import pytest

from matchmaker.engines.language.text import is_readable
from matchmaker.translation.gloss import BETWEEN, render

HARD = Path(__file__).resolve().parents[2] / "data" / "eval-dev" / "gloss_hard.csv"


def hard_rows(source):
    with HARD.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if source in ("", row["source"])]


def gloss_of(row):
    return [part.strip("\u2068\u2069") for part in render(row["text"], row["lang"], row["to"]).text.split(BETWEEN)]


@pytest.mark.parametrize("row", hard_rows(""), ids=lambda row: f"{row['lang']}-{row['to']}-{row['text'][:30]}")
def test_nothing_is_torn_turned_round_or_named_otherwise(row):
    """Negations, signs, decimal marks and units; words of two senses. To be silent is no harm."""
    goods, *more = gloss_of(row)
    assert not goods or any(name in goods for name in row["goods"].split("|"))
    assert not [word for word in row["never"].split("|") if word and word in BETWEEN.join([goods, *more])]
    assert not [part for part in more if re.fullmatch(r"[\d.,\s]+", part)]
    assert len(more) <= 2


@pytest.mark.parametrize("row", hard_rows("typed"), ids=lambda row: f"{row['to']}-{row['text'][:12]}")
def test_the_goods_of_a_chinese_line_are_named_whatever_follows(row):
    assert gloss_of(row)[0]


@pytest.mark.parametrize(
    ("text", "language", "reader", "gloss"),
    [
        ("泰国茉莉香米 5kg装，碎米5%以内", "zh", "en", "broken ≤ 5%"),
        ("Cá tra phi lê, dài 1,5–3 m", "vi", "en", "length 1.5–3\u00a0m"),
        ("Frozen shrimp, -18 °C", "en", "zh", "-18\u00a0°C"),
        ("Whole milk powder 26 % fat", "en", "zh", "脂肪 26%"),
        ("面膜 补水 25ml*5", "zh", "en", "5 × 25\u00a0ml"),
    ],
)
def test_a_figure_stands_with_its_word_sign_mark_and_unit(text, language, reader, gloss):
    assert gloss in render(text, language, reader).text.split(BETWEEN)


@pytest.mark.parametrize(("hs_code", "chinese"), [("842230", ""), ("711319", "项链"), ("", "项链")])
def test_a_name_far_from_the_code_of_the_goods_is_another_sense_of_the_word(hs_code, chinese):
    assert render("Dây chuyền", "vi", "zh", hs_code).text == chinese


@pytest.mark.parametrize(
    ("text", "language", "chinese"),
    [
        ("White wines", "en", "白葡萄酒"),
        ("Apple juices", "en", "苹果汁"),
        ("Aceites de oliva", "es", "橄榄油"),
        ("Chicken wings", "en", "鸡翅"),  # not chicken, and a word about wings
        ("Ailes de poulet surgelées", "fr", "鸡翅 · 速冻"),
        ("Шаровой кран из титана для агрессивных сред", "ru", "球阀 · 钛"),  # the rest would be in Cyrillic letters
        ("Arroz jazmín Phka Rumduol", "es", "茉莉香米"),  # the variety stands in the original beside it
        ("pie chart", "en", ""),
        ("Pinces de crabe congelées", "fr", ""),  # no pliers
    ],
)
def test_gloss_of_a_name(text, language, chinese):
    assert render(text, language, "zh").text == chinese


@pytest.mark.parametrize(("hs_code", "chinese"), [("250900", "白垩"), ("", ""), ("960990", "粉笔"), ("100630", "")])
def test_the_code_chooses_between_goods_of_one_name_in_whatever_order_they_are_read(hs_code, chinese):
    assert render(f"Chalk, organic {hs_code}", "en", "zh", hs_code).text.split(" · ")[0] == chinese


def test_figures_stay_whole_in_a_line_from_right_to_left():
    """Without isolates "10–25 kg" stands as "25–10 · kg". A bound without the word of what it bounds is left out."""
    assert render("Olive oil, 10-25 kg, ≤3 mm", "en", "ar").text.split(" · ")[1:] == ["\u206810–25\u00a0kg\u2069"]
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
