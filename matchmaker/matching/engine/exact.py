"""What one pair is worth, from the pair alone: the formula that everything faster is checked against."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled, dot

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


@compiled
def parts_of(offers, wants, sums, i, j):  # type: ignore[no-untyped-def]
    """The parts of many pairs: (log-odds, meaning, words), each as long as the places i and j.

    Every pair is summed in the same order, whatever stands beside it.
    """
    values, meaning, words = np.empty(len(i), np.float32), np.empty(len(i)), np.empty(len(i))
    # Out of their tuples once: numba counts references with atomic instructions, which would cost more than the sums.
    vectors, starts, numbers, here, ask, traits = offers
    of_want, want_starts, want_numbers, want_here, want_ask, want_traits = wants
    steps = sums.steps
    for n in range(len(i)):
        a, b = i[n], j[n]
        meaning[n] = dot(vectors, a, of_want, b)
        total = 0.0
        p, p_end, q, q_end = starts[a], starts[a + 1], want_starts[b], want_starts[b + 1]
        while p < p_end and q < q_end:
            if numbers[p] == want_numbers[q]:
                total += np.float64(here[p]) * want_ask[q] + np.float64(ask[p]) * want_here[q]
                p += 1
                q += 1
            elif numbers[p] < want_numbers[q]:
                p += 1
            else:
                q += 1
        words[n] = total
        value = sums.intercept + sums.meaning * meaning[n] + sums.words * total
        value += sums.crowding * 0.5 * (np.float64(traits[a, CROWDING]) + want_traits[b, CROWDING])
        value += sums.trust * (np.float64(traits[a, TRUST]) + want_traits[b, TRUST])
        for slot in range(SLOTS):
            if traits[a, slot] != 0 and traits[a, slot] == want_traits[b, slot]:
                value += steps[slot]
        if traits[a, 0] == 0 or want_traits[b, 0] == 0:
            value += sums.unknown_hs
        if traits[a, 3] == 0 or want_traits[b, 3] == 0:
            value += sums.unknown_category
        values[n] = value
    return values, meaning, words
