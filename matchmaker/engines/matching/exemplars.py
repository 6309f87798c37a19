"""Texts whose code a person gave: the memory of the engine, used the moment a person confirms a code."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.matching.byte_rows import Rows, dot_products, matrix

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Exemplars:
    """`vectors` (n × d, unit rows) in the order of `codes` (n code indices, ascending)."""

    vectors: Rows
    codes: NDArray[np.int32]

    @classmethod
    def of(cls, vectors: Matrix, codes: NDArray[np.integer]) -> "Exemplars":
        order = np.argsort(codes, kind="stable")
        return cls(vectors[order], np.asarray(codes, np.int32)[order])

    def plus(self, vectors: Matrix, codes: NDArray[np.integer]) -> "Exemplars":
        """A new memory with more examples in it."""
        return Exemplars.of(np.vstack([matrix(self.vectors), vectors]), np.concatenate([self.codes, codes]))

    def nearest(self, vectors: Matrix, count: int) -> Matrix:
        """(texts × `count` codes): cosine of each text to the nearest example of each code, 0 where there is none."""
        best = np.zeros((len(vectors), count), np.float32)
        if len(self.codes):
            codes, starts = np.unique(self.codes, return_index=True)
            similarity = dot_products(vectors, self.vectors)
            best[:, codes] = np.maximum(np.maximum.reduceat(similarity, starts, axis=1), 0)
        return best
