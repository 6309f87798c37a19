"""Weights learned from people's answers, adopted only where they are better on answers they have not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.matching.pairs import Pair
from matchmaker.engines.matching.weights import DEFAULT_WEIGHTS, SCORE_PARTS, Weights

# What an answer can teach at most: likeness never speaks against a pair, and a crowded neighbourhood never for it.
_BOUNDS: dict[str, tuple[float | None, float | None]] = dict.fromkeys(SCORE_PARTS, (0.0, None)) | {
    "crowding": (None, 0.0)
}
# Strength of the pull to the weights one starts from, in answers: so many must disagree to halve the distance.
PULL = 30.0
# How much each part differs between the labelled pairs of the sample campaign (standard deviation): the unit in which
# a weight's distance from its start is measured.
_SPREAD = {"meaning": 0.15, "crowding": 0.1, "words": 0.1, "hs": 0.35, "category": 0.4, "trust": 0.3}
FEWEST_ANSWERS = 40


@dataclass(frozen=True, slots=True)
class Bin:
    """Of `count` pairs given between `low` and `high`, on average `predicted`, the share `accepted` was accepted."""

    low: float
    high: float
    count: int
    predicted: float
    accepted: float


@dataclass(frozen=True, slots=True)
class Adoption:
    """The weights to use from now on, and why: log-loss on held-back answers before and with the new weights."""

    weights: Weights
    adopted: bool
    before: float
    after: float
    answers: int


def columns(pairs: Sequence[Pair], weights: Weights = DEFAULT_WEIGHTS) -> NDArray[np.float64]:
    """len(pairs) × len(SCORE_PARTS): the parts as numbers, what could not be compared as neutral."""
    neutral = {"hs": weights.neutral_hs, "category": weights.neutral_category}
    rows = [[pair.parts.get(name, neutral.get(name, 0.0)) for name in SCORE_PARTS] for pair in pairs]
    return np.array(rows, np.float64).reshape(len(pairs), len(SCORE_PARTS))


def fit_weights(
    pairs: Sequence[Pair],
    answers: Sequence[float],
    start: Weights = DEFAULT_WEIGHTS,
    *,
    pull: float = PULL,
    importance: Sequence[float] | None = None,
) -> Weights:
    """Logistic regression of the answers (1 accepted, 0 refused, between: undecided) on the parts.

    Ridge towards `start`, each part in units of its usual spread, so that few answers change little. The result is its
    own calibration: slope 1, offset 0. Raises ValueError when lengths differ or an answer is outside 0..1.
    """
    from scipy.optimize import minimize  # 30 MB: only a process that learns pays for it

    y = np.asarray(answers, np.float64)
    if len(y) != len(pairs) or (importance is not None and len(importance) != len(y)):
        raise ValueError("There must be one answer a pair.")
    if len(y) and (not np.isfinite(y).all() or y.min() < 0 or y.max() > 1):
        raise ValueError("Answers lie between 0 and 1.")
    if not len(y):
        return start
    n = np.ones(len(y)) if importance is None else np.asarray(importance, np.float64)
    x = columns(pairs, start)
    first = np.array([getattr(start, name) for name in SCORE_PARTS] + [start.intercept])
    unit = np.array([_SPREAD[name] for name in SCORE_PARTS] + [1.0])

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ theta[:-1] + theta[-1]
        away = (theta - first) * unit
        # log(1 + e^z) - y z, written so that no exponential overflows
        value = (n * (np.logaddexp(0.0, z) - y * z)).sum() + pull / 8 * (away @ away)
        error = n * (0.5 * (1 + np.tanh(z / 2)) - y)
        return value, np.append(x.T @ error, error.sum()) + pull / 4 * away * unit

    bounds = [_BOUNDS[name] for name in SCORE_PARTS] + [(None, None)]
    solution = minimize(loss, first, jac=True, bounds=bounds, method="L-BFGS-B").x
    fitted = dict(zip(SCORE_PARTS, solution[:-1].tolist(), strict=True))
    return replace(start, **fitted, intercept=float(solution[-1]), slope=1.0, offset=0.0)


def log_loss(weights: Weights, pairs: Sequence[Pair], answers: Sequence[float]) -> float:
    """Mean negative log-likelihood of the answers under the weights' probabilities."""
    predicted = probabilities(weights, pairs).clip(1e-9, 1 - 1e-9)
    y = np.asarray(answers, np.float64)
    return float(-(y * np.log(predicted) + (1 - y) * np.log(1 - predicted)).mean())


def probabilities(weights: Weights, pairs: Sequence[Pair]) -> NDArray[np.float64]:
    """What these weights would have said of the pairs, from their stored parts."""
    return np.array([weights.probability(weights.log_odds(pair.parts)) for pair in pairs], np.float64)


def reliability(probabilities: Sequence[float], outcomes: Sequence[float], bins: int = 10) -> list[Bin]:
    """The reliability diagram: bins of equal width, empty ones left out (DeGroot & Fienberg 1983)."""
    p, y = np.asarray(probabilities, np.float64), np.asarray(outcomes, np.float64)
    if len(p) != len(y):
        raise ValueError("There must be one outcome a probability.")
    at = np.minimum((p * bins).astype(np.int64), bins - 1)
    return [
        Bin(b / bins, (b + 1) / bins, int(inside.sum()), float(p[inside].mean()), float(y[inside].mean()))
        for b in range(bins)
        if (inside := at == b).any()
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance between what was said and what happened, weighted by count (0: seven of ten at 70 %)."""
    total = sum(b.count for b in bins)
    return sum(b.count * abs(b.predicted - b.accepted) for b in bins) / total if total else 0.0


def adopt_if_better(
    current: Weights, pairs: Sequence[Pair], answers: Sequence[float], *, folds: int = 5, margin: float = 0.005
) -> Adoption:
    """New weights when they beat the current ones on answers held back, otherwise the current ones.

    Wants are dealt to the folds by key, so that no want is judged by weights that saw its other answers. New weights
    must lower the log-loss by `margin`; with fewer than `FEWEST_ANSWERS` answers, or only one kind, nothing is adopted.
    """
    y = np.asarray(answers, np.float64)
    before = log_loss(current, pairs, answers) if len(y) else 0.0
    if len(y) < FEWEST_ANSWERS or y.min() == y.max():
        return Adoption(current, False, before, before, len(y))
    fold = np.array([pair.want % folds for pair in pairs])
    held = np.empty(len(y))
    for k in range(folds):
        inside, outside = np.flatnonzero(fold == k).tolist(), np.flatnonzero(fold != k).tolist()
        if len(inside) == 0:
            continue
        learned = fit_weights([pairs[i] for i in outside], y[outside].tolist(), current) if len(outside) else current
        held[inside] = probabilities(learned, [pairs[i] for i in inside])
    held = held.clip(1e-9, 1 - 1e-9)
    after = float(-(y * np.log(held) + (1 - y) * np.log(1 - held)).mean())
    if after > before - margin:
        return Adoption(current, False, before, after, len(y))
    return Adoption(fit_weights(pairs, answers, current), True, before, after, len(y))
