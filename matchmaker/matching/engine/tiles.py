"""The best pairs of two sides, both ways, in one pass, without ever holding all scores.

The matrix of all pairs is cut into tiles. A tile is one matrix product for meaning, in eight bits where the processor
can; the parts that are zero for most pairs (common words, HS codes, categories) are scattered onto it from postings
while it is in the nearest cache. Only values that may beat the worst of their row's or column's list are looked at.

A tile's values are a filter, not the answer. Each has a bound above it (what the eight bits, or float32 sums in another
order, may have lost at most), and whatever reaches a list by its bound is worked out from the pair alone (`exact.py`).
So the result is the exact top k, the same whatever way the sides were cut and whatever processor filtered.
"""

from typing import NamedTuple

import numpy as np
from numba.cpython.unsafe.numbers import trailing_zeros
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled
from matchmaker.matching.engine import eightbit
from matchmaker.matching.engine.exact import CROWDING, SLOTS, TRUST, Side, Sums, parts_of
from matchmaker.matching.engine.lexical import Postings

_SLOT_NUMBERS = np.arange(SLOTS)
_NOTHING = np.float32(-1e30)
# Rows × columns of a tile. Wide, so that a row's first look at a tile tells nearly how high its best will be. In
# float32 1,024 rows (40 MB), for a product at full speed; in eight bits so few that a tile stays in the second cache
# (16 rows: 0.6 MB), and as many as fit there, because every few rows read all columns anew.
_ROWS = 1024
_NEAR_ROWS = 32 if eightbit.second_cache() >= 2 << 20 else 16
_COLUMNS = 10240
_GLANCE = 32  # values of a row looked at together
_FEW = 64  # rows up to which a tile may be wider
_WIDE = 1 << 18
_SAMPLE = 4  # blocks of rows that tell first how high the lists of the columns begin
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
    count, start = 0, 0
    while start < len(row):
        end = min(start + _GLANCE, len(row))
        found = np.uint32(0)
        if end - start == _GLANCE:
            values, add, least = row[start:end][:_GLANCE], more[start:end][:_GLANCE], floors[start:end][:_GLANCE]
            # No branch inside and a fixed length: this sees every pair there is and must become vector instructions.
            for j in range(_GLANCE):
                found |= np.uint32(values[j] * scale + add[j] + own >= min(row_floor, least[j])) << np.uint32(j)
        else:
            for j in range(start, end):
                hit = row[j] * scale + more[j] + own >= min(row_floor, floors[j])
                found |= np.uint32(hit) << np.uint32(j - start)
        while found:
            hits[count] = start + trailing_zeros(found)
            count += 1
            found &= found - np.uint32(1)
        start = end
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
def _scan(values, row_at, size, tile, block, row_is_offer, offers, wants, sums, row_best, column_best):  # type: ignore[no-untyped-def]
    """Turn rows of dot products into log-odds and pass what may matter on to the lists of its row and its column.

    Row i of `values` is row row_at + i of the block; only the first `size` values of a row count.
    """
    side = offers if row_is_offer else wants
    first = side.starts[block.at]
    hits, rows = np.empty(size, np.int64), np.empty(size, np.int64)
    floors = column_best.floor[tile.at : tile.at + size]
    # Log-odds are scale · (dot product + scattered parts) + what row and column add by themselves.
    scale = np.float32(sums.meaning if sums.meaning != 0 else 1)
    for i in range(len(values)):
        at = block.at + row_at + i
        row, more, own = values[i][:size], tile.add[block.kind[row_at + i]], block.own[row_at + i]
        _scatter(row, at, side, first, tile, block.slots[row_at + i], sums, scale)
        row_floor = row_best.floor[at]
        if row_floor <= _NOTHING:
            reached = _reached(row, tile.least[block.kind[row_at + i]], scale, row_best.values.shape[1])
            row_floor = max(row_floor, reached + own - np.float32(2) * block.slack[row_at + i])
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


