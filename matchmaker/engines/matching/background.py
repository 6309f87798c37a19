"""What is known of a campaign as a whole before any pair is scored.

How rare a word is and how crowded the neighbourhood of a text is are properties of the whole campaign. Were they read
off the block at hand, one pair would get two scores in two blocks; so they are learned once, stored with the run, and
used by every block and every later increment until the next full run.
"""

import io
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language import bm25
from matchmaker.engines.matching.bags import K1, B

# Nearest neighbours in the crowding of a text: ten, as in Conneau et al. 2018 (CSLS).
NEIGHBOURS = 10
# With few or no neighbours to measure, the crowding is taken to be about what it is in a campaign of some hundred texts
# (the sample campaign with the shipped encoder); `_TRUSTED` neighbours weigh as much as that.
TYPICAL = 0.37
_TRUSTED = 30
SAMPLE = 2048


def _none(*shape: int, dtype: type = np.float32) -> NDArray:
    return np.zeros(shape, dtype)


@dataclass(frozen=True)
class Background:
    """Word frequencies over offers and wants, and a sample of vectors of each side.

    `numbers` (ascending) and `counts`: in how many of `documents` texts each word stands. The samples are float32,
    at most `SAMPLE` rows. `typical` is the crowding of a text where there is nothing to measure it by. The empty
    background is usable: every word is equally rare and every place as crowded.
    """

    documents: int = 0
    numbers: NDArray[np.int64] = field(default_factory=lambda: _none(0, dtype=np.int64))
    counts: NDArray[np.int64] = field(default_factory=lambda: _none(0, dtype=np.int64))
    mean_length: float = 16.0
    offers: NDArray[np.float32] = field(default_factory=lambda: _none(0, 0))
    wants: NDArray[np.float32] = field(default_factory=lambda: _none(0, 0))
    typical: float = TYPICAL

    def rarity(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inverse document frequency of each word number; a word never met is the rarest."""
        frequency = np.zeros(len(numbers), np.float64)
        if len(self.numbers):
            at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
            frequency = np.where(self.numbers[at] == numbers, self.counts[at], 0).astype(np.float64)
        return bm25.rarity(self.documents, frequency).clip(0.05).astype(np.float32)  # type: ignore[no-any-return]

    def saturate(self, starts: NDArray[np.int64], counts: NDArray[np.float32]) -> NDArray[np.float32]:
        """BM25's part of a count in a text of its length, 1 for a word said once in a text of mean length."""
        lengths = np.add.reduceat(np.append(counts, 0.0), starts[:-1]) * (np.diff(starts) > 0)
        per_word = np.repeat(lengths / self.mean_length, np.diff(starts))
        return bm25.saturation(counts, per_word, k1=K1, b=B).clip(0, 1).astype(np.float32)

    def crowding(self, vectors: NDArray[np.float32], *, among: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean cosine of each row to its ten nearest in the sample of the other side, `typical` without a sample."""
        from matchmaker.engines.matching.loops import mean_dot

        k = min(NEIGHBOURS, len(among))
        crowding = np.full(len(vectors), self.typical, np.float32)
        if k == 0 or vectors.shape[1] != among.shape[1]:
            return crowding
        for start in range(0, len(vectors), 1024):
            rows = vectors[start : start + 1024]
            nearest = np.argpartition(rows @ among.T, len(among) - k, axis=1)[:, -k:]
            # Summed again in a fixed order, because products of one row and of many differ in their last bits.
            crowding[start : start + 1024] = mean_dot(rows, among, np.sort(nearest, axis=1))
        share = np.float32(len(among) / (len(among) + _TRUSTED))
        return share * crowding + (1 - share) * np.float32(self.typical)

    def to_bytes(self) -> bytes:
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            documents=self.documents,
            numbers=self.numbers,
            counts=self.counts,
            mean_length=self.mean_length,
            offers=self.offers,
            wants=self.wants,
            typical=self.typical,
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Background":
        """The background written by `to_bytes`; anything else raises ValueError."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                return cls(
                    int(stored["documents"]),
                    stored["numbers"],
                    stored["counts"],
                    float(stored["mean_length"]),
                    stored["offers"],
                    stored["wants"],
                    float(stored["typical"]) if "typical" in stored else TYPICAL,  # versions up to 1.0.0 had no other
                )
        except (OSError, KeyError, EOFError, ValueError) as error:
            raise ValueError("These bytes are not a stored background.") from error


def learn(
    starts: NDArray[np.int64],
    numbers: NDArray[np.int64],
    counts: NDArray[np.float32],
    *,
    offers: NDArray[np.float32],
    wants: NDArray[np.float32],
    stands_for: NDArray[np.int64],
) -> Background:
    """The background of packed bags (`bags.pack`) of both sides and the vectors of each, or of the sample of each.

    `stands_for` says for how many documents each bag counts.
    """
    known, places = np.unique(numbers, return_inverse=True)
    each = np.repeat(stands_for, np.diff(starts))
    frequency = np.bincount(places, each, len(known)).astype(np.int64)
    documents, length = int(stands_for.sum()), float((counts * each.astype(np.float32)).sum())
    mean_length = length / documents if documents and length > 0 else 16.0
    return Background(documents, known, frequency, mean_length, _sample(offers), _sample(wants))


def sample_places(n: int) -> NDArray[np.int64]:
    """Which of n rows are the sample: `SAMPLE` of them, evenly spread, or all where there are no more."""
    return np.arange(n) if n <= SAMPLE else np.linspace(0, n - 1, SAMPLE).astype(np.int64)


def _sample(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors[sample_places(len(vectors))]
