import numpy as np

from matchmaker.engines.matching.words import Vocabulary, WordIndex, character_grams


def test_document_with_the_rarer_word_wins():
    index = WordIndex.of([["steel", "pipe"], ["steel", "plate"], ["steel", "wire"], ["copper", "pipe"]])
    assert index.scores([["copper", "steel"]])[0].argmax() == 3


def test_score_does_not_grow_with_the_length_of_the_query():
    index = WordIndex.of([["pipe", "steel"], ["rice"]])
    once, twice = index.scores([["pipe", "steel"], ["pipe", "steel"] * 2])
    assert np.allclose(once, twice)


def test_unknown_words_and_empty_queries_score_nought():
    index = WordIndex.of([["rice"], ["wheat"]])
    assert index.scores([[], ["gizmo"]]).tolist() == [[0, 0], [0, 0]]


def test_character_grams_mark_the_borders_of_words():
    assert character_grams("Led tv") == ["<led", "led>", "<tv>"]


def test_rows_of_words_are_found_and_longer_words_are_not_cut_to_known_ones():
    vocabulary = Vocabulary.of({"rice": 2, "pipe": 0, "米": 1})
    assert vocabulary.rows_of(["pipe", "米", "rice", "ric", "rices", "", "zz"]) == [0, 1, 2, -1, -1, -1, -1]
    assert Vocabulary.of({}).rows_of(["rice"]) == [-1]
    assert vocabulary.rows_of([]) == []
