"""The few loops that touch every word of an index: counting bits, counting facets, comparing vectors.

Shapes: `bits` are uint64 words, bit `i % 64` of word `i // 64` standing for entry `i`.
"""

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.engine.compiled import compiled

Bits = NDArray[np.uint64]


@compiled
def _popcount(x):  # Wilkes, Wheeler and Gill: sums of ever wider fields; LLVM makes one instruction of it
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


@compiled
def count_rows(rows, mask, out):
    """out[v] = how many bits rows[v] (values × words) shares with the mask."""
    for v in range(rows.shape[0]):
        total = np.uint64(0)
        for w in range(mask.shape[0]):
            total += _popcount(rows[v, w] & mask[w])
        out[v] = total


@compiled
def count_values(starts, values, places, out):
    """out[v] += how many of `places` hold value v; `values[starts[i]:starts[i + 1]]` are those of entry i."""
    for at in places:
        for place in range(starts[at], starts[at + 1]):
            out[values[place]] += 1


@compiled
def places_of(mask, start, most):
    """At most `most` places of set bits from `start` on, ascending."""
    found = np.empty(most, np.int64)
    n = 0
    for w in range(start >> 6, mask.shape[0]):
        word = mask[w]
        if w == start >> 6:
            word &= ~((np.uint64(1) << np.uint64(start & 63)) - np.uint64(1))
        bit = 0
        while word != np.uint64(0) and n < most:
            if word & np.uint64(1):
                found[n] = (w << 6) + bit
                n += 1
            word >>= np.uint64(1)
            bit += 1
        if n == most:
            break
    return found[:n]


@compiled
def holds(mask, places):
    """For each place whether its bit is set."""
    found = np.empty(len(places), np.bool_)
    for i in range(len(places)):
        at = places[i]
        found[i] = (mask[at >> 6] >> np.uint64(at & 63)) & np.uint64(1) != np.uint64(0)
    return found


@compiled
def near(rows, scales, query, first, last, out):
    """out[i] = scales[i] × (rows[i] · query) for rows `first` up to `last`; int8 rows, an int16 query."""
    for i in range(first, last):
        total = np.int32(0)
        for j in range(query.shape[0]):
            total += np.int32(rows[i, j]) * np.int32(query[j])
        out[i - first] = total * scales[i]


def bits(places: NDArray[np.integer], n: int) -> Bits:
    """Bits of a set of places among n entries."""
    flags = np.zeros((n + 63) // 64 * 64, np.uint8)
    flags[places] = 1
    return np.packbits(flags, bitorder="little").view(np.uint64)


def every(n: int) -> Bits:
    """All of n entries."""
    return bits(np.arange(n), n)


def count(mask: Bits) -> int:
    return int(np.bitwise_count(mask).sum())


def places(mask: Bits) -> NDArray[np.int64]:
    """Every place of a set bit, ascending."""
    return np.flatnonzero(np.unpackbits(np.ascontiguousarray(mask).view(np.uint8), bitorder="little"))
