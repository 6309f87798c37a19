"""Word-translation tables learned by counting (IBM model 1, Brown et al. 1993), and what they say of two texts.

A table holds P(word | source word) for every pair of words that ever stood in parallel texts. No model, no
training set beyond parallel names; a table is learned in seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Tokens = Sequence[str]

ROUNDS = 5
# Added to every source word's total: a word seen once is not sure of anything.
DOUBT = 0.5
LEAST = 1e-3
# Share of a word's average probability under which a document's own probability means nothing, and its floor.
BACKGROUND_SHARE = 0.05
BACKGROUND_FLOOR = 1e-5


@dataclass(frozen=True)
class Table:
    """`probability` is source words × words, rows summing to less than one; `background` the mean row."""

    sources: dict[str, int]
    words: dict[str, int]
    probability: sp.csr_array
    background: Matrix

    @classmethod
    def learn(cls, pairs: Sequence[tuple[Tokens, Tokens]]) -> "Table":
        """From (source tokens, target tokens) of parallel texts: t(target word | source word)."""
        sources: dict[str, int] = {}
        targets: dict[str, int] = {}
        given_of: list[NDArray[np.int64]] = []
        wanted_of: list[NDArray[np.int64]] = []
        for source, target in pairs:
            if source and target:
                given_of.append(np.array(sorted({sources.setdefault(token, len(sources)) for token in source})))
                wanted_of.append(np.array([targets.setdefault(token, len(targets)) for token in target]))
        if not given_of:
            return cls.of({}, {}, (np.zeros(0), np.zeros(0, int), np.zeros(0, int)), np.zeros(0, int))
        # One place for each occurrence of a target word: it shares one unit of probability among the sources beside it.
        s = np.concatenate([np.tile(g, len(w)) for g, w in zip(given_of, wanted_of, strict=True)])
        t = np.concatenate([np.repeat(w, len(g)) for g, w in zip(given_of, wanted_of, strict=True)])
        widths = np.concatenate([np.full(len(w), len(g)) for g, w in zip(given_of, wanted_of, strict=True)])
        place = np.repeat(np.arange(len(widths)), widths)
        key, index = np.unique(s * len(targets) + t, return_inverse=True)
        source_of, target_of = np.divmod(key, len(targets))
        probability = np.ones(len(key))
        for _ in range(ROUNDS):
            share = probability[index]
            share = share / np.bincount(place, share)[place]
            counts = np.bincount(index, share)
            totals = np.bincount(source_of, counts, minlength=len(sources)) + DOUBT
            probability = counts / totals[source_of]
        weights = np.bincount(np.concatenate(given_of), minlength=len(sources))
        return cls.of(sources, targets, (probability, source_of, target_of), weights)

    @classmethod
    def of(
        cls,
        sources: dict[str, int],
        words: dict[str, int],
        entries: tuple[NDArray[np.floating], NDArray[np.integer], NDArray[np.integer]],
        weights: NDArray[np.integer],
    ) -> "Table":
        """From entries (probability, source, word) above `LEAST`; `weights` says how often each source occurs."""
        probability, rows, columns = entries
        kept = probability >= LEAST
        matrix = sp.csr_array(
            (probability[kept].astype(np.float32), (rows[kept], columns[kept])), shape=(len(sources), len(words))
        )
        background = (weights / max(int(weights.sum()), 1)).astype(np.float32) @ matrix
        return cls(sources, words, matrix, np.asarray(background, np.float32).ravel())

    def then(self, other: "Table") -> "Table":
        """The chain of two tables: Σ over the middle word of self(middle | source) · other(word | middle)."""
        shared = [(i, other.sources[word]) for word, i in self.words.items() if word in other.sources]
        mine = np.array([i for i, _ in shared], np.int64)
        theirs = np.array([j for _, j in shared], np.int64)
        product = (self.probability.tocsc()[:, mine].tocsr() @ other.probability[theirs]).tocoo()
        weights = np.ones(len(self.sources), np.int64)
        return Table.of(self.sources, other.words, (product.data, product.row, product.col), weights)

    def agreement(self, sources: Sequence[Tokens], targets: Sequence[Tokens]) -> sp.csr_array | Matrix:
        """How well each source text explains the words of each target text: (targets × sources), 0 and up.

        The mean over the target's words of log((P(word | source) + g) / g), where P is the mean over the source's
        words and g a share of the word's average probability; a word that the table does not have counts nothing.
        """
        explained = _counts(sources, self.sources) @ self.probability
        floor = BACKGROUND_SHARE * self.background + BACKGROUND_FLOOR
        explained = explained.tocsc()
        explained.data = np.log1p(explained.data / np.repeat(floor, np.diff(explained.indptr)))
        return _counts(targets, self.words) @ explained.T.tocsc()


def _counts(texts: Sequence[Tokens], vocabulary: dict[str, int]) -> sp.csr_array:
    """(texts × vocabulary): the share of each known word among all words of the text."""
    data, indices, starts = [], [], [0]
    for tokens in texts:
        known = [vocabulary[token] for token in tokens if token in vocabulary]
        indices += known
        data += [1.0 / len(tokens)] * len(known)
        starts.append(len(indices))
    matrix = sp.csr_array(
        (np.array(data, np.float32), np.array(indices, np.int32), np.array(starts, np.int32)),
        shape=(len(texts), len(vocabulary)),
    )
    matrix.sum_duplicates()
    return matrix
