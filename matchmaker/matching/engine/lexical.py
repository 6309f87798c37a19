"""Postings: which texts hold a word, and how strongly. The inverted file of every search engine, in five arrays."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled
from matchmaker.matching.engine import bags
from matchmaker.matching.engine.background import Background


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


class WordSearch:
    """BM25 over short texts for typed words: exact scores, only texts that hold a word are looked at."""

    def __init__(self, starts: NDArray[np.int64], numbers: NDArray[np.int64], counts: NDArray[np.float32]) -> None:
        """From packed bags (`bags.pack`)."""
        self._size = len(starts) - 1
        known, frequency = np.unique(numbers, return_counts=True)
        length = float(counts.sum()) / max(self._size, 1) or 1.0
        self._background = Background(self._size, known, frequency, length)
        here = self._background.saturate(starts, counts, cap=False)
        self._postings = Postings.of(starts, numbers, here, here, known)

    @cached_property
    def _rarity(self) -> NDArray[np.float32]:
        return self._background.rarity(self._postings.known)

    def top(self, query: dict[str, float], k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The best k texts for a bag of words (`bags.bag`) and their BM25, best first, ties in text order.

        Fewer than k when fewer texts share a word with the query.
        """
        numbers = np.array([bags.number(word) for word in query], np.int64)
        at = self._postings.find(numbers)
        weights = np.array(list(query.values()), np.float32)[at >= 0]
        at = at[at >= 0]
        # Rare words first: by the time the common ones come, most of what matters has been touched.
        weights = weights * self._rarity[at]
        sums = np.zeros(self._size, np.float32)
        texts, scores = _top(
            self._postings.starts, self._postings.texts, self._postings.here, at, weights, sums, min(k, self._size)
        )
        return texts, scores


@compiled
def _top(starts, texts, here, at, weights, sums, k):  # type: ignore[no-untyped-def]
    for i in range(len(at)):
        weight = weights[i]
        for p in range(starts[at[i]], starts[at[i] + 1]):
            sums[texts[p]] += weight * here[p]
    best = np.full(k, np.float32(0.0), np.float32)
    found = np.full(k, -1, np.int32)
    size = 0
    for text in range(len(sums)):
        score = sums[text]
        if score > 0 and (size < k or score > best[k - 1]):
            # Sorted insertion: k is small and most texts never get here.
            j = size if size < k else k - 1
            while j > 0 and best[j - 1] < score:
                best[j] = best[j - 1]
                found[j] = found[j - 1]
                j -= 1
            best[j] = score
            found[j] = text
            if size < k:
                size += 1
    return found[:size], best[:size]
