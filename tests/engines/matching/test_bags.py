import numpy as np
import pytest

from matchmaker.engines.language import word_tables
from matchmaker.engines.matching import bags
from matchmaker.engines.matching.background import Background, learn


@pytest.mark.slow  # opens the dictionary
def test_the_words_of_a_name_count_double_and_chinese_is_glossed():
    found = bags.bag((("zh", "冷冻牛肉。真空包装"),))
    assert (found["牛肉"], found["真空"], found["beef"]) == (2.0, 1.0, 2.0)  # beef by the vocabulary and the dictionary


def test_names_of_goods_stand_in_chinese_where_no_chinese_is_given():
    assert bags.bag((("ru", "Рис жасминовый"),))["茉莉"] == bags.GLOSS_COUNTS * bags.NAME_COUNTS
    assert "茉莉" not in bags.bag((("ru", "Рис жасминовый"), ("zh", "大米")))


def test_shown_words_stand_as_they_are_written():
    assert bags.surfaces((("en", "Golden Raisins"),))["raisin"] == "Raisins"


def test_a_background_comes_back_from_its_bytes():
    packed = bags.pack([{"rice": 1.0, "tea": 2.0}, {"rice": 1.0}])
    offers, wants = np.eye(2, 4, dtype=np.float32), np.eye(1, 4, dtype=np.float32)
    background = learn(*packed, offers=offers, wants=wants, stands_for=np.ones(2, np.int64))
    again = Background.from_bytes(background.to_bytes())
    numbers = np.array([bags.number("rice"), bags.number("tea"), bags.number("never")])
    assert again.rarity(numbers).tolist() == background.rarity(numbers).tolist()
    assert list(np.argsort(background.rarity(numbers))) == [0, 1, 2]
    assert np.array_equal(again.offers, background.offers)
    with pytest.raises(ValueError, match="not a stored background"):
        Background.from_bytes(b"nonsense")


TAUGHT = [
    {"fr": ("zibelotte longue",), "en": ("gribel, long",), "zh": ("长格里贝椅",)},
    {"fr": ("zibelotte ronde",), "en": ("gribel, round",), "zh": ("圆格里贝椅",)},
    {"fr": ("table ronde",), "en": ("round table",), "zh": ("圆桌",)},
]


@pytest.fixture
def taught(monkeypatch):
    """Tables that know one word more than the vocabulary."""
    tables = word_tables.WordTables(word_tables.learn_tables(TAUGHT))
    monkeypatch.setattr(word_tables, "load_tables", lambda: tables)


def test_words_that_only_the_tables_know_stand_in_english_and_chinese(taught):
    found = bags.bag((("fr", "Zibelotte pliante"),))
    most = bags.GUESS_COUNTS * bags.NAME_COUNTS
    assert 0 < found["椅"] <= most
    assert 0 < found["gribel"] <= most


def test_nothing_is_guessed_in_a_language_that_is_given(taught):
    found = bags.bag((("fr", "Zibelotte pliante"), ("zh", "折叠凳")))
    assert "椅" not in found
    assert "gribel" in found


def test_guessed_words_are_not_among_those_shown_to_people(taught):
    assert "gribel" not in bags.surfaces((("fr", "Zibelotte pliante"),))


def test_the_characters_of_longer_chinese_words_of_a_name_are_words_too():
    found = bags.bag((("zh", "办公椅。办公室用"),))
    assert found["椅"] == bags.CHARACTER_COUNTS
    assert "室" not in found
