import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.matching.engine import bags
from matchmaker.matching.engine.background import Background, learn
from matchmaker.matching.engine.lexical import WordSearch


def by_definition(texts: list[dict[str, float]], query: dict[str, float]) -> np.ndarray:
    n, mean = len(texts), sum(sum(t.values()) for t in texts) / max(len(texts), 1)
    scores = np.zeros(n)
    for word, weight in query.items():
        frequency = sum(word in text for text in texts)
        idf = max(np.log1p((n - frequency + 0.5) / (frequency + 0.5)), 0.05)
        for i, text in enumerate(texts):
            if word in text:
                length = bags.K1 * (1 - bags.B + bags.B * sum(text.values()) / mean)
                scores[i] += weight * idf * text[word] * (bags.K1 + 1) / (text[word] + length)
    return scores


counted = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 3).map(float), max_size=4)


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(counted, max_size=12), counted, st.integers(1, 5))
def test_search_gives_the_bm25_of_the_definition(texts, query, k):
    found, scores = WordSearch(*bags.pack(texts)).top(query, k)
    expected = by_definition(texts, query)
    order = [i for i in np.argsort(-expected.round(4), kind="stable") if expected[i] > 0][:k]
    assert scores == pytest.approx(expected[order], rel=1e-3)
    assert expected[found] == pytest.approx(expected[order], rel=1e-3)


@pytest.mark.slow  # opens the dictionary
def test_the_words_of_a_name_count_double_and_chinese_is_glossed():
    found = bags.bag((("zh", "冷冻牛肉。真空包装"),))
    assert (found["牛肉"], found["真空"], found["beef"]) == (2.0, 1.0, 1.0)


def test_shown_words_stand_as_they_are_written():
    assert bags.surfaces((("en", "Golden Raisins"),))["raisin"] == "Raisins"


def test_a_background_comes_back_from_its_bytes():
    packed = bags.pack([{"rice": 1.0, "tea": 2.0}, {"rice": 1.0}])
    background = learn(*packed, offers=np.eye(2, 4, dtype=np.float32), wants=np.eye(1, 4, dtype=np.float32))
    again = Background.from_bytes(background.to_bytes())
    numbers = np.array([bags.number("rice"), bags.number("tea"), bags.number("never")])
    assert again.rarity(numbers).tolist() == background.rarity(numbers).tolist()
    assert list(np.argsort(background.rarity(numbers))) == [0, 1, 2]
    assert np.array_equal(again.offers, background.offers)
    with pytest.raises(ValueError, match="not a stored background"):
        Background.from_bytes(b"nonsense")