@compiled
def _highest(values, row_at, size, tile, block, row_is_offer, offers, wants, sums, found):  # type: ignore[no-untyped-def]
    """For a first idea of the columns' lists: the greatest lower bound of each column among groups of rows.

    found: groups × columns; rows go to the groups in turn.
    """
    side = offers if row_is_offer else wants
    scale = np.float32(sums.meaning if sums.meaning != 0 else 1)
    for i in range(len(values)):
        row, more = values[i][:size], tile.least[block.kind[row_at + i]]
        own = block.own[row_at + i] - np.float32(2) * block.slack[row_at + i]
        _scatter(row, block.at + row_at + i, side, side.starts[block.at], tile, block.slots[row_at + i], sums, scale)
        highest = found[(row_at + i) % len(found)]
        for j in range(size):
            value = row[j] * scale + more[j] + own
            highest[j] = value if value > highest[j] else highest[j]


@compiled
def _products(space, start, cells, scale, columns, sums):  # type: ignore[no-untyped-def]
    """The next few rows of dot products, in eight bits."""
    end = min(start + len(space), len(cells))
    values = space[: end - start]
    if sums.meaning != 0:
        eightbit.products(cells[start:end], scale[start:end], columns, values)
    else:
        values[:] = 0
    return values


@compiled
def _scan_eight_bits(space, cells, scale, columns, size, *rest):  # type: ignore[no-untyped-def]
    for start in range(0, len(cells), len(space)):
        _scan(_products(space, start, cells, scale, columns, rest[5]), start, size, *rest)


@compiled
def _highest_eight_bits(space, cells, scale, columns, size, *rest):  # type: ignore[no-untyped-def]
    for start in range(0, len(cells), len(space)):
        _highest(_products(space, start, cells, scale, columns, rest[5]), start, size, *rest)


class _Block(NamedTuple):
    """Rows at..: what each adds by itself, which of a column's four additions it meets, its codes' places, its error.

    `own` holds the error (`slack`) already, so that sums with it are bounds from above.
    """

    at: int
    own: NDArray[np.float32]
    kind: NDArray[np.int64]
    slots: NDArray[np.int32]
    slack: NDArray[np.float32]


