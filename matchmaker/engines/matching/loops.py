"""The compiled loops of matching: what one pair is worth, and the scan of all pairs for those that may be shown.

All of them, the tuples they read and the constants they use stand in this one file, which imports nothing of the
project. numba keeps machine code on disk and compiles a function again when its own file changes, but not when another
file changes that it calls. In one file, old machine code can never be used by mistake.

Inside a loop, arrays are taken out of their tuples first: numba counts a reference each time an array is read from a
tuple, which costs more than a short sum.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

SLOTS = 5  # HS chapter, heading, subheading; family and category
HS_SLOTS = 3
# Columns of `Side.traits`, and how many there are.
CROWDING, TRUST, HS_SURE, CATEGORY_SURE, TRAITS = 5, 6, 7, 8, 9
NOTHING = np.float32(-1e30)  # lower than any log-odds
_CHUNK = 32  # values of a row that are tested together, in vector instructions

_compiled = numba.njit(cache=True, nogil=True)


class Side(NamedTuple):
    """One side of the comparison, n items.

    vectors: n × d float32, rows of length 1. starts (n + 1), numbers, here, ask: packed words, see `Postings`.
    traits: n × 9 float32: HS chapter, heading, subheading, family and category as whole numbers below 2^24 (0: not
    known), crowding, trust, and how certain the HS code and the category are (0 to 1; 0: not known).
    """

    vectors: NDArray[np.float32]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int64]
    here: NDArray[np.float32]
    ask: NDArray[np.float32]
    traits: NDArray[np.float32]


class Sums(NamedTuple):
    """How parts add up: the weights, and what each common slot of `codes` is worth (already weighted).

    Where both codes are certain their common slots count, where one is not known `unknown_hs` (or `unknown_category`)
    does, and in between the mean of both, weighted by the product of the two certainties.
    """

    meaning: float
    crowding: float
    words: float
    trust: float
    intercept: float
    steps: NDArray[np.float64]  # SLOTS
    unknown_hs: float
    unknown_category: float

    @property
    def size(self) -> float:
        """No pair's log-odds are further from nought: parts are between -1 and 1, words at most 2."""
        single = abs(self.meaning) + abs(self.crowding) + 2 * abs(self.words) + 2 * abs(self.trust)
        rest = abs(self.intercept) + float(np.abs(self.steps).sum()) + abs(self.unknown_hs) + abs(self.unknown_category)
        return single + rest


class Best(NamedTuple):
    """The best of each item: n × k log-odds (float32, descending) and places on the other side (-1: none)."""

    values: NDArray[np.float32]
    places: NDArray[np.int32]
    size: NDArray[np.int32]
    floor: NDArray[np.float32]  # what a newcomer must reach


class RowBlock(NamedTuple):
    """Rows at..: what each adds by itself, and the places of its codes."""

    at: int
    own: NDArray[np.float32]
    slots: NDArray[np.int32]


class PreparedTile(NamedTuple):
    """A tile for the compiled loops; `words` are the places of the block's words in the tile's postings.

    `add` is what each column adds by itself and what unknown codes are worth, the error of a sum included (a bound from
    above; less twice `error` it is one from below).
    """

    at: int
    words: NDArray[np.int32]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    here: NDArray[np.float32]
    ask: NDArray[np.float32]
    slot_starts: NDArray[np.int64]
    slot_texts: NDArray[np.int32]
    slot_sure: NDArray[np.float32]
    add: NDArray[np.float32]
    hs_sure: NDArray[np.float32]
    category_sure: NDArray[np.float32]
    error: np.float32


# Sums may be reordered here, so that they run in vector registers. The order is fixed when the function is compiled:
# the product of two rows is the same to the last bit in every call.
@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _dot(a, i, b, j):  # type: ignore[no-untyped-def]
    """The dot product of the float32 rows a[i] and b[j]."""
    total = np.float32(0)
    for k in range(a.shape[1]):
        total += a[i, k] * b[j, k]
    return total


