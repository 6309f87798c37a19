"""What one pair is worth, from the pair alone: the formula that everything faster is checked against."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.engine.compiled import compiled, dot, inlined

SLOTS = 5  # HS chapter, heading, subheading; family and category
CROWDING, TRUST, TRAITS = 5, 6, 8


class Side(NamedTuple):
    """One side of the comparison, n items.

    vectors: n × d float32, rows of length 1. starts (n + 1), numbers, here, ask: packed words, see `Postings`.
    traits: n × 8 float32, one cache line an item: HS chapter, heading, subheading, family and category as whole numbers
    below 2^24 (0: not known), crowding, trust, nothing.
    """

    vectors: NDArray[np.float32]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int64]
    here: NDArray[np.float32]
    ask: NDArray[np.float32]
    traits: NDArray[np.float32]


class Sums(NamedTuple):
    """How parts add up: the weights, and what each common slot of `codes` is worth (already weighted)."""

    meaning: float
    crowding: float
    words: float
    trust: float
    intercept: float
    steps: NDArray[np.float64]  # SLOTS
    unknown_hs: float
    unknown_category: float

    @property
    def size(self) -> float:
        """No pair's log-odds are further from nought: parts are between -1 and 1, words at most 2."""
        single = abs(self.meaning) + abs(self.crowding) + 2 * abs(self.words) + 2 * abs(self.trust)
        rest = abs(self.intercept) + float(np.abs(self.steps).sum()) + abs(self.unknown_hs) + abs(self.unknown_category)
        return single + rest


@inlined
def parts(offers, i, wants, j, sums):  # type: ignore[no-untyped-def]
    """(log-odds, meaning, words) of one pair, always summed in the same order."""
    meaning = dot(offers.vectors, i, wants.vectors, j)
    words = 0.0
    p, p_end, q, q_end = offers.starts[i], offers.starts[i + 1], wants.starts[j], wants.starts[j + 1]
    while p < p_end and q < q_end:
        if offers.numbers[p] == wants.numbers[q]:
            words += np.float64(offers.here[p]) * wants.ask[q] + np.float64(offers.ask[p]) * wants.here[q]
            p += 1
            q += 1
        elif offers.numbers[p] < wants.numbers[q]:
            p += 1
        else:
            q += 1
    value = sums.intercept + sums.meaning * meaning + sums.words * words
    one, other = offers.traits, wants.traits
    value += sums.crowding * 0.5 * (np.float64(one[i, CROWDING]) + other[j, CROWDING])
    value += sums.trust * (np.float64(one[i, TRUST]) + other[j, TRUST])
    for slot in range(SLOTS):
        if one[i, slot] != 0 and one[i, slot] == other[j, slot]:
            value += sums.steps[slot]
    if one[i, 0] == 0 or other[j, 0] == 0:
        value += sums.unknown_hs
    if one[i, 3] == 0 or other[j, 3] == 0:
        value += sums.unknown_category
    return np.float32(value), meaning, words


@compiled
def parts_of(offers, wants, sums, i, j):  # type: ignore[no-untyped-def]
    """The parts of many pairs: (log-odds, meaning, words), each as long as the places i and j."""
    values, meaning, words = np.empty(len(i), np.float32), np.empty(len(i)), np.empty(len(i))
    for n in range(len(i)):
        values[n], meaning[n], words[n] = parts(offers, i[n], wants, j[n], sums)
    return values, meaning, words
