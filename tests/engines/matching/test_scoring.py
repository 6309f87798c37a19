from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.engines.language import word_tables
from matchmaker.engines.language.encoder import Vectors, get_encoder, normalise
from matchmaker.engines.matching import origins
from matchmaker.engines.matching.bags import number
from matchmaker.engines.matching.pairs import Offer, Want, merge_pairs
from matchmaker.engines.matching.scoring import Matcher, Weights
from matchmaker.engines.matching.weights import logistic

TODAY = date(2026, 3, 2)
WORDS = ["rice", "jasmine", "cheese", "valve", "steam", "steel", "大米", "球阀", "奶酪"]


class LetterEncoder:
    """A deterministic stand-in: a text's vector is drawn from its letters, near for like spellings."""

    name = "letters"
    dim = 16

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for a, b in zip(text, text[1:] + " ", strict=True):
                row[number(a + b) % self.dim] += 1.0
            row[0] += 0.01
        return normalise(rows)

    encode_passage = encode_query


texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda w: (("en", " ".join(w)),))
hs = st.sampled_from(["", "10", "1006", "100630", "100640", "0406", "848180"])
category = st.sampled_from(["", "AGRI-06", "AGRI-03", "COMP-07"])


def offers(most: int) -> st.SearchStrategy[list[Offer]]:
    origin = st.sampled_from(["", "TH", "VN", "FR"])
    one = st.builds(Offer, st.just(0), texts, hs, category, origin, verification=st.integers(0, 3))
    return st.lists(one, max_size=most).map(lambda xs: [rekey(x, i) for i, x in enumerate(xs)])


def wants(most: int) -> st.SearchStrategy[list[Want]]:
    origins = st.frozensets(st.sampled_from(["TH", "VN"]), max_size=1)
    one = st.builds(Want, st.just(0), texts, hs, category, origins_wanted=origins, origins_excluded=origins)
    return st.lists(one, max_size=most).map(lambda xs: [rekey(x, 1000 + i) for i, x in enumerate(xs)])


def rekey(item, key):
    return replace(item, key=key)


def matcher(some_offers, some_wants) -> Matcher:
    plain = Matcher(LetterEncoder())
    return Matcher(LetterEncoder(), background=plain.learn_background(some_offers, some_wants))


def ids(pairs):
    return [(pair.want, pair.offer) for pair in pairs]


@settings(max_examples=40, deadline=None)
@given(offers(12), offers(12), st.sets(st.integers(0, 11)), wants(3))
def test_patched_index_is_the_one_that_is_built_anew(old, new, changed, some_wants):
    engine = matcher(old, some_wants)
    fresh = [offer for offer in new if offer.key in changed]
    gone = {key for key in changed if key % 3 == 0 and all(offer.key != key for offer in fresh)}
    kept = [offer for offer in old if offer.key not in gone | {offer.key for offer in fresh}]

    patched = engine.prepare_offers(old).patched(engine.prepare_offers(fresh), gone)
    anew = engine.prepare_offers([*kept, *fresh])

    assert patched.items == anew.items
    for one, other in zip(patched.side, anew.side, strict=True):
        assert one.tolist() == other.tolist()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(offers(14), wants(9), st.data())
