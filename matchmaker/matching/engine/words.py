"""BM25 over short documents as one sparse product (Robertson & Zaragoza 2009).

The documents here are a few thousand fixed label texts, so the weight of each word in each document is worked
out once and a query is one sparse row times one sparse matrix.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from matchmaker.language.text import clean


@dataclass(frozen=True)
class WordIndex:
    """`weights` is words × documents; `idf` the weight of one word of a query."""

    vocabulary: dict[str, int]
    weights: sp.csr_array
    idf: NDArray[np.float32]

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]], *, k1: float = 1.2, b: float = 0.6) -> "WordIndex":
        vocabulary: dict[str, int] = {}
        rows, columns, counts = [], [], []
        for column, document in enumerate(documents):
            for word, count in Counter(document).items():
                rows.append(vocabulary.setdefault(word, len(vocabulary)))
                columns.append(column)
                counts.append(count)
        n = len(documents)
        frequency = np.bincount(rows, minlength=len(vocabulary)).astype(np.float32)
        idf = np.log1p((n - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        lengths = np.array([len(document) for document in documents], np.float32)
        lengths /= max(float(lengths.mean()), 1.0)
        tf = np.array(counts, np.float32)
        word_of, document_of = np.array(rows, np.int32), np.array(columns, np.int32)
        tf = (tf * (k1 + 1) / (tf + k1 * (1 - b + b * lengths[document_of]))).astype(np.float32)
        matrix = sp.csr_array((tf * idf[word_of], (word_of, document_of)), shape=(len(vocabulary), n), dtype=np.float32)
        return cls(vocabulary, matrix, idf)

    def scores(self, queries: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """(queries × documents), each divided by the query's sum of idf: about 0 to 2, however long it is.

        A word that no document has counts nothing.
        """
        data, indices, starts = [], [], [0]
        totals = []
        for query in queries:
            total = 0.0
            for word, count in Counter(query).items():
                known = self.vocabulary.get(word)
                if known is None:
                    continue
                total += count * float(self.idf[known])
                indices.append(known)
                data.append(count)
            starts.append(len(indices))
            totals.append(total or 1.0)
        rows = sp.csr_array((np.array(data, np.float32), indices, starts), shape=(len(queries), len(self.vocabulary)))
        return np.asarray((rows @ self.weights).toarray() / np.array(totals, np.float32)[:, None], np.float32)


def character_grams(text: str, size: int = 4) -> list[str]:
    """Overlapping groups of `size` characters of each word, with its borders marked: spelling and compounds."""
    found = []
    for word in clean(text).lower().split():
        bordered = f"<{word}>"
        found += [bordered[i : i + size] for i in range(max(1, len(bordered) - size + 1))]
    return found
