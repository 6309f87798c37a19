"""BM25 over short documents as one sparse product (Robertson & Zaragoza 2009).

The documents here are a few thousand fixed label texts, so the weight of each word in each document is worked
out once and a query is one sparse row times one sparse matrix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.bm25 import rarity, saturation
from matchmaker.engines.language.text import clean

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class Vocabulary:
    """Which row of a matrix belongs to a word. Arrays, not a dictionary, because processes can map and share them.

    `words` are ascending and in UTF-8, `rows` (int32) stand beside them.
    """

    words: NDArray[np.bytes_]
    rows: NDArray[np.int32]

    @classmethod
    def of(cls, row_of: Mapping[str, int]) -> Vocabulary:
        words = np.array([word.encode() for word in row_of], np.bytes_)
        order = np.argsort(words, kind="stable")
        return cls(words[order], np.array(list(row_of.values()), np.int32)[order])

    def __len__(self) -> int:
        return len(self.words)

    def rows_of(self, words: Sequence[str]) -> list[int]:
        """The row of each word, -1 where it is not known."""
        if not words or not len(self.words):
            return [-1] * len(words)
        longest = self.words.dtype.itemsize  # a longer one would be cut off, and might then be another word
        encoded = [word.encode() for word in words]
        sought = np.array([word if len(word) <= longest else b"" for word in encoded], self.words.dtype)
        places = np.minimum(np.searchsorted(self.words, sought), len(self.words) - 1)
        return list(np.where(self.words[places] == sought, self.rows[places], -1).tolist())


@dataclass(frozen=True)
class WordIndex:
    """`weights` is words × documents; `idf` the weight of one word of a query."""

    vocabulary: Vocabulary
    weights: csr_array
    idf: NDArray[np.float32]

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]], *, k1: float = 1.2, b: float = 0.6) -> WordIndex:
        from scipy.sparse import csr_array

        vocabulary: dict[str, int] = {}
        rows, columns, counts = [], [], []
        for column, document in enumerate(documents):
            for word, count in Counter(document).items():
                rows.append(vocabulary.setdefault(word, len(vocabulary)))
                columns.append(column)
                counts.append(count)
        n = len(documents)
        frequency = np.bincount(rows, minlength=len(vocabulary)).astype(np.float32)
        idf = rarity(n, frequency).astype(np.float32)
        lengths = np.array([len(document) for document in documents], np.float32)
        lengths /= max(float(lengths.mean()), 1.0)
        tf = np.array(counts, np.float32)
        word_of, document_of = np.array(rows, np.int32), np.array(columns, np.int32)
        tf = saturation(tf, lengths[document_of], k1=k1, b=b).astype(np.float32)
        matrix = csr_array((tf * idf[word_of], (word_of, document_of)), shape=(len(vocabulary), n), dtype=np.float32)
        return cls(Vocabulary.of(vocabulary), matrix, idf)

    def scores(self, queries: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """(queries × documents), each divided by the query's sum of idf: about 0 to 2, however long it is.

        A word that no document has counts nothing.
        """
        from scipy.sparse import csr_array

        data, indices, starts = [], [], [0]
        totals = []
        for query in queries:
            total = 0.0
            counted = Counter(query)
            for known, count in zip(self.vocabulary.rows_of(list(counted)), counted.values(), strict=True):
                if known < 0:
                    continue
                total += count * float(self.idf[known])
                indices.append(known)
                data.append(count)
            starts.append(len(indices))
            totals.append(total or 1.0)
        rows = csr_array((np.array(data, np.float32), indices, starts), shape=(len(queries), len(self.vocabulary)))
        return np.asarray((rows @ self.weights).toarray() / np.array(totals, np.float32)[:, None], np.float32)


@dataclass(frozen=True)
class NameIndex:
    """Short names, each of one code: how much of a name stands in a text.

    `weights` is words × names, each column the idf of the name's words; `codes` (ascending) the code of each name and
    `totals` the sum of its column.
    """

    vocabulary: Vocabulary
    weights: csr_array
    codes: NDArray[np.int32]
    totals: NDArray[np.float32]

    @classmethod
    def of(cls, names: Sequence[Sequence[str]], codes: NDArray[np.integer]) -> NameIndex:
        order = np.argsort(codes, kind="stable")
        from scipy.sparse import csr_array

        vocabulary: dict[str, int] = {}
        rows, columns = [], []
        for row, name in enumerate(order):
            for word in dict.fromkeys(names[name]):
                rows.append(row)
                columns.append(vocabulary.setdefault(word, len(vocabulary)))
        frequency = np.bincount(columns, minlength=len(vocabulary))
        idf = rarity(len(names), frequency).astype(np.float32)
        weights = csr_array((idf[columns], (columns, rows)), shape=(len(vocabulary), len(names)))
        totals = np.maximum(np.asarray(weights.sum(axis=0), np.float32).ravel(), 1e-9)
        return cls(Vocabulary.of(vocabulary), weights, np.asarray(codes, np.int32)[order], totals)

    def scores(self, texts: Sequence[Sequence[str]], count: int) -> NDArray[np.float32]:
        """(texts × `count` codes): the best named name of each code, 0 where none is.

        A name counts log(1 + idf of its words in the text), times the square of the share of the name they are: "nail
        polish" in a long title about nail polish says more than the one word "nail".
        """
        from scipy.sparse import csr_array

        columns = [sorted({row for row in self.vocabulary.rows_of(text) if row >= 0}) for text in texts]
        starts = np.concatenate([[0], np.cumsum([len(words) for words in columns])])
        flat = np.array([word for words in columns for word in words], np.int32)
        counts = csr_array((np.ones(len(flat), np.float32), flat, starts), shape=(len(texts), len(self.vocabulary)))
        matched = csr_array(counts @ self.weights)
        share = matched.data / self.totals[matched.indices]
        rows = np.repeat(np.arange(len(texts)), np.diff(matched.indptr))
        best = np.zeros((len(texts), count), np.float32)
        np.maximum.at(best, (rows, self.codes[matched.indices]), share**2 * np.log1p(matched.data))
        return best


def character_grams(text: str, size: int = 4) -> list[str]:
    """Overlapping groups of `size` characters of each word, with its borders marked: spelling and compounds."""
    grams = []
    for word in clean(text).lower().split():
        bordered = f"<{word}>"
        grams += [bordered[i : i + size] for i in range(max(1, len(bordered) - size + 1))]
    return grams
