"""A code counts as far as it is believed: it helps, and a wrong one costs no more than a right one gives."""

from dataclasses import replace

import pytest

from matchmaker.engines.language.encoder import get_encoder
from matchmaker.engines.matching.certainty import certainty
from matchmaker.engines.matching.pairs import Offer, Want
from matchmaker.engines.matching.scoring import DEFAULT_WEIGHTS, Matcher


def test_a_suggestion_is_believed_by_its_share_and_a_person_more():
    assert certainty(0.13, is_confirmed=False) == 0.13
    assert certainty(0.13, is_confirmed=True) > 0.5
    assert certainty(0.5, is_confirmed=True) == pytest.approx(8 / 9)
    assert certainty(0.0, is_confirmed=True) == 0.5  # a person who knows better than the classifier
    assert (certainty(None, is_confirmed=True), certainty(None, is_confirmed=False)) == (1.0, 0.5)


def score(offer_code: str, want_code: str, share: float) -> float:
    offer = Offer(1, (("en", "rice"),), hs6=offer_code, hs_share=share, code_is_confirmed=False)
    want = Want(1, (("en", "rice"),), hs6=want_code)
    matcher = Matcher(get_encoder())
    pair = matcher.match(matcher.prepare_offers([offer]), matcher.prepare_wants([want]), minimum=0)[0]
    assert DEFAULT_WEIGHTS.log_odds(pair.parts) == pytest.approx(_log_odds(pair.score), abs=1e-3)
    return _log_odds(pair.score)


def _log_odds(score: float) -> float:
    import math

    return math.log(score / (1 - score))


@pytest.mark.slow  # loads the encoder
@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_wrong_code_costs_at_most_what_a_right_one_of_the_same_share_gives(share):
    without, right, wrong = (score(code, "100630", share) for code in ("", "100630", "848180"))
    assert right > without > wrong
    assert without - wrong <= right - without + 1e-6


@pytest.mark.slow
def test_rows_of_one_pair_are_the_same_in_every_block_with_uncertain_codes():
    matcher = Matcher(get_encoder())
    offers = [
        Offer(n, (("en", f"rice {n}"),), hs6=code, category="AGRI-06", hs_share=n / 10, category_share=0.4)
        for n, code in enumerate(["100630", "100640", "", "848180", "1006"])
    ]
    wants = [Want(n, (("zh", "大米"),), hs6=code, hs_share=0.3) for n, code in enumerate(["1006", "84", ""])]
    index = matcher.prepare_wants(wants)
    whole = matcher.match(matcher.prepare_offers(offers), index, minimum=0)
    single = [
        pair for offer in offers for pair in matcher.match(matcher.prepare_offers([replace(offer)]), index, minimum=0)
    ]
    scores = [{(p.offer, p.want): p.score for p in pairs} for pairs in (whole, single)]
    assert scores[0] == pytest.approx(scores[1])
