"""Names as vectors of whole numbers, in clusters: `scoring` compares a million by looking at a few thousand.

Below `ONE_CLUSTER` names every one is compared and the answer is exact. From `NARROW_FROM` on only the numbers along
the axes that tell these names apart most are kept: a quarter of the bytes, and it is bytes that a comparison costs.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.search.segment import Segment

ONE_CLUSTER = 30_000
NARROW_FROM, NARROW = 100_000, 128
SAMPLE, SAMPLE_OF_AXES = 256, 20_000  # names whose mean stands for "everything", and by which axes are chosen
STEP = 50_000  # names that are held as whole numbers at a time
# Clusters are so many times the root of the names. With one time, 41 % of the names worth it would be missed among a
# million for as many comparisons, instead of 26 %; with eight times 21 %, and finding them takes four times as long
# (benchmarks/search/near_names.py).
CLUSTERS = 4
OF_A_CLUSTER, ROUNDS = 40, 6  # names of the sample they are found by, and how often they are moved
AT_A_TIME = 20_000_000  # cosines that are held at a time
Vectors = NDArray[np.float32]
Quantised = tuple[NDArray[np.int8], NDArray[np.float32], Vectors]  # vectors, their scales, and the axes they are along

NO_AXES: Vectors = np.zeros((0, 0), np.float32)  # vectors are whole


def quantise(rows: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8 and the factor of each; the error of a dot product of unit vectors stays below 0.01."""
    if not len(rows):
        return np.zeros(rows.shape, np.int8), np.zeros(0, np.float32)
    most = np.maximum(np.abs(rows).max(axis=1), 1e-12)
    return np.rint(rows * (127 / most)[:, None]).astype(np.int8), (most / 127).astype(np.float32)


def dequantise(vectors: NDArray[np.int8], scales: NDArray[np.float32]) -> Vectors:
    return np.asarray(vectors, np.float32) * np.asarray(scales)[:, None]


def whole(vectors: NDArray[np.int8], scales: NDArray[np.float32], axes: Vectors) -> Vectors:
    """Rows as the encoder made them, as far as they were kept."""
    rows = dequantise(vectors, scales)
    return rows @ axes.T if axes.size else rows


def together(parts: Sequence[Quantised]) -> Quantised:
    """The rows of several as those of one: along the axes of the first that has some, or, where they are many, along
    those that tell them apart most."""
    axes = next((axes for _vectors, _scales, axes in parts if axes.size), NO_AXES)
    if not axes.size and sum(len(one[0]) for one in parts) >= NARROW_FROM and parts[0][0].shape[1] > NARROW:
        axes = _axes(parts)
    same = [one[:2] if one[2] is axes or not axes.size else _along(one, axes) for one in parts]
    return np.concatenate([one[0] for one in same]), np.concatenate([one[1] for one in same]), axes


def _axes(parts: Sequence[Quantised]) -> Vectors:
    """dim × NARROW: the directions in which a sample of the rows is longest, each of length 1."""
    share = min(1.0, SAMPLE_OF_AXES / sum(len(one[0]) for one in parts))
    sample = []
    for vectors, scales, axes in parts:
        some = np.linspace(0, len(vectors) - 1, round(share * len(vectors))).astype(np.int64)
        sample.append(whole(vectors[some], scales[some], axes))
    rows = np.concatenate(sample)
    _lengths, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, ::-1][:, :NARROW], np.float32)


def _along(rows: Quantised, axes: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    vectors, scales, before = rows
    steps = [slice(at, at + STEP) for at in range(0, len(vectors), STEP)] or [slice(0, 0)]
    done = [quantise(whole(vectors[step], scales[step], before) @ axes) for step in steps]
    return np.concatenate([one[0] for one in done]), np.concatenate([one[1] for one in done])


def crowding(rows: Quantised, common: Vectors) -> Vectors:
    """How near each row is to what all share."""
    vectors, scales, axes = rows
    projected = common @ axes if axes.size else common
    products = [
        dequantise(vectors[at : at + STEP], scales[at : at + STEP]) @ projected for at in range(0, len(vectors), STEP)
    ]
    return np.concatenate(products) if products else np.zeros(0, np.float32)


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
    k = 1 << round(np.log2(CLUSTERS * np.sqrt(m)))
    random = np.random.default_rng(1)
    chosen = np.sort(random.choice(m, min(m, OF_A_CLUSTER * k), replace=False))
    sample = dequantise(vectors[chosen], scales[chosen])
    centroids = sample[random.choice(len(sample), k, replace=False)]
    for _round in range(ROUNDS):
        nearest = _nearest(sample, centroids)
        sums = np.zeros_like(centroids)
        np.add.at(sums, nearest, sample)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centroids = np.where(lengths > 1e-6, sums / np.maximum(lengths, 1e-6), centroids).astype(np.float32)
    cluster = np.empty(m, np.int64)
    for at in range(0, m, STEP):
        part = slice(at, at + STEP)
        cluster[part] = _nearest(dequantise(vectors[part], scales[part]), centroids)
    order = np.argsort(cluster, kind="stable")
    starts = np.zeros(k + 1, np.int64)
    np.cumsum(np.bincount(cluster, minlength=k), out=starts[1:])
    return order, starts, centroids


def _nearest(rows: Vectors, centroids: Vectors) -> NDArray[np.int64]:
    step = max(1, AT_A_TIME // len(centroids))
    return np.concatenate([(rows[at : at + step] @ centroids.T).argmax(axis=1) for at in range(0, len(rows), step)])


def vectors_of(segment: Segment, place: int) -> Vectors:
    """The vectors of every name of an entry, to a hundredth as they were encoded."""
    names = np.flatnonzero(segment.name_documents == place)
    return whole(segment.vectors[names], segment.scales[names], segment.axes)
