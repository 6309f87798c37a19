import numpy as np
import pytest

from matchmaker.matching.engine.csls import csls, document_offsets, neighbourhood
from matchmaker.matching.engine.lexicon import Table
from matchmaker.matching.engine.translations import load_table, save_table

PAIRS = [
    (["木", "椅"], ["chaise", "bois"]),
    (["木", "桌"], ["table", "bois"]),
    (["钢", "椅"], ["chaise", "acier"]),
    (["钢", "桌"], ["table", "acier"]),
]


def likeliest(table: Table, word: str) -> str:
    row = table.probability[[table.sources[word]]].toarray()[0]
    return list(table.words)[row.argmax()]


def test_translations_are_told_apart_by_what_stands_beside_them():
    table = Table.learn(PAIRS)
    assert [likeliest(table, word) for word in "木椅钢桌"] == ["bois", "chaise", "acier", "table"]


def test_agreement_prefers_the_right_document_and_ignores_unknown_words():
    table = Table.learn(PAIRS)
    scores = table.agreement([["木", "椅"], ["钢", "桌"], ["云"]], [["table", "acier"], ["licorne"]])
    dense = scores.toarray() if hasattr(scores, "toarray") else scores
    assert dense[0].argmax() == 1
    assert dense[1].tolist() == [0, 0, 0]


def test_chain_goes_through_the_middle_language():
    english = Table.learn([(["木"], ["wood"]), (["椅"], ["chair"])])
    french = Table.learn([(["wood"], ["bois"]), (["chair"], ["chaise"])])
    chain = english.then(french)
    assert likeliest(chain, "木") == "bois"


def test_table_of_nothing_agrees_with_nothing():
    scores = Table.learn([]).agreement([["木"]], [["bois"]])
    assert np.asarray(scores.toarray() if hasattr(scores, "toarray") else scores).tolist() == [[0]]


def test_table_survives_the_disk(tmp_path):
    table = Table.learn(PAIRS)
    save_table(tmp_path, table)
    again = load_table(tmp_path)
    assert again.words == table.words
    assert np.allclose(again.probability.toarray(), table.probability.toarray())
    assert np.allclose(again.background, table.background)


def test_hub_loses_to_the_text_it_shadows():
    random = np.random.default_rng(0)
    similarity = np.eye(40) * 0.3 + random.uniform(0, 0.05, (40, 40))
    similarity[:, 0] += 0.35  # near to everything
    assert (similarity.argmax(axis=1) == np.arange(40)).mean() < 0.1
    assert (csls(similarity).argmax(axis=1) == np.arange(40)).all()
    shared = similarity + document_offsets(similarity.astype(np.float32), temperature=0.1)
    assert (shared.argmax(axis=1) == np.arange(40)).all()


def test_few_texts_have_no_neighbourhood():
    assert neighbourhood(np.ones((3, 50)), axis=0).tolist() == [0] * 50
    assert document_offsets(np.ones((4, 50), np.float32), temperature=0.1).tolist() == [0] * 50


def test_neighbourhood_is_the_mean_of_the_ten_nearest():
    values = np.arange(30, dtype=float)[None, :]
    assert neighbourhood(values, axis=1) == pytest.approx([24.5])
