"""The best pairs of two sides, both ways, in one pass, without ever holding all scores.

The matrix of all pairs is cut into tiles. A tile is one float32 matrix product for meaning; the parts that are zero for
most pairs (common words, HS codes, categories) are added to it from postings. Only values that may beat the worst of
their row's or column's list are looked at.

A tile's values are a filter, not the answer: float32 sums in another order differ in their last bits. Whatever reaches
a list within that error is worked out from the pair alone (`exact.py`). So the result is the exact top k, the same
whatever way the sides were cut.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled
from matchmaker.matching.engine.exact import CROWDING, SLOTS, TRUST, Side, Sums, parts_of
from matchmaker.matching.engine.lexical import Postings

_SLOT_NUMBERS = np.arange(SLOTS)
_NOTHING = np.float32(-1e30)
# Rows × columns of a tile. Wide, so that a row's first look at a tile tells nearly how high its best will be.
_ROWS = 1024  # 40 MB a tile: large enough for a matrix product at full speed
_COLUMNS = 10240
_CHUNK = 32  # values of a row that are tested together, in vector instructions
_FEW = 64  # rows up to which a tile may be wider
_WIDE = 1 << 18
_ROUNDING = 1e-5  # float32 sums of a few hundred terms err by some 1e-6 of their size; ten times that


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


@compiled
def _reached(row, more, scale, k):  # type: ignore[no-untyped-def]
    """A value that at least k of the row surely reach and few more: the k-th greatest of the maxima of 8k groups."""
    groups = 8 * k
    if k == 0 or len(row) < 2 * groups:
        return _NOTHING
    maxima = row[:groups] * scale + more[:groups]
    for at in range(groups, len(row) - groups + 1, groups):
        values, own = row[at : at + groups], more[at : at + groups]
        for g in range(groups):
            value = values[g] * scale + own[g]
            maxima[g] = value if value > maxima[g] else maxima[g]
    return np.partition(maxima, groups - k)[groups - k]


@compiled
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


@compiled
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
            worth = np.float32(sums.steps[slot]) / scale
            for e in range(tile.slot_starts[code], tile.slot_starts[code + 1]):
                row[tile.slot_texts[e]] += worth


@compiled
def _scan(values, tile, block, row_is_offer, offers, wants, sums, row_best, column_best):  # type: ignore[no-untyped-def]
    """Turn rows of dot products into log-odds and pass what may matter on to the lists of its row and its column."""
    side = offers if row_is_offer else wants
    size = values.shape[1]
    hits, rows = np.empty(size, np.int64), np.empty(size, np.int64)
    floors = column_best.floor[tile.at : tile.at + size]
    # Log-odds are scale · (dot product + scattered parts) + what row and column add by themselves.
    scale = np.float32(sums.meaning if sums.meaning != 0 else 1)
    for i in range(len(values)):
        at, row, own = block.at + i, values[i], block.own[i]
        _scatter(row, at, side, side.starts[block.at], tile, block.slots[i], sums, scale)
        row_floor = row_best.floor[at]
        if row_floor <= _NOTHING:
            reached = _reached(row, tile.least[block.kind[i]], scale, row_best.values.shape[1])
            row_floor = max(row_floor, reached + own)
        count = _collect(row, tile.add[block.kind[i]], floors, scale, own, row_floor, hits)
        if count:  # all at once: handing over two sides for each pair would cost more than the pairs do
            columns, here = tile.at + hits[:count], rows[:count]
            here[:] = at
            if row_is_offer:
                exact = parts_of(offers, wants, sums, here, columns)[0]
            else:
                exact = parts_of(offers, wants, sums, columns, here)[0]
            _keep(row_best, here, exact, columns)
            _keep(column_best, columns, exact, here)


class _Block(NamedTuple):
    """Rows at..: what each adds by itself, which of a column's four additions it meets, the places of its codes."""

    at: int
    own: NDArray[np.float32]
    kind: NDArray[np.int64]
    slots: NDArray[np.int32]