@_compiled
def parts_of(offers, wants, sums, i, j):  # type: ignore[no-untyped-def]
    """The parts of many pairs: (log-odds, meaning, words), each as long as the places i and j.

    Every pair is summed in the same order, whatever stands beside it.
    """
    values, meaning, words = np.empty(len(i), np.float32), np.empty(len(i)), np.empty(len(i))
    vectors, starts, numbers, here, ask, traits = offers
    of_want, want_starts, want_numbers, want_here, want_ask, want_traits = wants
    steps = sums.steps
    for n in range(len(i)):
        a, b = i[n], j[n]
        meaning[n] = _dot(vectors, a, of_want, b)
        total = 0.0
        p, p_end, q, q_end = starts[a], starts[a + 1], want_starts[b], want_starts[b + 1]
        while p < p_end and q < q_end:
            if numbers[p] == want_numbers[q]:
                total += np.float64(here[p]) * want_ask[q] + np.float64(ask[p]) * want_here[q]
                p += 1
                q += 1
            elif numbers[p] < want_numbers[q]:
                p += 1
            else:
                q += 1
        words[n] = total
        value = sums.intercept + sums.meaning * meaning[n] + sums.words * total
        value += sums.crowding * 0.5 * (np.float64(traits[a, CROWDING]) + want_traits[b, CROWDING])
        value += sums.trust * (np.float64(traits[a, TRUST]) + want_traits[b, TRUST])
        hs = np.float64(traits[a, HS_SURE]) * want_traits[b, HS_SURE]
        category = np.float64(traits[a, CATEGORY_SURE]) * want_traits[b, CATEGORY_SURE]
        value += sums.unknown_hs * (1 - hs) + sums.unknown_category * (1 - category)
        for slot in range(SLOTS):
            if traits[a, slot] != 0 and traits[a, slot] == want_traits[b, slot]:
                value += steps[slot] * (hs if slot < HS_SLOTS else category)
        values[n] = value
    return values, meaning, words


@_compiled
def mean_dot(rows, among, nearest):  # type: ignore[no-untyped-def]
    """Mean dot product of each row with the rows of `among` named in `nearest` (rows × k)."""
    means = np.empty(len(rows), np.float32)
    for i in range(len(rows)):
        total = 0.0
        for n in range(nearest.shape[1]):
            total += _dot(rows, i, among, nearest[i, n])
        means[i] = np.float32(total / nearest.shape[1])
    return means


@_compiled
def _keep(best, items, given, places_given):  # type: ignore[no-untyped-def]
    """Put values into the k best of items: greater first, of equals the smaller place first."""
    values, places, sizes, floor = best
    k = values.shape[1]
    for n in range(len(items)):
        item, value, place = items[n], given[n], places_given[n]
        if value < floor[item]:
            continue
        j = sizes[item]
        if j == k:
            j -= 1
            if value < values[item, j] or (value == values[item, j] and place > places[item, j]):
                continue
        else:
            sizes[item] = j + 1
        while j > 0 and (values[item, j - 1] < value or (values[item, j - 1] == value and places[item, j - 1] > place)):
            values[item, j], places[item, j] = values[item, j - 1], places[item, j - 1]
            j -= 1
        values[item, j], places[item, j] = value, place
        if sizes[item] == k:
            floor[item] = values[item, k - 1]


@_compiled
def _reached(row, more, scale, k):  # type: ignore[no-untyped-def]
    """A value that at least k of the row surely reach and few more: the k-th greatest of the maxima of 8k groups."""
    groups = 8 * k
    if k == 0 or len(row) < 2 * groups:
        return NOTHING
    maxima = row[:groups] * scale + more[:groups]
    for at in range(groups, len(row) - groups + 1, groups):
        values, own = row[at : at + groups], more[at : at + groups]
        for g in range(groups):
            value = values[g] * scale + own[g]
            maxima[g] = value if value > maxima[g] else maxima[g]
    return np.partition(maxima, groups - k)[groups - k]


