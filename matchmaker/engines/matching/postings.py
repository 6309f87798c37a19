"""Postings: which texts hold a word, and how strongly. The inverted file of every search engine, in five arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Postings:
    """`known` (ascending) are the words' numbers; word i stands in texts[starts[i]:starts[i+1]].

    `here` and `ask` are float32 beside `texts`: the word's saturated count in that text, and its share of all that
    the text says. Texts of a word are in ascending order.
    """

    known: NDArray[np.int64]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    here: NDArray[np.float32]
    ask: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        starts: NDArray[np.int64],
        numbers: NDArray[np.int64],
        here: NDArray[np.float32],
        ask: NDArray[np.float32],
        known: NDArray[np.int64] | None = None,
    ) -> "Postings":
        """Turn packed bags (text → words) over (word → texts). `known` may be given when blocks share one list."""
        texts = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
        if known is None:
            known = np.unique(numbers)
        local = np.searchsorted(known, numbers)
        order = np.argsort(local, kind="stable")
        counts = np.bincount(local, minlength=len(known))
        return cls(known, np.concatenate(([0], np.cumsum(counts))), texts[order], here[order], ask[order])

    def find(self, numbers: NDArray[np.int64]) -> NDArray[np.int32]:
        """Place of each number in `known`, -1 where it is not there."""
        if not len(self.known):
            return np.full(len(numbers), -1, np.int32)
        at = np.minimum(np.searchsorted(self.known, numbers), len(self.known) - 1)
        return np.where(self.known[at] == numbers, at, -1).astype(np.int32)