class _PreparedTile(NamedTuple):
    """A tile for the compiled loops; `words` are the places of the block's words in the tile's postings.

    `add` is what each column adds by itself, the error of a sum included (a bound from above); `least` is the bound
    from below.
    """

    at: int
    words: NDArray[np.int32]
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    here: NDArray[np.float32]
    ask: NDArray[np.float32]
    slot_starts: NDArray[np.int64]
    slot_texts: NDArray[np.int32]
    add: NDArray[np.float32]
    least: NDArray[np.float32]


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

    def prepared(self, side: Side, sums: Sums) -> _PreparedTile:
        end = self.at + self.size
        error = np.float32(_ROUNDING * sums.size)
        own = _own(side, self.at, end, sums) + error
        hs, category = side.traits[self.at : end, 0] != 0, side.traits[self.at : end, 3] != 0
        # 4 × size: for a row that knows (neither, only category, only HS, both)
        add = np.empty((4, self.size), np.float32)
        for kind in range(4):
            add[kind] = own
            add[kind] += np.float32(sums.unknown_hs) * ~(hs & bool(kind & 2))
            add[kind] += np.float32(sums.unknown_category) * ~(category & bool(kind & 1))
        w, s = self.words, self.slots
        none = np.zeros(0, np.int32)
        return _PreparedTile(self.at, none, w.starts, w.texts, w.here, w.ask, s.starts, s.texts, add, add - 2 * error)


def _own(side: Side, start: int, end: int, sums: Sums) -> NDArray[np.float32]:
    """What an item adds to all its pairs."""
    traits = side.traits[start:end]
    return np.float32(0.5 * sums.crowding) * traits[:, CROWDING] + np.float32(sums.trust) * traits[:, TRUST]


def _tiles(columns: Side, width: int) -> list[Tile]:
    known = np.unique(columns.numbers)
    return [Tile.of(columns, at, width, known) for at in range(0, len(columns.starts) - 1, width)]


def both_ways(
    offers: Side,
    wants: Side,
    sums: Sums,
    *,
    per_offer: int,
    per_want: int,
    floor: float = float(_NOTHING),
    want_floors: NDArray[np.float32] | None = None,
    offer_tiles: "dict[int, list[Tile]] | None" = None,
    want_tiles: "dict[int, list[Tile]] | None" = None,
) -> tuple[Best, Best]:
    """The best wants of each offer and the best offers of each want, by log-odds, exactly.

    Of equal values the one with the smaller place comes first. Nothing below `floor` is kept; `want_floors` (one a
    want) may ask for more. `offer_tiles` and `want_tiles` keep what is prepared of a side between calls with it.
    """
    n, m = len(offers.starts) - 1, len(wants.starts) - 1
    best_of_offer = empty_best(n, min(per_offer, m), floor)
    wants_ask = floor if want_floors is None else np.maximum(want_floors, np.float32(floor))
    best_of_want = empty_best(m, min(per_want, n), wants_ask)
    if n == 0 or m == 0:
        return best_of_offer, best_of_want
    row_is_offer = not (m <= _FEW and n > m)
    if row_is_offer:
        rows, columns, cache, best = offers, wants, want_tiles, (best_of_offer, best_of_want)
    else:
        rows, columns, cache, best = wants, offers, offer_tiles, (best_of_want, best_of_offer)
    height = len(rows.starts) - 1
    width = _COLUMNS if height > _FEW else _WIDE
    cache = {} if cache is None else cache
    if width not in cache:
        cache[width] = _tiles(columns, width)
    tiles = [(tile, tile.prepared(columns, sums)) for tile in cache[width]]
    space = np.empty(min(_ROWS, height) * tiles[0][0].size, np.float32)
    for at in range(0, height, _ROWS):
        end = min(at + _ROWS, height)
        traits = rows.traits[at:end]
        codes = traits[:, :SLOTS].astype(np.int64) * SLOTS + _SLOT_NUMBERS
        own = _own(rows, at, end, sums) + np.float32(sums.intercept)
        kind = (traits[:, 0] != 0) * 2 + (traits[:, 3] != 0)
        words = tiles[0][0].words.find(rows.numbers[rows.starts[at] : rows.starts[end]])  # all tiles share the list
        for tile, prepared in tiles:
            block = _Block(at, own, kind, tile.slots.find(codes.ravel()).reshape(-1, SLOTS))
            values = _products(rows.vectors[at:end], columns.vectors[tile.at : tile.at + tile.size], sums, space)
            _scan(values, prepared._replace(words=words), block, row_is_offer, offers, wants, sums, *best)
    return best_of_offer, best_of_want


def _products(
    rows: NDArray[np.float32], columns: NDArray[np.float32], sums: Sums, space: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Dot products of all rows with all columns, written into `space`; noughts where meaning does not count."""
    values = space[: len(rows) * len(columns)].reshape(len(rows), len(columns))
    if sums.meaning != 0:
        return np.matmul(rows, columns.T, out=values)
    values[:] = 0
    return values
