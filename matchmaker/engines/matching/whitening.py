"""Whitening of label vectors inside groups.

Sentence vectors of neighbouring HS lines differ in few directions and share many; dividing by the covariance
*inside* the headings makes the differences that part neighbours count (Fisher's discriminant, shrunk as in
Ledoit & Wolf 2004 with a fixed share).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def normalise(rows: NDArray[np.floating[Any]]) -> Matrix:
    """Rows scaled to Euclidean length 1 (a zero row stays zero)."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)


def whitening_matrix(vectors: Matrix, groups: Sequence[object], *, shrink: float = 0.7) -> Matrix:
    """The (d × d) inverse square root of the covariance inside groups, drawn `shrink` of the way to the sphere.

    `vectors` is n × d, `groups` names the group of each row; groups of one say nothing and change nothing.
    """
    _, index = np.unique(np.asarray(groups), return_inverse=True)
    sums = np.zeros((index.max() + 1, vectors.shape[1]))
    np.add.at(sums, index, vectors)
    centred = vectors - (sums / np.bincount(index)[:, None])[index]
    covariance = centred.T @ centred / len(centred)
    dim = len(covariance)
    covariance = (1 - shrink) * covariance + shrink * np.trace(covariance) / dim * np.eye(dim)
    values, basis = np.linalg.eigh(covariance)
    return np.asarray((basis / np.sqrt(values)) @ basis.T, np.float32)
