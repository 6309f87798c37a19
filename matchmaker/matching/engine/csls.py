"""Cross-domain similarity local scaling (Conneau et al. 2018): what is near to everything is near to nothing.

From each similarity half of both sides' mean similarity to their nearest neighbours is taken, so that the texts
that are everybody's neighbour (hubs: "Accessories", "配件") do not win every query.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

NEAREST = 10
# Under this many texts on the other side there is no neighbourhood to speak of.
FEWEST = 20


def neighbourhood(similarity: NDArray[np.floating[Any]], *, axis: int, nearest: int = NEAREST) -> NDArray[np.float32]:
    """Mean of the `nearest` highest values along an axis, nought where that side has too few texts to tell."""
    size = similarity.shape[axis]
    if size < FEWEST:
        return np.zeros(similarity.shape[1 - axis], np.float32)
    best = np.partition(similarity, size - nearest, axis=axis)
    best = best[:, -nearest:] if axis == 1 else best[-nearest:]
    return np.asarray(best.mean(axis=axis), np.float32)


def csls(similarity: NDArray[np.floating[Any]], *, strength: float = 0.5) -> NDArray[np.float32]:
    """(queries × documents), each less `strength` times both neighbourhood means."""
    rows = neighbourhood(similarity, axis=1)
    columns = neighbourhood(similarity, axis=0)
    return np.asarray(similarity - strength * rows[:, None] - strength * columns[None, :], np.float32)