@_compiled
def _collect(row, more, floors, scale, own, row_floor, hits):  # type: ignore[no-untyped-def]
    """Write the places in a row where a value reaches its floor into `hits`; how many there are."""
    count = 0
    for start in range(0, len(row), _CHUNK):
        end = min(start + _CHUNK, len(row))
        values, add, least = row[start:end], more[start:end], floors[start:end]
        some = False
        # No branch inside: this sees every pair there is and must become vector instructions.
        for j in range(len(values)):
            some |= values[j] * scale + add[j] + own >= min(row_floor, least[j])
        if some:
            for j in range(len(values)):
                if values[j] * scale + add[j] + own >= min(row_floor, least[j]):
                    hits[count] = start + j
                    count += 1
    return count


@_compiled
def _scatter(row, at, side, first, tile, slots, sums, scale):  # type: ignore[no-untyped-def]
    """Add what common words, codes and categories are worth to a row of dot products, in units of meaning."""
    for p in range(side.starts[at], side.starts[at + 1]):
        word = tile.words[p - first]
        if word >= 0:
            by_here = np.float32(sums.words) / scale * side.here[p]
            by_ask = np.float32(sums.words) / scale * side.ask[p]
            for e in range(tile.starts[word], tile.starts[word + 1]):
                row[tile.texts[e]] += by_here * tile.ask[e] + by_ask * tile.here[e]
    for slot in range(SLOTS):
        code = slots[slot]
        if code >= 0:
            sure = side.traits[at, HS_SURE if slot < HS_SLOTS else CATEGORY_SURE]
            worth = np.float32(sums.steps[slot]) / scale * sure
            for e in range(tile.slot_starts[code], tile.slot_starts[code + 1]):
                row[tile.slot_texts[e]] += worth * tile.slot_sure[e]


@_compiled
def scan(values, tile, block, row_is_offer, offers, wants, sums, row_best, column_best):  # type: ignore[no-untyped-def]
    """Turn rows of dot products into log-odds and pass what may matter on to the lists of its row and its column."""
    side = offers if row_is_offer else wants
    size = values.shape[1]
    hits, rows, more = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.float32)
    add, hs_sure, category_sure = tile.add, tile.hs_sure, tile.category_sure
    unknown_hs, unknown_category = np.float32(sums.unknown_hs), np.float32(sums.unknown_category)
    floors = column_best.floor[tile.at : tile.at + size]
    # Log-odds are scale · (dot product + scattered parts) + what row and column add by themselves.
    scale = np.float32(sums.meaning if sums.meaning != 0 else 1)
    for i in range(len(values)):
        at, row, own = block.at + i, values[i], block.own[i]
        _scatter(row, at, side, side.starts[block.at], tile, block.slots[i], sums, scale)
        hs, category = unknown_hs * side.traits[at, HS_SURE], unknown_category * side.traits[at, CATEGORY_SURE]
        for j in range(size):  # what each column adds to this row, less what its codes make known
            more[j] = add[j] - hs * hs_sure[j] - category * category_sure[j]
        row_floor = row_best.floor[at]
        if row_floor <= NOTHING:
            reached = _reached(row, more, scale, row_best.values.shape[1])
            row_floor = max(row_floor, reached + own - 2 * tile.error)
        count = _collect(row, more, floors, scale, own, row_floor, hits)
        if count:  # all at once: handing over two sides for each pair would cost more than the pairs do
            columns, here = tile.at + hits[:count], rows[:count]
            here[:] = at
            if row_is_offer:
                exact = parts_of(offers, wants, sums, here, columns)[0]
            else:
                exact = parts_of(offers, wants, sums, columns, here)[0]
            _keep(row_best, here, exact, columns)
            _keep(column_best, columns, exact, here)