def test_blocks_of_any_cut_merge_to_the_rows_of_one_run(some_offers, some_wants, data):
    engine = matcher(some_offers, some_wants)
    offer_index, want_index = engine.prepare_offers(some_offers), engine.prepare_wants(some_wants)
    per_want, per_offer = data.draw(st.integers(1, 4)), data.draw(st.integers(0, 3))
    whole = engine.match(offer_index, want_index, per_want, per_offer, 0.05, today=TODAY)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(some_offers)), max_size=4)) | {0, len(some_offers)})
    halves = [0, len(some_wants) // 2, len(some_wants)]
    blocks = []
    for start, stop in pairwise(cuts):
        for first, last in pairwise(halves):
            # Prepared anew, as another worker would: nothing but the background is shared.
            block = engine.prepare_offers(some_offers[start:stop])
            other = engine.prepare_wants(some_wants[first:last])
            blocks.append(engine.match(block, other, per_want, per_offer, 0.05, today=TODAY))
    assert merge_pairs(blocks, per_want, per_offer) == whole


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(offers(12), wants(8))
def test_match_finds_what_looking_at_every_pair_finds(some_offers, some_wants):
    engine = matcher(some_offers, some_wants)
    offer_index, want_index = engine.prepare_offers(some_offers), engine.prepare_wants(some_wants)
    every = engine.match(offer_index, want_index, len(some_offers), 0, 0.0, today=TODAY)
    assert len(every) == len(some_offers) * len(some_wants)
    expected = [pair for pair in merge_pairs([every], 3, 2) if pair.score >= 0.2]
    assert engine.match(offer_index, want_index, 3, 2, 0.2, today=TODAY) == expected


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(offers(8), wants(8))
def test_the_score_is_the_weighted_sum_of_the_parts_shown(some_offers, some_wants):
    engine = matcher(some_offers, some_wants)
    pairs = engine.match(engine.prepare_offers(some_offers), engine.prepare_wants(some_wants), 8, 8, 0.0, today=TODAY)
    for pair in pairs:
        assert pair.score == pytest.approx(logistic(engine.weights.log_odds(pair.parts)), abs=1e-4)
        assert all(-1e-6 <= pair.parts[name] <= 1.001 for name in pair.parts if name != "words")
        # Where goods come from is a hidden word, as is what they are not.
        assert -origins.PENALTY - 1e-6 <= pair.parts["words"] <= 1.001 + origins.BONUS


def test_wide_and_narrow_calls_give_one_pair_the_same_score():
    rng = np.random.default_rng(5)
    some_offers = [Offer(i, (("en", " ".join(rng.choice(WORDS, 3))),), "100630") for i in range(100)]
    some_wants = [Want(i, (("en", " ".join(rng.choice(WORDS, 2))),), "1006") for i in range(100)]
    engine = matcher(some_offers, some_wants)
    offer_index, want_index = engine.prepare_offers(some_offers), engine.prepare_wants(some_wants)
    whole = {(p.offer, p.want): p for p in engine.match(offer_index, want_index, 100, 100, 0.0, today=TODAY)}
    for i in range(0, 100, 9):
        # One want against all offers turns the tile on its side; one offer makes it a single row.
        for pair in engine.match(offer_index, want_index.block(i, i + 1), 100, 0, 0.0, today=TODAY):
            assert pair == whole[pair.offer, pair.want]
        for pair in engine.match(offer_index.block(i, i + 1), want_index, 0, 100, 0.0, today=TODAY):
            assert pair == whole[pair.offer, pair.want]


def test_equal_scores_are_ordered_by_key():
    some_offers = [Offer(key, (("en", "jasmine rice"),)) for key in (5, 3, 9, 1, 7)]
    engine = Matcher(LetterEncoder())
    pairs = engine.match(
        engine.prepare_offers(some_offers), engine.prepare_wants([Want(2, (("en", "rice"),))]), 3, 0, 0.0, today=TODAY
    )
    assert ids(pairs) == [(2, 1), (2, 3), (2, 5)]


def test_a_failed_condition_of_trade_changes_no_score():
    want = Want(1, (("en", "jasmine rice"),), quantity=1, unit="t")
    asked, open_to_all = (
        Offer(1, (("en", "jasmine rice"),), origin="TH", min_order=2, min_order_unit="t"),
        Offer(2, (("en", "jasmine rice"),), origin="VN", min_order=500, min_order_unit="kg"),
    )
    engine = Matcher(LetterEncoder())
    first, second = engine.match(engine.prepare_offers([asked, open_to_all]), engine.prepare_wants([want]), today=TODAY)
    assert first.score == second.score
    assert [(c.code, c.outcome) for c in first.conditions] == [("minimum_order", "fails")]
    assert [(c.code, c.outcome) for c in second.conditions] == [("minimum_order", "meets")]


def test_stored_bytes_of_vectors_are_as_good_as_vectors():
    some_offers = [Offer(2, (("en", "cheese"),)), Offer(1, (("en", "rice"),))]
    engine = Matcher(LetterEncoder())
    vectors = engine.offer_vectors(some_offers)
    stored = engine.prepare_offers(some_offers, [row.tobytes() for row in vectors])
    assert [offer.key for offer in stored.items] == [1, 2]
    assert np.array_equal(stored.vectors, vectors[::-1])


def test_vectors_of_another_encoder_are_refused():
    engine = Matcher(LetterEncoder())
    with pytest.raises(ValueError, match="64 bytes"):
        engine.prepare_offers([Offer(1, (("en", "rice"),))], [b"\0" * 2048])
    with pytest.raises(ValueError, match="1 vectors of 16"):
        engine.prepare_offers([Offer(1, (("en", "rice"),))], np.zeros((1, 512), np.float32))


def test_two_offers_of_one_key_are_refused():
    with pytest.raises(ValueError, match="same key"):
        Matcher(LetterEncoder()).prepare_offers([Offer(1, (("en", "rice"),)), Offer(1, (("en", "tea"),))])


def test_nothing_meets_nothing():
    engine = Matcher(LetterEncoder())
    one = engine.prepare_offers([Offer(1, (("en", "rice"),))])
    assert engine.match(one, engine.prepare_wants([])) == []
    assert engine.match(engine.prepare_offers([]), engine.prepare_wants([Want(1, (("en", "rice"),))])) == []
    assert engine.match(engine.prepare_offers([Offer(1, ())]), engine.prepare_wants([Want(1, (("", "\0"),))])) == []


def test_an_hs_code_that_is_not_known_counts_as_neutral():
    engine = Matcher(LetterEncoder(), Weights(hs=10.0, neutral_hs=0.5))
    some_offers = [
        Offer(1, (("en", "rice"),), "100630"),
        Offer(2, (("en", "rice"),)),
        Offer(3, (("en", "rice"),), "040690"),
    ]
    pairs = engine.match(
        engine.prepare_offers(some_offers), engine.prepare_wants([Want(1, (("en", "rice"),), "1006")]), minimum=0.0
    )
    assert [(pair.offer, pair.parts.get("hs"), pair.evidence["hs_common"]) for pair in pairs] == [
        (1, 0.6, "1006"),
        (2, None, ""),
        (3, 0.0, ""),
    ]


@pytest.mark.slow
def test_a_chinese_demand_finds_thai_french_and_italian_offers():
    some_offers = [
        Offer(1, (("th", "ข้าวหอมมะลิไทย. ข้าวเมล็ดยาวมีกลิ่นหอม"),)),
        Offer(2, (("fr", "Fromage à pâte dure. Affiné douze mois"),)),
        Offer(3, (("it", "Valvola a sfera per vapore"), ("en", "Ball valve for steam"))),
        Offer(4, (("fr", "Huile d'olive vierge extra"),)),
    ]
    some_wants = [
        Want(1, (("zh", "茉莉香米"),)),
        Want(2, (("zh", "硬质奶酪"),)),
        Want(3, (("zh", "高溫高壓蒸汽球閥"),)),
        Want(4, (("zh", "特级初榨橄榄油"),)),
    ]
    plain = Matcher(get_encoder())
    engine = Matcher(get_encoder(), background=plain.learn_background(some_offers, some_wants))
    pairs = engine.match(engine.prepare_offers(some_offers), engine.prepare_wants(some_wants), 1, 0, 0.0, today=TODAY)
    assert ids(pairs) == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert "steam (蒸汽)" in pairs[2].evidence["shared_words"]


def test_shared_words_name_the_chinese_word_that_was_read():
    some_offers = [Offer(1, (("en", "Precision lens"),)), Offer(2, (("zh", "镜头"),))]
    some_wants = [Want(3, (("zh", "精密镜头"),))]
    others = [Offer(8, (("en", "Cocoa beans"),)), Offer(9, (("en", "Bicycles"),))]  # a word of every text says nothing
    engine = matcher([*some_offers, *others], some_wants)
    pairs = engine.match(engine.prepare_offers(some_offers), engine.prepare_wants(some_wants), 2, 0, 0.0, today=TODAY)
    shared = {pair.offer: pair.evidence["shared_words"] for pair in pairs}

    assert shared[1] == ["lens (镜头)"]
    assert shared[2] == ["镜头"]


def test_half_of_what_the_dictionary_read_is_no_word_in_common():
    """液氮 is liquid nitrogen, which no liquid is; 不锈钢 is stainless steel, which is a steel."""
    some_offers = [Offer(1, (("en", "Cleaning liquid"),)), Offer(2, (("en", "Forged steel"),))]
    some_wants = [Want(3, (("zh", "液氮"),)), Want(4, (("zh", "不锈钢"),))]
    engine = matcher(some_offers, some_wants)
    pairs = engine.match(engine.prepare_offers(some_offers), engine.prepare_wants(some_wants), 2, 2, 0.0, today=TODAY)
    shared = {(pair.offer, pair.want): pair.evidence["shared_words"] for pair in pairs}

    assert shared[1, 3] == []
    assert shared[2, 4] == ["steel (不锈钢)"]


@pytest.mark.slow
def test_goods_from_another_country_come_after_those_that_do_not_say_where_they_come_from():
    texts = (("en", "jasmine rice"),)
    some_offers = [Offer(1, texts, origin="TH"), Offer(2, texts), Offer(3, texts, origin="VN")]
    some_wants = [Want(10, texts, origins_wanted=frozenset({"TH"})), Want(11, texts)]
    m = matcher(some_offers, some_wants)
    pairs = m.match(m.prepare_offers(some_offers), m.prepare_wants(some_wants), minimum=0.0)
    by_want = {want: [pair for pair in pairs if pair.want == want] for want in (10, 11)}
    assert [pair.offer for pair in by_want[10]] == [1, 2, 3]
    assert by_want[10][2].score < by_want[10][1].score < by_want[10][0].score
    assert len({pair.score for pair in by_want[11]}) == 1


def test_goods_from_an_excluded_country_come_last():
    texts = (("en", "jasmine rice"),)
    some_offers = [Offer(1, texts, origin="VN"), Offer(2, texts, origin="TH")]
    some_wants = [Want(10, texts, origins_excluded=frozenset({"VN"}))]
    m = matcher(some_offers, some_wants)
    pairs = m.match(m.prepare_offers(some_offers), m.prepare_wants(some_wants), minimum=0.0)
    assert [pair.offer for pair in pairs] == [2, 1]


def test_a_failed_attribute_lowers_the_score_and_is_named():
    engine = Matcher(get_encoder())
    want = Want(1, (("zh", "求购有机冷冻蓝莓，不要加糖"),))
    offers = [
        Offer(1, (("en", "Organic frozen blueberries"),)),
        Offer(2, (("en", "Conventional frozen blueberries"),)),
        Offer(3, (("en", "Organic frozen blueberries, sweetened"),)),
    ]
    found = engine.match(engine.prepare_offers(offers), engine.prepare_wants([want]), minimum=0)
    assert found[0].offer == 1
    failed = {pair.offer: pair.evidence["attributes_failed"] for pair in found}
    assert failed == {1: [], 2: ["farming:organic"], 3: ["-sugar:sweetened"]}
    judged = {pair.offer: {c.code: c.outcome for c in pair.conditions}["attributes"] for pair in found}
    assert judged == {1: "meets", 2: "fails", 3: "fails"}


@pytest.mark.slow
def test_one_concept_is_one_word_in_two_languages():
    engine = Matcher(get_encoder(), Weights(meaning=0, crowding=0, words=10, hs=0, category=0, intercept=0))
    offers = engine.prepare_offers([Offer(1, (("th", "ข้าวหอมมะลิ"),)), Offer(2, (("th", "ยางรถยนต์"),))])
    (pair,) = engine.match(offers, engine.prepare_wants([Want(1, (("fr", "riz au jasmin"),))]), minimum=0.51)
    assert pair.offer == 1
    assert pair.evidence["goods_common"]
    assert pair.evidence["shared_words"] == []  # no word stands in both


def test_goods_are_those_of_the_names_not_what_a_description_says_they_are_for():
    """Skimmed milk for yogurt is no yogurt."""
    some_offers, some_wants = (
        [Offer(1, (("en", "Whole milk powder"),))],
        [Want(2, (("zh", "脱脂乳粉，用于酸奶标准化"),))],
    )
    engine = matcher(some_offers, some_wants)
    (pair,) = engine.match(engine.prepare_offers(some_offers), engine.prepare_wants(some_wants), 1, 1, 0.0, today=TODAY)
    assert (pair.evidence["goods_offered"], pair.evidence["goods_wanted"]) == ("040221-whole-milk-powder", "")


def test_a_name_whose_words_only_the_tables_know_finds_its_demand_and_no_guess_is_shown(monkeypatch):
    names = [
        {"fr": ("zibelotte longue",), "en": ("long gribel",), "zh": ("长椅",)},
        {"fr": ("zibelotte ronde",), "en": ("round gribel",), "zh": ("圆椅",)},
        {"fr": ("table ronde",), "en": ("round table",), "zh": ("圆桌",)},
    ]
    tables = word_tables.WordTables(word_tables.learn_tables(names))
    monkeypatch.setattr(word_tables, "load_tables", lambda: tables)
    offered = [Offer(1, (("fr", "Zibelotte pliante"),))]
    wanted = [Want(1, (("zh", "塑料桌"),)), Want(2, (("zh", "塑料椅"),))]
    words_alone = Matcher(LetterEncoder(), Weights(meaning=0, crowding=0))
    words_alone.background = words_alone.learn_background(offered, wanted)
    pairs = words_alone.match(
        words_alone.prepare_offers(offered), words_alone.prepare_wants(wanted), minimum=0, today=TODAY
    )
    best = max(pairs, key=lambda pair: pair.score)
    assert best.want == 2
    assert best.parts["words"] > 0
    assert best.evidence["shared_words"] == []
