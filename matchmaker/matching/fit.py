"""How well a match fits, in a word: from its score, and never more than its failed conditions allow."""

from collections.abc import Iterable, Mapping
from typing import Any

STRONG, GOOD, POSSIBLE = "strong", "good", "possible"
STRONG_FROM, GOOD_FROM = 0.75, 0.55
# What a talk about terms does not change: other goods, from elsewhere, without the papers.
GOODS_CONDITIONS = frozenset(("origin", "attributes", "certificates"))


def fit_of(score: float, conditions: Iterable[Mapping[str, Any]]) -> str:
    """'strong', 'good' or 'possible'. `conditions` have `code` and `outcome`, as in `Match.conditions`.

    A failed condition of the goods makes it possible at most, another failed one (price, quantity, time) good at most.
    """
    failed = {condition["code"] for condition in conditions if condition["outcome"] == "fails"}
    if not failed.isdisjoint(GOODS_CONDITIONS) or round(score * 100) < round(GOOD_FROM * 100):
        return POSSIBLE
    return GOOD if failed or round(score * 100) < round(STRONG_FROM * 100) else STRONG
