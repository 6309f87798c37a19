"""Names as vectors of bytes, in clusters, so that a million of them are compared by looking at a few thousand.

Below `ONE_CLUSTER` names every one is compared and the answer is exact.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index import kernels
from matchmaker.directory.index.segment import Segment

ONE_CLUSTER = 30_000
PROBED = 16  # clusters that are looked into
LOOKED_AT = 20_000  # names; more are not compared for one query
SAMPLE = 256  # names whose mean stands for "everything"
_QUERY = 4096  # a query's numbers are kept finer than a name's: int16
Vectors = NDArray[np.float32]


def quantised(rows: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8 and the factor of each; the error of a dot product of unit vectors stays below 0.01."""
    if not len(rows):
        return np.zeros(rows.shape, np.int8), np.zeros(0, np.float32)
    most = np.maximum(np.abs(rows).max(axis=1), 1e-12)
    return np.rint(rows * (127 / most)[:, None]).astype(np.int8), (most / 127).astype(np.float32)


def restored(vectors: NDArray[np.int8], scales: NDArray[np.float32]) -> Vectors:
    return np.asarray(vectors, np.float32) * np.asarray(scales)[:, None]


def common_of(rows: Vectors) -> Vectors:
    """The mean of a sample: a text that is near to it is near to everything, and so to nothing."""
    if not len(rows):
        return np.zeros(rows.shape[1], np.float32)
    sample = rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(np.int64)]
    return sample.mean(axis=0).astype(np.float32)


def clusters(
    vectors: NDArray[np.int8], scales: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], Vectors]:
    """(order of the names, where each cluster starts in it, centroids): spherical k-means on a sample."""
    m, dim = vectors.shape
    if m < ONE_CLUSTER:
        return np.arange(m), np.array([0, m]), np.zeros((1, dim), np.float32)
    k = 1 << round(np.log2(np.sqrt(m)))
    random = np.random.default_rng(1)
    chosen = np.sort(random.choice(m, min(m, 40 * k), replace=False))
    sample = restored(vectors[chosen], scales[chosen])
    centroids = sample[random.choice(len(sample), k, replace=False)]
    for _round in range(6):
        nearest = _nearest(sample, centroids)
        sums = np.zeros_like(centroids)
        np.add.at(sums, nearest, sample)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centroids = np.where(lengths > 1e-6, sums / np.maximum(lengths, 1e-6), centroids).astype(np.float32)
    cluster = np.empty(m, np.int64)
    for at in range(0, m, 50_000):
        part = slice(at, at + 50_000)
        cluster[part] = _nearest(restored(vectors[part], scales[part]), centroids)
    order = np.argsort(cluster, kind="stable")
    starts = np.zeros(k + 1, np.int64)
    np.cumsum(np.bincount(cluster, minlength=k), out=starts[1:])
    return order, starts, centroids


def _nearest(rows: Vectors, centroids: Vectors) -> NDArray[np.int64]:
    return np.concatenate([(rows[at : at + 20_000] @ centroids.T).argmax(axis=1) for at in range(0, len(rows), 20_000)])


def vectors_of(segment: Segment, place: int) -> Vectors:
    """The vectors of every name of an entry, to a hundredth as they were encoded."""
    names = np.flatnonzero(segment.name_places == place)
    return restored(segment.vectors[names], segment.scales[names])


def nearest_names(segment: Segment, query: Vectors, crowding: float) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """(names looked at, cosine of each to the unit vector `query` less `crowding` times what it is near to anyway)."""
    if not len(segment.name_places):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    asked = np.rint(query * _QUERY).astype(np.int16)
    looked_at = range(1)
    if len(segment.centroids) > 1:
        looked_at = np.argsort(-(segment.centroids @ query), kind="stable")[:PROBED]  # type: ignore[assignment]
    places, values, seen = [], [], 0
    for cluster in looked_at:
        first, last = int(segment.cluster_starts[cluster]), int(segment.cluster_starts[cluster + 1])
        found = np.empty(last - first, np.float32)
        kernels.near(segment.vectors, segment.scales, asked, first, last, found)
        places.append(np.arange(first, last))
        values.append(found / _QUERY - crowding * segment.crowding[first:last])
        seen += last - first
        if seen >= LOOKED_AT and len(segment.centroids) > 1:
            break
    return np.concatenate(places), np.concatenate(values)
