"""Signals into one probability a code, by a few learned weights; one set of weights for each way of reading.

A language the first encoder reads is judged by that encoder alone; English, Thai and Chinese by both, unless speed
matters; a language the first does not read (Vietnamese, Indonesian, Hindi …) by the second alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.encoder import READ
from matchmaker.engines.matching.evidence import Parts
from matchmaker.engines.matching.reference import Nomenclature
from matchmaker.engines.matching.regression import log_softmax

Matrix = NDArray[np.float32]

FIRST_ENCODER, SECOND_ENCODER = "first", "second"
BOTH, FIRST_ONLY, SECOND_ONLY = "both", "first only", "second only"

# Languages with labelled texts, on which the weight of the second encoder beside the first was fitted. In the others
# the first one with the names of goods in English is better alone (docs/quality-notes.md).
SECOND_HELPS = frozenset(["en", "th", "zh"])

ENCODERS = {BOTH: (FIRST_ENCODER, SECOND_ENCODER), FIRST_ONLY: (FIRST_ENCODER,), SECOND_ONLY: (SECOND_ENCODER,)}
_MEANING = {
    FIRST_ENCODER: ("first.label", "first.plain", "first.name", "first.example"),
    SECOND_ENCODER: ("second.label", "second.name", "second.example"),
}
SIGNALS = {
    route: (
        *(signal for encoder in encoders for signal in _MEANING[encoder]),
        *("words", "spelling", "named", "category", "size"),
    )
    for route, encoders in ENCODERS.items()
}
CATEGORY_SIGNALS = {
    route: tuple(f"{encoder}.{opinion}" for encoder in encoders for opinion in ("vote", "regression"))
    for route, encoders in ENCODERS.items()
}


@dataclass(frozen=True)
class RouteWeights:
    """Learned weights of one route: of the opinions on the category, and of the signals on the code."""

    category: dict[str, float]
    code: dict[str, float]


def route_of(lang: str, *, fast: bool) -> str:
    """How a text of this language is read; `fast` leaves the slow second encoder out where the first can read."""
    if lang not in READ:
        return SECOND_ONLY
    return BOTH if lang in SECOND_HELPS and not fast else FIRST_ONLY


def add_category_signals(
    parts: Parts, opinions: dict[str, Matrix], weights: dict[str, float], nomenclature: Nomenclature
) -> Parts:
    """The parts with two more: log P(category of the code), and the log-number of codes that share it."""
    total = log_softmax(np.asarray(sum(weight * opinions[name] for name, weight in weights.items())))
    sizes = np.log(np.maximum(nomenclature.category_sizes(), 1)).astype(np.float32)[nomenclature.category_of]
    return parts | {
        "category": total[:, nomenclature.category_of],
        "size": np.broadcast_to(sizes, (len(total), len(sizes))),
    }


def probabilities(parts: Parts, weights: dict[str, float]) -> Matrix:
    """P(code | text), (texts × codes): softmax of the weighted sum of the signals."""
    score = np.zeros(next(iter(parts.values())).shape, np.float32)
    for name, weight in weights.items():
        score += np.float32(weight) * parts[name]
    return np.exp(log_softmax(score))
