"""The weights of the parts: data that people's answers change, with defaults until there are answers.

A pair's log-odds are `intercept + Σ weight · part`; the score is their logistic. Linear on purpose: a few numbers of
which an organiser can read and change six and see the effect, and the search can add them up inside the matrix product.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

# The names in `Pair.parts`, in the order of the columns that learning sees.
SCORE_PARTS = ("meaning", "crowding", "words", "hs", "category", "trust")

# What a common beginning of 2, 4 and 6 digits adds to the part `hs`, and a common family and category to `category`.
# A common heading is little more than not knowing (`neutral_hs`): close goods have it as often as the same goods.
HS_STEPS = (0.2, 0.4, 0.4)
CATEGORY_STEPS = (0.25, 0.75)

# A pair with a lower score is no suggestion: the default of the setting MATCH_MINIMUM.
MINIMUM = 0.25


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights in log-odds a unit of each part.

    `neutral_hs` and `neutral_category` are the part values assumed where a side gives no code: not knowing is neither
    agreement nor contradiction, and with a half a wrong code costs what a right one gives. `slope` and `offset` turn
    log-odds into the calibrated probability (Platt 1999). The defaults lie between earlier ones and a regression
    (`benchmarks/matching/fit_weights.py`) on the labelled pairs of the sample campaign and on texts written for this
    project, with codes given, suggested and hidden: as far towards it as the right product stays first.
    """

    meaning: float = 13.0
    crowding: float = -24.0
    words: float = 12.0
    hs: float = 3.0
    category: float = 1.7
    trust: float = 0.3
    intercept: float = -1.1
    neutral_hs: float = 0.5
    neutral_category: float = 0.5
    slope: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(f"The weight {field.name!r} must be a finite number, not {value!r}.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Weights":
        """Weights from stored JSON; a missing name keeps its default, an unknown name raises ValueError."""
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"There are no weights called {', '.join(unknown)}.")
        return cls(**values)

    def to_dict(self) -> dict[str, float]:
        return asdict(self)

    def log_odds(self, parts: Mapping[str, float]) -> float:
        """The log-odds of a pair from its parts; absent hs and category count as neutral, other absences as 0."""
        neutral = {"hs": self.neutral_hs, "category": self.neutral_category}
        return self.intercept + sum(
            getattr(self, name) * parts.get(name, neutral.get(name, 0.0)) for name in SCORE_PARTS
        )

    def score(self, log_odds: float) -> float:
        return logistic(log_odds)

    def probability(self, log_odds: float) -> float:
        return logistic(self.slope * log_odds + self.offset)


DEFAULT_WEIGHTS = Weights()


def logistic(x: float) -> float:
    """1 / (1 + e^-x) without overflow for any finite x."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def log_odds_of(probability: float) -> float:
    """The inverse of `logistic`; 0 and 1 (and beyond) give very large finite values."""
    if probability <= 0:
        return -1e30
    if probability >= 1:
        return 1e30
    return math.log(probability / (1.0 - probability))