class _Ready(NamedTuple):
    """A tile for the compiled loops; `words` are the places of the block's words in the tile's postings.

    `add` holds each column's error already, for bounds from above; `least` is less by it, for bounds from below.
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
    """A range of columns with its postings, and its vectors in eight bits where that is faster."""

    at: int
    size: int
    words: Postings
    slots: Postings
    cells: eightbit.Columns | None

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
        cells = eightbit.columns_of(side.vectors[at:end]) if eightbit.AVAILABLE else None
        return cls(at, end - at, words, Postings.of(starts, codes[known], ones, ones), cells)

    def ready(self, side: Side, sums: Sums, length: float) -> _Ready:
        """`length` is that of the longest row."""
        end = self.at + self.size
        error = np.full(self.size, _ROUNDING * sums.size, np.float32)
        if self.cells:
            error += np.float32(abs(sums.meaning) * length) * self.cells.error
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
        return _Ready(self.at, none, w.starts, w.texts, w.here, w.ask, s.starts, s.texts, add, add - 2 * error)


def _own(side: Side, start: int, end: int, sums: Sums) -> NDArray[np.float32]:
    """What an item adds to all its pairs, whoever stands opposite."""
    traits = side.traits[start:end]
    return np.float32(0.5 * sums.crowding) * traits[:, CROWDING] + np.float32(sums.trust) * traits[:, TRUST]


class _Pass:
    """One comparison: rows in blocks against columns in tiles."""

    def __init__(self, rows: Side, columns: Side, sums: Sums, kept: "dict[int, list[Tile]] | None") -> None:
        self.rows, self.columns, self.sums = rows, columns, sums
        self.height = len(rows.starts) - 1
        width = _COLUMNS if self.height > _FEW else _WIDE
        kept = {} if kept is None else kept
        if width not in kept:
            known = np.unique(columns.numbers)
            kept[width] = [Tile.of(columns, at, width, known) for at in range(0, len(columns.starts) - 1, width)]
        self.tiles = kept[width]
        self.eight = self.tiles[0].cells is not None
        length = float(np.sqrt(np.einsum("ij,ij->i", rows.vectors, rows.vectors).max())) if self.eight else 0.0
        self.ready = [tile.ready(columns, sums, length) for tile in self.tiles]
        row = -(-self.tiles[0].size // eightbit.LANES) * eightbit.LANES
        self.space = np.empty((_NEAR_ROWS if self.eight else min(_ROWS, self.height)) * row, np.float32)

    def over(self, at: int, narrow, wide, *rest) -> None:  # type: ignore[no-untyped-def]
        """Make the products of a block of rows with all columns and have them looked at by `narrow` or `wide`."""
        rows, sums, end = self.rows, self.sums, min(at + _ROWS, self.height)
        traits = rows.traits[at:end]
        codes = traits[:, :SLOTS].astype(np.int64) * SLOTS + _SLOT_NUMBERS
        own = _own(rows, at, end, sums) + np.float32(sums.intercept)
        kind = (traits[:, 0] != 0) * 2 + (traits[:, 3] != 0)
        words = self.tiles[0].words.find(rows.numbers[rows.starts[at] : rows.starts[end]])  # all tiles share the list
        cells = eightbit.rows_of(rows.vectors[at:end]) if self.eight else None
        for tile, ready in zip(self.tiles, self.ready, strict=True):
            slack = np.zeros(end - at, np.float32)
            if cells and tile.cells:
                slack += np.float32(abs(sums.meaning) * tile.cells.length) * cells.error
            slots = tile.slots.find(codes.ravel()).reshape(-1, SLOTS)
            shared = (tile.size, ready._replace(words=words), _Block(at, own + slack, kind, slots, slack), *rest)
            if cells and tile.cells:
                space = self.space[: _NEAR_ROWS * len(tile.cells.zero)].reshape(_NEAR_ROWS, -1)
                narrow(space, cells.cells, cells.scale, tile.cells, *shared)
                continue
            values = self.space[: (end - at) * tile.size].reshape(end - at, tile.size)
            if sums.meaning != 0:
                columns = self.columns.vectors[tile.at : tile.at + tile.size]
                np.matmul(rows.vectors[at:end], columns.T, out=values)
            else:
                values[:] = 0
            wide(values, 0, *shared)


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
        work, row_best, column_best = _Pass(offers, wants, sums, want_tiles), best_of_offer, best_of_want
    else:
        work, row_best, column_best = _Pass(wants, offers, sums, offer_tiles), best_of_want, best_of_offer
    given = (row_is_offer, offers, wants, sums)
    _begin(work, column_best, *given)
    for at in range(0, work.height, _ROWS):
        work.over(at, _scan_eight_bits, _scan, *given, row_best, column_best)
    return best_of_offer, best_of_want


def _begin(work: _Pass, column_best: Best, *given: object) -> None:
    """Let the columns' lists begin where a few blocks of rows say that they will be at least.

    Without it most of what passes the filter passes in the first blocks, onto lists that know nothing yet.
    """
    k = column_best.values.shape[1]
    blocks = work.height // _ROWS
    if k == 0 or 4 * k > _ROWS or blocks < 4 * _SAMPLE or column_best.floor.max() > _NOTHING:
        return
    highest = np.full((4 * k, len(column_best.floor)), _NOTHING, np.float32)
    for block in range(_SAMPLE):
        work.over(block * (blocks // _SAMPLE) * _ROWS, _highest_eight_bits, _highest, *given, highest)
    highest.partition(len(highest) - k, axis=0)
    column_best.floor[:] = highest[len(highest) - k]
