"""BM25 (Robertson & Zaragoza 2009), for the search of the directory and for matching alike.

The score of a text is the sum, over the words of the query, of `rarity` times `saturation`.
"""

from typing import Any

import numpy as np


def rarity(documents: int, frequency: Any) -> Any:
    """The weight of a word that stands in `frequency` of the documents: the fewer, the more. Numbers or arrays."""
    return np.log1p((documents - frequency + 0.5) / (frequency + 0.5))


def saturation(counts: Any, lengths: Any, *, b: float, k1: float = 1.2) -> Any:
    """What a word counts in texts that hold it `counts` times; `lengths` are in shares of the mean length.

    `k1` says how fast repetition stops to matter, `b` how much the length of the text does.
    """
    return counts * (k1 + 1) / (counts + k1 * (1 - b + b * lengths))
