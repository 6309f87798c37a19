import pytest

from matchmaker.engines.language.glossary import gloss, senses

pytestmark = pytest.mark.slow  # the dictionary is read once, half a second


def test_gloss_of_traditional_and_simplified_is_the_same():
    assert gloss("牛肉麵") == gloss("牛肉面")


def test_gloss_names_the_goods():
    assert "beef" in gloss("冷冻牛肉").split()


def test_common_word_comes_before_the_surname():
    assert senses("张")[0] != "surname Zhang"
    assert not any(sense.startswith("surname") for sense in senses("张"))


def test_latin_words_stay_and_unknown_ones_vanish():
    assert gloss("LED！") == "LED"
    assert gloss("") == ""
