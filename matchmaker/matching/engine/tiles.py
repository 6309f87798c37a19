"""The best pairs of two sides, both ways, in one pass, without ever holding all scores.

The matrix of all pairs is cut into tiles. A tile is one matrix product for meaning; the parts that are zero for most
pairs (common words, HS codes, categories) are scattered onto it from postings while a row of it is in the nearest
cache. Every row and every column keeps its k best so far, and only values that beat the worst of these are looked at.

A tile's values are a filter, not the answer: products of different shapes differ in their last bits. Whatever passes
the filter (with a margin wider than that error) is computed again from the pair alone, in a fixed order of operations.
So the result is the exact top k, and the same whatever way the sides were cut.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.matching.engine.compiled import compiled, dot
from matchmaker.matching.engine.lexical import Postings

SLOTS = 5  # HS chapter, heading, subheading; family and category
CROWDING, TRUST, TRAITS = 5, 6, 8
_SLOT_NUMBERS = np.arange(SLOTS)
_NOTHING = np.float32(-1e30)
# Rows × columns of a tile (40 MB). Wide enough that a matrix product runs at full speed and that a row's first look
# at a tile tells nearly how high its best will be; a row of it (40 kB) fits the inner caches.
_ROWS = 1024
_COLUMNS = 10240
_GLANCE = 32  # values of a row looked at together
_FEW = 64  # rows from which on a narrow tile pays
_WIDE = 1 << 18


class Side(NamedTuple):
    """One side of the comparison, n items.

    vectors: n × d float32, rows of length 1. starts (n + 1), numbers, here, ask: packed words, see `Postings`.
    traits: n × 8 float32, one cache line an item: HS chapter, heading, subheading, family and category as whole numbers
    below 2^24 (0: not known), crowding, trust, nothing.
    """

    vectors: NDArray[np.float32]
    starts: NDArray[np.int64]
    numbers: NDArray[np.int64]
    here: NDArray[np.float32]
    ask: NDArray[np.float32]
    traits: NDArray[np.float32]


class Sums(NamedTuple):
    """How parts add up: the weights, and what each common slot of `codes` is worth (already weighted)."""

    meaning: float
    crowding: float
    words: float
    trust: float
    intercept: float
    steps: NDArray[np.float64]  # SLOTS
    unknown_hs: float
    unknown_category: float


class Best(NamedTuple):
    """The best of each item: n × k log-odds (float32, descending) and places on the other side (-1: none)."""

    values: NDArray[np.float32]
    places: NDArray[np.int32]
    size: NDArray[np.int32]
    floor: NDArray[np.float32]  # what a newcomer must reach


def empty_best(n: int, k: int, floor: float | NDArray[np.float32]) -> Best:
    if k == 0:
        floor = float(-_NOTHING)  # nothing is let in
    return Best(
        np.full((n, k), _NOTHING, np.float32),
        np.full((n, k), -1, np.int32),
        np.zeros(n, np.int32),
        np.broadcast_to(np.asarray(np.maximum(floor, _NOTHING), np.float32), (n,)).copy(),
    )


@compiled
def _parts(offers, i, wants, j, sums):  # type: ignore[no-untyped-def]
    """(log-odds, meaning, words) of one pair, from the pair alone."""
    meaning = dot(offers.vectors, i, wants.vectors, j)
    words = 0.0
    p, p_end, q, q_end = offers.starts[i], offers.starts[i + 1], wants.starts[j], wants.starts[j + 1]
    while p < p_end and q < q_end:
        if offers.numbers[p] == wants.numbers[q]:
            words += np.float64(offers.here[p]) * wants.ask[q] + np.float64(offers.ask[p]) * wants.here[q]
            p += 1
            q += 1
        elif offers.numbers[p] < wants.numbers[q]:
            p += 1
        else:
            q += 1
    value = sums.intercept + sums.meaning * meaning + sums.words * words
    one, other = offers.traits, wants.traits
    value += sums.crowding * 0.5 * (np.float64(one[i, CROWDING]) + other[j, CROWDING])
    value += sums.trust * (np.float64(one[i, TRUST]) + other[j, TRUST])
    for slot in range(SLOTS):
        if one[i, slot] != 0 and one[i, slot] == other[j, slot]:
            value += sums.steps[slot]
    if one[i, 0] == 0 or other[j, 0] == 0:
        value += sums.unknown_hs
    if one[i, 3] == 0 or other[j, 3] == 0:
        value += sums.unknown_category
    return np.float32(value), meaning, words


@compiled
def parts_of(offers, wants, sums, i, j):  # type: ignore[no-untyped-def]
    """The parts of many pairs: (log-odds, meaning, words), each as long as the places i and j."""
    values, meaning, words = np.empty(len(i), np.float32), np.empty(len(i)), np.empty(len(i))
    for n in range(len(i)):
        values[n], meaning[n], words[n] = _parts(offers, i[n], wants, j[n], sums)
    return values, meaning, words


@compiled
def _keep(values, places, size, floor, row, value, place):  # type: ignore[no-untyped-def]
    """Put a value into the k best of a row: greater first, of equals the smaller place first."""
    k = values.shape[1]
    j = size[row]
    if j == k:
        j -= 1
        if value < values[row, j] or (value == values[row, j] and place > places[row, j]):
            return
    else:
        size[row] = j + 1
    while j > 0 and (values[row, j - 1] < value or (values[row, j - 1] == value and places[row, j - 1] > place)):
        values[row, j] = values[row, j - 1]
        places[row, j] = places[row, j - 1]
        j -= 1
    values[row, j] = value
    places[row, j] = place
    if size[row] == k:
        floor[row] = values[row, k - 1]


@compiled
def _first_floor(row, scale, add, k):  # type: ignore[no-untyped-def]
    """A value that at least k of the row reach and few more: the k-th greatest of the maxima of 4k groups."""
    groups = 4 * k
    width = len(row) // groups
    if k == 0 or width < 2:
        return np.float32(-1e30)
    maxima = row[:groups] * scale + add[:groups]
    for w in range(1, width):
        values, more = row[w * groups : (w + 1) * groups], add[w * groups : (w + 1) * groups]
        for g in range(groups):
            value = values[g] * scale + more[g]
            maxima[g] = value if value > maxima[g] else maxima[g]
    return np.partition(maxima, groups - k)[groups - k]


@compiled
def _collect(row, add, floors, scale, own, row_floor, hits):  # type: ignore[no-untyped-def]
    """Write the places in a row where a value reaches its floor into `hits`; how many there are."""
    count, start = 0, 0
    while start < len(row):
        end = min(start + _GLANCE, len(row))
        if end - start == _GLANCE:
            hit = np.int32(0)
            values, more, least = row[start:end][:_GLANCE], add[start:end][:_GLANCE], floors[start:end][:_GLANCE]
            # No branch inside and a fixed length: this sees every pair there is and must become vector instructions.
            for j in range(_GLANCE):
                hit |= np.int32(values[j] * scale + more[j] + own >= min(row_floor, least[j]))
            if not hit:
                start = end
                continue
        for j in range(start, end):
            hits[count] = j
            count += np.int64(row[j] * scale + add[j] + own >= min(row_floor, floors[j]))
        start = end
    return count


@compiled
def _scan(  # type: ignore[no-untyped-def]
    tile, rows_at, columns_at, offers_are_rows, exact, offers, wants, sums, margin, row_best, column_best,
    row_own, row_kind, column_add, words, starts, texts, here, ask, slots, slot_starts, slot_texts,
):  # fmt: skip
    """Turn a tile of dot products into log-odds, row by row, and pass what beats its row's or column's worst on."""
    rows, columns = tile.shape
    row_side = offers if offers_are_rows else wants
    first = row_side.starts[rows_at]
    hits, found = np.empty(columns + 1, np.int64), np.empty(columns, np.float32)
    row_values, row_places, row_sizes, row_floors = row_best
    column_values, column_places, column_sizes, column_floors = column_best
    column_floor = column_floors[columns_at : columns_at + columns] - margin
    # Log-odds are scale · (dot product + scattered parts) + what row and column add by themselves.
    scale = np.float32(sums.meaning)
    if scale == 0:
        tile[:] = 0
        scale = np.float32(1)
    for i in range(rows):
        at = rows_at + i
        row, add = tile[i], column_add[row_kind[i]]
        for p in range(row_side.starts[at], row_side.starts[at + 1]):
            word = words[p - first]
            if word >= 0:
                by_here = np.float32(sums.words) / scale * row_side.here[p]
                by_ask = np.float32(sums.words) / scale * row_side.ask[p]
                for e in range(starts[word], starts[word + 1]):
                    row[texts[e]] += by_here * ask[e] + by_ask * here[e]
        for slot in range(SLOTS):
            code = slots[i, slot]
            if code >= 0:
                worth = np.float32(sums.steps[slot]) / scale
                for e in range(slot_starts[code], slot_starts[code + 1]):
                    row[slot_texts[e]] += worth
        own = row_own[i]
        row_floor = row_floors[at] - margin
        if row_floors[at] < -1e29:
            row_floor = max(row_floor, _first_floor(row, scale, add, row_values.shape[1]) + own - margin)
        count = _collect(row, add, column_floor, scale, own, row_floor, hits)
        # First all values, then all insertions: reading one column's item need not wait for the last one's place.
        for n in range(count):
            column = columns_at + hits[n]
            if not exact:
                found[n] = row[hits[n]] * scale + add[hits[n]] + own
            elif offers_are_rows:
                found[n] = _parts(offers, at, wants, column, sums)[0]
            else:
                found[n] = _parts(offers, column, wants, at, sums)[0]
        for n in range(count):
            column = columns_at + hits[n]
            if found[n] >= row_floors[at]:
                _keep(row_values, row_places, row_sizes, row_floors, at, found[n], column)
            if found[n] >= column_floors[column]:
                _keep(column_values, column_places, column_sizes, column_floors, column, found[n], at)
                column_floor[hits[n]] = column_floors[column] - margin


def both_ways(
    offers: Side,
    wants: Side,
    sums: Sums,
    *,
    per_offer: int,
    per_want: int,
    floor: float = -1e30,
    exact: bool = True,
    want_floors: NDArray[np.float32] | None = None,
    offer_tiles: "dict[int, list[Tile]] | None" = None,
    want_tiles: "dict[int, list[Tile]] | None" = None,
) -> tuple[Best, Best]:
    """The best wants of each offer and the best offers of each want, by log-odds, exactly.

    Of equal values the one with the smaller place comes first. Nothing below `floor` is kept; `want_floors` (one a
    want) may ask for more. `exact=False` keeps the tile's own values, the same but for their last bits, so that near
    equals may change places between runs cut differently: for measuring and for answers that are not stored.
    `offer_tiles` and `want_tiles` keep what is prepared of a side between calls with it. Cost: one matrix product of
    the shape, and a few per cent where a floor is given.
    """
    n, m = len(offers.starts) - 1, len(wants.starts) - 1
    best_of_offer = empty_best(n, min(per_offer, m), floor)
    wants_ask = floor if want_floors is None else np.maximum(want_floors, np.float32(floor))
    best_of_want = empty_best(m, min(per_want, n), wants_ask)
    if n == 0 or m == 0:
        return best_of_offer, best_of_want
    offers_are_rows = not (m <= _FEW and n > m)
    rows, columns = (offers, wants) if offers_are_rows else (wants, offers)
    row_best, column_best = (best_of_offer, best_of_want) if offers_are_rows else (best_of_want, best_of_offer)
    height = len(rows.starts) - 1
    width = _COLUMNS if height > _FEW else _WIDE
    kept = want_tiles if offers_are_rows else offer_tiles
    kept = {} if kept is None else kept
    if width not in kept:
        known = np.unique(columns.numbers)
        kept[width] = [Tile.of(columns, at, width, known) for at in range(0, len(columns.starts) - 1, width)]
    # Float32 sums of a few hundred terms err by some 1e-6 of their size; ten times that is the filter's margin.
    margin = np.float32(
        1e-5 * (abs(sums.meaning) + abs(sums.crowding) + abs(sums.words) + abs(sums.trust) + abs(sums.intercept)
        + float(np.abs(sums.steps).sum()) + abs(sums.unknown_hs) + abs(sums.unknown_category))
    )  # fmt: skip
    adds = [tile.add(columns, sums) for tile in kept[width]]
    space = np.empty(min(_ROWS, height) * min(width, len(columns.starts) - 1), np.float32)
    for at in range(0, height, _ROWS):
        end = min(at + _ROWS, height)
        own = _own(rows, at, end, sums) + np.float32(sums.intercept)
        kind = (rows.traits[at:end, 0] != 0) * 2 + (rows.traits[at:end, 3] != 0)
        codes = rows.traits[at:end, :SLOTS].astype(np.int64) * SLOTS + _SLOT_NUMBERS
        numbers = rows.numbers[rows.starts[at] : rows.starts[end]]
        words = kept[width][0].words.find(numbers)  # all tiles share one list of words
        for tile, add in zip(kept[width], adds, strict=True):
            slots = tile.slots.find(codes.ravel()).reshape(-1, SLOTS)
            values = space[: (end - at) * tile.size].reshape(end - at, tile.size)
            np.matmul(rows.vectors[at:end], columns.vectors[tile.at : tile.at + tile.size].T, out=values)
            _scan(
                values, at, tile.at, offers_are_rows, exact, offers, wants, sums, margin, row_best, column_best,
                own, kind, add, words, tile.words.starts, tile.words.texts, tile.words.here, tile.words.ask,
                slots, tile.slots.starts, tile.slots.texts,
            )  # fmt: skip
    return best_of_offer, best_of_want


def _own(side: Side, start: int, end: int, sums: Sums) -> NDArray[np.float32]:
    """What an item adds to all its pairs, whoever stands opposite."""
    traits = side.traits[start:end]
    return np.float32(0.5 * sums.crowding) * traits[:, CROWDING] + np.float32(sums.trust) * traits[:, TRUST]


class Tile(NamedTuple):
    """A range of columns with its postings."""

    at: int
    size: int
    words: Postings
    slots: Postings

    @classmethod
    def of(cls, side: Side, at: int, width: int, known: NDArray[np.int64]) -> "Tile":
        end = min(at + width, len(side.starts) - 1)
        first, last = side.starts[at], side.starts[end]
        inside = slice(first, last)
        words = Postings.of(
            side.starts[at : end + 1] - first, side.numbers[inside], side.here[inside], side.ask[inside], known
        )
        codes = side.traits[at:end, :SLOTS].astype(np.int64)
        known = codes != 0
        codes = codes * SLOTS + _SLOT_NUMBERS
        ones = np.ones(int(known.sum()), np.float32)
        starts = np.concatenate(([0], np.cumsum(known.sum(axis=1))))
        return cls(at, end - at, words, Postings.of(starts, codes[known], ones, ones))

    def add(self, side: Side, sums: Sums) -> NDArray[np.float32]:
        """4 × size: what each column adds, for a row that knows (neither, only category, only HS, both)."""
        end = self.at + self.size
        own = _own(side, self.at, end, sums)
        hs, category = side.traits[self.at : end, 0] != 0, side.traits[self.at : end, 3] != 0
        found = np.empty((4, self.size), np.float32)
        for kind in range(4):
            found[kind] = own
            found[kind] += np.float32(sums.unknown_hs) * ~(hs & bool(kind & 2))
            found[kind] += np.float32(sums.unknown_category) * ~(category & bool(kind & 1))
        return found
