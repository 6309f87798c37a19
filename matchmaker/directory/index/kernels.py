"""The few loops that touch every word of an index: counting bits, counting facets, comparing vectors.

Shapes: `bits` are uint64 words, bit `i % 64` of word `i // 64` standing for entry `i`.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled

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
def count_values(starts, values, places, first, out):
    """out[v - first] += how many of `places` hold value v; `values[starts[i]:starts[i + 1]]` are those of entry i."""
    for at in places:
        for place in range(starts[at], starts[at + 1]):
            if first <= values[place] < first + len(out):
                out[values[place] - first] += 1


@compiled
def count_column(column, places, out):
    """out[v] += how many of `places` have v in the column; a v beyond `out` counts nowhere."""
    for at in places:
        if column[at] < len(out):
            out[column[at]] += 1


@compiled
def places_of(mask, start, most):
    """At most `most` places of set bits from `start` on, ascending."""
    found = np.empty(most, np.int64)
    n = 0
    for w in range(start >> 6, mask.shape[0]):
        word = mask[w]
        if w == start >> 6:
            word &= ~((np.uint64(1) << np.uint64(start & 63)) - np.uint64(1))
        while word != np.uint64(0) and n < most:
            rest = word & (word - np.uint64(1))
            found[n] = (w << 6) + np.int64(_popcount((word ^ rest) - np.uint64(1)))
            n += 1
            word = rest
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
def near(rows, scales, crowding, query, firsts, lasts, unit, share, least):
    """(rows, values above `least`) of unit × scales[i] × (rows[i] · query) - share × crowding[i], for rows `firsts[c]`
    up to `lasts[c]` of every c; int8 rows, an int16 query."""
    found = np.empty((lasts - firsts).sum(), np.int64)
    values = np.empty(len(found), np.float32)
    n = 0
    for c in range(len(firsts)):
        for i in range(firsts[c], lasts[c]):
            total = np.int32(0)
            for j in range(query.shape[0]):  # every step cast back: numba would widen to int64, three times slower
                total = np.int32(total + np.int32(np.int32(rows[i, j]) * np.int32(query[j])))
            value = np.float32(total) * unit * scales[i] - share * crowding[i]
            if value > least:
                found[n], values[n] = i, value
                n += 1
    return found[:n], values[:n]


@compiled
def add_bits(mask, places):
    for at in places:
        mask[at >> 6] |= np.uint64(1) << np.uint64(at & 63)


# -- a few of many entries, numbered by their order: `before[w]` is how many stand in front of word w of their bits
@compiled
def _before(mask, before):
    total = 0
    for w in range(mask.shape[0]):
        before[w] = total
        total += np.int64(_popcount(mask[w]))
    return total


@compiled
def _number(mask, before, at):
    word, bit = mask[at >> 6], np.uint64(1) << np.uint64(at & 63)
    if word & bit == np.uint64(0):
        return np.int64(-1)
    return before[at >> 6] + np.int64(_popcount(word & (bit - np.uint64(1))))


@compiled
def add_words(mask, before, places, counts, lengths, weight, k, b, scores, named):
    """scores[number] += weight × BM25 of every entry of a word's list; `lengths` are in shares of the mean one. Marks
    in `named` where a name holds the word."""
    for i in range(places.shape[0]):
        at = places[i]
        number = _number(mask, before, at)
        if number >= 0:
            often = np.float32(counts[i] & 127)
            scores[number] += weight * often * (k + 1) / (often + k * (1 - b + b * lengths[at]))
            if counts[i] >= 128:
                named[number] = True


@compiled
def mark_named(mask, before, places, counts, named):
    """named[number] where a name of the entry holds the word."""
    for i in range(places.shape[0]):
        if counts[i] >= 128:
            number = _number(mask, before, places[i])
            if number >= 0:
                named[number] = True


@compiled
def raise_to(mask, before, places, values, out):
    """out[number] = the greatest of its values; places that are not in the mask are passed over."""
    for i in range(places.shape[0]):
        number = _number(mask, before, places[i])
        if number >= 0 and values[i] > out[number]:
            out[number] = values[i]


@compiled
def add_shares(mask, before, under, shares, scores):
    """scores[number] += the greatest of the shares of the rows of `under` (bits) that hold the entry."""
    for w in range(mask.shape[0]):
        rest = np.uint64(0)
        for r in range(under.shape[0]):
            rest |= under[r, w]
        rest &= mask[w]
        while rest != np.uint64(0):
            bit = rest & ~(rest - np.uint64(1))
            rest ^= bit
            scores[before[w] + np.int64(_popcount(mask[w] & (bit - np.uint64(1))))] += _share(under, shares, w, bit)


@compiled
def _share(under, shares, w, bit):
    share = np.float32(0)
    for r in range(under.shape[0]):
        if under[r, w] & bit and shares[r] > share:
            share = shares[r]
    return share


@compiled
def bits_from(mask, scores, least):
    """Bits of those of the mask whose score, given in their order, is at least so much."""
    found, number = np.empty_like(mask), 0
    for w in range(mask.shape[0]):
        rest, word = mask[w], np.uint64(0)
        while rest != np.uint64(0):
            bit = rest & ~(rest - np.uint64(1))
            rest ^= bit
            word |= bit * np.uint64(scores[number] >= least)  # without a branch that is guessed wrong half the time
            number += 1
        found[w] = word
    return found


@compiled
def values_of(places, mask, before, scores, under, shares, out):
    """out[i] = the score of a place of the mask, the greatest share of the rows of `under` of another."""
    for i in range(len(places)):
        number = _number(mask, before, places[i])
        if number >= 0:
            out[i] = scores[number]
        else:
            out[i] = _share(under, shares, places[i] >> 6, np.uint64(1) << np.uint64(places[i] & 63))


@compiled
def strongest(values, allowed, least, most):
    """At most `most` places of the greatest values from `least` on that are allowed, greatest first, of equal ones the
    first."""
    found, n = np.empty(most, np.int64), 0
    for i in range(len(values)):
        if values[i] >= least and allowed[i] and (n < most or values[i] > least):
            at = min(n, most - 1)
            while at > 0 and values[found[at - 1]] < values[i]:
                found[at] = found[at - 1]
                at -= 1
            found[at] = i
            n = min(n + 1, most)
            if n == most:
                least = values[found[n - 1]]
    return found[:n]


def numbered(mask: Bits) -> tuple[NDArray[np.int64], int]:
    """(`before`, how many there are)."""
    before = np.empty(len(mask), np.int64)
    return before, int(_before(mask, before))


# -- sets
def bits(places: NDArray[np.integer], n: int) -> Bits:
    """Bits of a set of places among n entries."""
    mask = np.zeros((n + 63) // 64, np.uint64)
    add_bits(mask, np.asarray(places))
    return mask


@lru_cache(maxsize=32)
def every(n: int) -> Bits:
    """All of n entries; shared, and so read-only."""
    mask = np.full((n + 63) // 64, ~np.uint64(0))
    if n % 64:
        mask[-1] = (np.uint64(1) << np.uint64(n % 64)) - np.uint64(1)
    mask.setflags(write=False)
    return mask


def count(mask: Bits) -> int:
    return int(np.bitwise_count(mask).sum())


def places(mask: Bits) -> NDArray[np.int64]:
    """Every place of a set bit, ascending."""
    return places_of(mask, 0, count(mask))  # type: ignore[no-any-return]


def smallest(values: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Places, ascending, of the `most` smallest values; of equal ones the first."""
    if len(values) <= most:
        return np.arange(len(values))
    edge = np.partition(values, most - 1)[most - 1]
    return np.sort(np.concatenate([np.flatnonzero(values < edge), np.flatnonzero(values == edge)[:most]])[:most])
