"""Unit rows as signed bytes with one scale a row, as the engine is shipped: a quarter of the memory of float32.

Processes map them from the cache and turn a part at a time into numbers when a text is compared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
STEP = 1024  # rows that are numbers at a time: 2 MB, which a processor's cache holds


@dataclass(frozen=True)
class ByteRows:
    """`values` (n × d) times `scales` (n): each number is off by half a scale at most, .3 % of a cosine."""

    values: NDArray[np.int8]
    scales: NDArray[np.float32]

    @classmethod
    def of(cls, rows: NDArray[np.floating]) -> "ByteRows":
        scales = np.maximum(np.abs(rows).max(axis=1), 1e-9) / 127 if len(rows) else np.zeros(0)
        return cls(np.rint(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32))

    def __len__(self) -> int:
        return len(self.values)


Rows = Matrix | ByteRows


def matrix(rows: Rows) -> Matrix:
    """All rows as numbers."""
    return rows.values.astype(np.float32) * rows.scales[:, None] if isinstance(rows, ByteRows) else rows


def dot_products(vectors: Matrix, rows: Rows) -> Matrix:
    """(vectors × rows)."""
    if not isinstance(rows, ByteRows):
        return vectors @ rows.T
    products = np.empty((len(vectors), len(rows)), np.float32)
    for start in range(0, len(rows), STEP):
        part = slice(start, start + STEP)
        products[:, part] = (vectors @ rows.values[part].astype(np.float32).T) * rows.scales[part]
    return products
