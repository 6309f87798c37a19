import numpy as np
import pytest

from matchmaker.engines.matching.learning import (
    adopt_if_better,
    calibration_error,
    fit_weights,
    log_loss,
    probabilities,
    reliability,
)
from matchmaker.engines.matching.pairs import Pair
from matchmaker.engines.matching.weights import DEFAULT_WEIGHTS, SCORE_PARTS, Weights, log_odds_of, logistic


def answered(count: int, truth: Weights, seed: int = 1) -> tuple[list[Pair], list[float]]:
    rng = np.random.default_rng(seed)
    pairs = []
    for i in range(count):
        parts = dict(zip(SCORE_PARTS, (rng.random(6) * [0.8, 0.5, 0.5, 1, 1, 1]).tolist(), strict=True))
        pairs.append(Pair(i, i // 3, 0.5, 0.5, parts, {}, ()))
    return pairs, (rng.random(count) < probabilities(truth, pairs)).astype(float).tolist()


TRUTH = Weights(meaning=6, crowding=-1, words=2, hs=4, category=0.5, trust=2, intercept=-5)


def test_weights_come_back_from_json_as_they_went():
    assert Weights.from_dict(TRUTH.to_dict()) == TRUTH
    assert Weights.from_dict({"hs": 1}) == Weights(hs=1)
    with pytest.raises(ValueError, match="no weights called colour"):
        Weights.from_dict({"colour": 1})
    with pytest.raises(ValueError, match="'hs' must be a finite number"):
        Weights(hs=float("nan"))


def test_log_odds_and_logistic_are_inverse_and_never_overflow():
    assert [logistic(log_odds_of(p)) for p in (0.0, 0.25, 1.0)] == [0.0, pytest.approx(0.25), 1.0]


@pytest.mark.slow
def test_many_answers_teach_what_people_go_by():
    pairs, answers = answered(3000, TRUTH)
    fitted = fit_weights(pairs, answers)
    assert fitted.hs == pytest.approx(TRUTH.hs, abs=0.8)
    assert fitted.trust == pytest.approx(TRUTH.trust, abs=0.8)
    others, outcomes = answered(3000, TRUTH, seed=2)
    assert calibration_error(reliability(probabilities(fitted, others), outcomes)) < 0.04


def test_few_answers_change_little():
    pairs, _ = answered(300, TRUTH)
    # From fixed weights: how much three answers of these pairs surprise depends on the weights one starts from.
    fitted = fit_weights(pairs[:3], [1.0, 0.0, 1.0], TRUTH)
    assert abs(probabilities(fitted, pairs) - probabilities(TRUTH, pairs)).mean() < 0.05


def test_likeness_is_never_learned_to_speak_against_a_pair():
    pairs, answers = answered(400, Weights(meaning=-20, words=-20, intercept=8))
    fitted = fit_weights(pairs, answers, pull=0.1)
    assert (fitted.meaning, fitted.words) == (0.0, 0.0)


@pytest.mark.slow
def test_new_weights_are_adopted_only_when_better_on_held_back_answers():
    pairs, answers = answered(900, TRUTH)
    adoption = adopt_if_better(DEFAULT_WEIGHTS, pairs, answers)
    assert adoption.adopted
    assert log_loss(adoption.weights, pairs, answers) < adoption.before
    assert not adopt_if_better(TRUTH, pairs, answers).adopted
    few = adopt_if_better(DEFAULT_WEIGHTS, pairs[:10], answers[:10])
    assert (few.adopted, few.weights, few.answers) == (False, DEFAULT_WEIGHTS, 10)
    assert not adopt_if_better(DEFAULT_WEIGHTS, pairs, [1.0] * 900).adopted
    assert adopt_if_better(DEFAULT_WEIGHTS, [], []).answers == 0


def test_reliability_counts_what_was_said_against_what_happened():
    (low, high) = reliability([0.1, 0.12, 1.0, 0.95], [0, 1, 1, 1])
    assert (low.low, low.count, low.predicted, low.accepted) == (0.1, 2, pytest.approx(0.11), 0.5)
    assert (high.high, high.count, high.accepted) == (1.0, 2, 1.0)


def test_answers_must_fit_the_pairs():
    pairs, answers = answered(3, TRUTH)
    with pytest.raises(ValueError, match="one answer a pair"):
        fit_weights(pairs, answers[:2])
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit_weights(pairs, [0.0, 1.0, 2.0])
    assert fit_weights([], []) == DEFAULT_WEIGHTS
