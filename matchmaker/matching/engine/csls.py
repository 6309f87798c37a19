"""What is near to everything is near to nothing: making similarities of a batch comparable between documents.

`csls` is cross-domain similarity local scaling (Conneau et al. 2018). `shared_out` goes further, where many queries
meet many documents at once: it lets each document give about one query's worth of attention in all (Sinkhorn &
Knopp 1967, relaxed), so that hubs ("Accessories", 配件) do not win every query.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

NEAREST = 10
# Under this many texts on the other side there is no neighbourhood to speak of.
FEWEST = 20
ROUNDS = 8


def neighbourhood(similarity: NDArray[np.floating[Any]], *, axis: int, nearest: int = NEAREST) -> Matrix:
    """Mean of the `nearest` highest values along an axis, nought where that side has too few texts to tell."""
    size = similarity.shape[axis]
    if size < FEWEST:
        return np.zeros(similarity.shape[1 - axis], np.float32)
    best = np.partition(similarity, size - nearest, axis=axis)
    best = best[:, -nearest:] if axis == 1 else best[-nearest:]
    return np.asarray(best.mean(axis=axis), np.float32)


def csls(similarity: NDArray[np.floating[Any]], *, strength: float = 0.5) -> Matrix:
    """(queries × documents), each less `strength` times both neighbourhood means."""
    rows = neighbourhood(similarity, axis=1)
    columns = neighbourhood(similarity, axis=0)
    return np.asarray(similarity - strength * rows[:, None] - strength * columns[None, :], np.float32)


def _log_mean(values: Matrix, axis: int) -> Matrix:
    top = values.max(axis=axis, keepdims=True)
    return np.asarray(top + np.log(np.exp(values - top).mean(axis=axis, keepdims=True)), np.float32)


def document_offsets(similarity: Matrix, *, temperature: float, documents: int | None = None) -> Matrix:
    """What to add to each document's similarities so that no document is everybody's answer, (documents).

    Rows are queries. The nearer the batch comes to one query a document, the more strictly attention is shared out;
    of a few queries to many documents nothing can be told about a document, and the offsets stay small. Under five
    queries they are nought.
    """
    queries, columns = similarity.shape
    if queries < 5 or columns < 5:
        return np.zeros(columns, np.float32)
    strictness = 0.65 + 0.3 * min(1.0, queries / (documents or columns))
    scaled = similarity / np.float32(temperature)
    row = np.zeros((queries, 1), np.float32)
    for _ in range(ROUNDS):
        column = -np.float32(strictness) * _log_mean(scaled + row, 0)
        row = -_log_mean(scaled + column, 1)
    column = -np.float32(strictness) * _log_mean(scaled + row, 0)
    return np.asarray(temperature * (column[0] - column.mean()), np.float32)
