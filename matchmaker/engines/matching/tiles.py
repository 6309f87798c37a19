"""The best pairs of two sides, both ways, in one pass, without ever holding all scores.

The matrix of all pairs is cut into tiles. A tile is one float32 matrix product for meaning; the parts that are zero for
most pairs (common words, HS codes, categories) are added to it from postings. Only values that may beat the worst of
their row's or column's list are looked at.

A tile's values are a filter, not the answer: float32 sums in another order differ in their last bits. A
pair whose value reaches a list within that error is computed from the pair alone (`loops.parts_of`). So the result is
the exact top k, however the sides were cut.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.matching.loops import (
    CATEGORY_SURE,
    CROWDING,
    HS_SLOTS,
    HS_SURE,
    NOTHING,
    SLOTS,
    TRUST,
    Best,
    PreparedTile,
    RowBlock,
    Side,
    Sums,
    scan,
)
from matchmaker.engines.matching.postings import Postings

_SLOT_NUMBERS = np.arange(SLOTS)
# Rows × columns of a tile. Wide, so that a row's first look at a tile tells nearly how high its best will be.
_ROWS = 1024  # 40 MB a tile: large enough for a matrix product at full speed
_COLUMNS = 10240
_FEW = 64  # rows up to which a tile may be wider
_WIDE = 1 << 18
_ROUNDING = 1e-5  # float32 sums of a few hundred terms err by some 1e-6 of their size; ten times that


def empty_best(n: int, k: int, floor: "float | NDArray[np.float32]") -> Best:
    if k == 0:
        floor = float(-NOTHING)  # nothing is let in
    return Best(
        np.full((n, k), NOTHING, np.float32),
        np.full((n, k), -1, np.int32),
        np.zeros(n, np.int32),
        np.maximum(np.full(n, NOTHING, np.float32), np.asarray(floor, np.float32)),
    )


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
        sure = np.repeat(side.traits[at:end, [HS_SURE, CATEGORY_SURE]], [HS_SLOTS, SLOTS - HS_SLOTS], axis=1)[known]
        starts = np.concatenate(([0], np.cumsum(known.sum(axis=1))))
        return cls(at, end - at, words, Postings.of(starts, codes[known], sure, sure))

    def prepared(self, side: Side, sums: Sums) -> PreparedTile:
        end = self.at + self.size
        error = np.float32(_ROUNDING * sums.size)
        add = _own(side, self.at, end, sums) + error + np.float32(sums.unknown_hs + sums.unknown_category)
        hs, category = (np.ascontiguousarray(side.traits[self.at : end, at]) for at in (HS_SURE, CATEGORY_SURE))
        w, s = self.words, self.slots
        none = np.zeros(0, np.int32)
        return PreparedTile(
            self.at, none, w.starts, w.texts, w.here, w.ask, s.starts, s.texts, s.here, add, hs, category, error
        )


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
    floor: float = float(NOTHING),
    want_floors: "NDArray[np.float32] | None" = None,
    offer_tiles: "dict[int, list[Tile]] | None" = None,
    want_tiles: "dict[int, list[Tile]] | None" = None,
) -> tuple[Best, Best]:
    """The best wants of each offer and the best offers of each want, by log-odds, exactly.

    Of equal values the one with the smaller place comes first. Nothing below `floor` is returned, and of a want nothing
    below its own of `want_floors`. `offer_tiles` and `want_tiles` hold what is prepared of a side, so that the next
    call with this side need not do it again.
    """
    n, m = len(offers.starts) - 1, len(wants.starts) - 1
    best_of_offer = empty_best(n, min(per_offer, m), floor)
    best_of_want = empty_best(m, min(per_want, n), floor if want_floors is None else np.maximum(want_floors, floor))
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
        words = tiles[0][0].words.find(rows.numbers[rows.starts[at] : rows.starts[end]])  # all tiles share the list
        for tile, prepared in tiles:
            block = RowBlock(at, own, tile.slots.find(codes.ravel()).reshape(-1, SLOTS))
            values = _products(rows.vectors[at:end], columns.vectors[tile.at : tile.at + tile.size], sums, space)
            scan(values, prepared._replace(words=words), block, row_is_offer, offers, wants, sums, *best)
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
