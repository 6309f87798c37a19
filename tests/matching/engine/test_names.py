from pathlib import Path

import numpy as np
import pytest

from matchmaker.matching.engine.names import NameMatcher, side
from matchmaker.matching.engine.translations import Bridge

pytestmark = pytest.mark.slow  # loads an encoder

DATA = Path(__file__).resolve().parents[3] / "data"


class NoTables:
    """Tables of a machine that has learned none: learning them takes ten seconds."""

    def bridge(self, first: str, second: str) -> Bridge | None:
        return None

    def in_english(self, text: str, lang: str) -> str:
        return text


@pytest.fixture(scope="module")
def matcher() -> NameMatcher:
    return NameMatcher(NoTables())


def test_same_goods_meet_across_languages(matcher):
    queries = ["chaises de bureau", "ข้าวหอมมะลิ", "frozen shrimp", "tôm hùm sống"]
    documents = ["冷冻虾", "办公椅", "茉莉香米", "汽车轮胎", "活龙虾"]
    ranked = matcher.rank(queries, documents, top=2)
    assert [best[0][0] for best in ranked] == [1, 2, 0, 4]
    assert [len(best) for best in ranked] == [2, 2, 2, 2]


def test_empty_texts_are_ranked_nowhere(matcher):
    assert matcher.rank(["", "rice"], ["", "大米", "\x00"], top=5)[0] == []
    assert [position for position, _ in matcher.rank(["", "rice"], ["", "大米", "\x00"], top=5)[1]] == [1]
    assert matcher.rank(["rice"], [], top=5) == [[]]
    assert matcher.rank([], ["大米"], top=5) == []


def test_leaf_decides_between_paths_of_one_tree(matcher):
    documents = ["家具 > 椅子 > 办公椅", "家具 > 桌子 > 办公桌", "家具 > 床"]
    ranked = matcher.rank(["Meubles > Bureaux > Bureau de travail", "Meubles > Lits"], documents, top=1)
    assert [best[0][0] for best in ranked] == [1, 2]


def test_shared_words_count_where_both_sides_speak_one_language(matcher):
    ranked = matcher.rank(["model X200 pump"], ["pump model X100", "pump model X200"], top=1)
    assert ranked[0][0][0] == 1


def test_majority_settles_the_language_of_short_names():
    texts = ["Chaises de bureau", "Tables", "Lits superposés", "Canapés convertibles", "Sofas", "ข้าว"]
    assert side(texts, None).langs == ("fr", "fr", "fr", "fr", "fr", "th")
    assert side(["Tables"], ["FR"]).langs == ("fr",)


def test_large_batches_are_scored_in_blocks_with_the_same_answer(matcher, monkeypatch):
    from matchmaker.matching.engine import names

    goods = ["大米", "办公椅", "汽车轮胎", "冷冻虾", "茶叶", "手机壳"]
    queries = ["rice", "office chair", "car tyre", "frozen shrimp", "tea", "phone case"]
    monkeypatch.setattr(names, "SAMPLE", 5)
    monkeypatch.setattr(names, "BLOCK_CELLS", 12)
    assert [best[0][0] for best in matcher.rank(queries, goods, top=1)] == list(np.arange(6))
