"""One page of a segment in a chosen order, from a position on. A position is what an entry is ordered by, and ends in
(-newest, -key), so that no two entries share one and no order ever wavers."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index import kernels
from matchmaker.directory.index.segment import Segment

Position = tuple[Any, ...]


@dataclass(frozen=True)
class Values:
    """Scores of some entries, by place; all others are worth nothing."""

    places: NDArray[Any]  # ascending
    scores: NDArray[np.float32]

    def of(self, places: NDArray[Any]) -> NDArray[np.float32]:
        """The values of these few places."""
        if not len(self.places):
            return np.zeros(len(places), np.float32)
        at = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.where(self.places[at] == places, self.scores[at], np.float32(0))

    def inside(self, mask: kernels.Bits) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """(places of the mask, ascending; the value of each, negative so that the greatest comes first)."""
        kept = kernels.holds(mask, self.places)
        places, scores = self.places[kept], self.scores[kept]
        if len(places) == kernels.count(mask):
            return places, -scores
        every = kernels.places(mask)  # some are worth nothing
        levels = np.zeros(len(every), np.float32)
        levels[np.searchsorted(every, places)] = -scores
        return every, levels


class Order:
    """`sort` is fit, newest, oldest, name, or one of the segment's own orders; `values` are the scores of "fit".

    Without scores "fit" is newest.
    """

    def __init__(self, segment: Segment, sort: str, values: Values | None) -> None:
        self.segment = segment
        self.values = values
        self.sort = "newest" if sort == "fit" and values is None else sort

    def page(self, inside: kernels.Bits, after: Position | None, most: int) -> list[tuple[Position, int]]:
        """(position, place) of at most `most` entries behind `after`, in order; from the start where it is a position
        of another order, as after a list by names alone."""
        if after is not None and len(after) != (2 if self.sort in ("newest", "oldest") else 3):
            after = None
        if self.sort == "newest":
            start = 0 if after is None else bisect_right(_Newest(self.segment), tuple(after))
            places = kernels.places_of(inside, start, most)
        elif self.sort == "name":
            places = self._by_name(inside, after, most)
        else:
            places = self._by_level(inside, after, most)
        return list(zip(self._positions(places), places.tolist(), strict=True))

    def _positions(self, places: NDArray[np.int64]) -> list[Position]:
        newest, keys = self.segment.newest[places], self.segment.keys[places]
        if self.sort == "oldest":
            return list(zip(newest.tolist(), keys.tolist(), strict=True))
        last = ((-newest).tolist(), (-keys).tolist())
        if self.sort == "newest":
            return list(zip(*last, strict=True))
        first: list[Any]
        if self.sort == "name":
            first = [bytes(title).hex() for title in self.segment.titles[places]]
        elif self.sort == "fit":
            assert self.values is not None
            first = (-self.values.of(places)).tolist()
        else:
            first = self._ranks()[places].tolist()
        return list(zip(first, *last, strict=True))

    def _ranks(self) -> NDArray[np.uint8]:
        if self.sort in self.segment.orders:
            return self.segment.ranks[self.segment.orders.index(self.sort)]  # type: ignore[no-any-return]
        return np.full(self.segment.n, 255, np.uint8)

    def _by_name(self, inside: kernels.Bits, after: Position | None, most: int) -> NDArray[np.int64]:
        """Along the titles, which were sorted once; equal titles newest first, as places are."""
        order = self.segment.title_order
        start = 0
        if after is not None:
            start = bisect_right(range(len(order)), tuple(after), key=lambda at: self._positions(order[at : at + 1])[0])
        found: list[NDArray] = []
        left, step = most, 4 * most
        while left > 0 and start < len(order):
            places = np.asarray(order[start : start + step], np.int64)
            places = places[kernels.holds(inside, places)][:left]
            found.append(places)
            left -= len(places)
            start, step = start + step, 4 * step
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def _by_level(self, inside: kernels.Bits, after: Position | None, most: int) -> NDArray[np.int64]:
        """By a number of each entry, smallest first, then newest first (or oldest first)."""
        level: NDArray[Any]
        if self.sort == "fit":
            assert self.values is not None
            places, level = self.values.inside(inside)
        elif self.sort == "oldest":
            places = kernels.places(inside)[::-1]
            level = -places.astype(np.float64)
        else:
            places = kernels.places(inside)
            level = self._ranks()[places].astype(np.float32)
        if after is not None:
            kept = self._behind(places, level, tuple(after))
            places, level = places[kept], level[kept]
        if len(places) > most:
            chosen = kernels.smallest(level, most)
            places, level = places[chosen], level[chosen]
        return places[np.argsort(level, kind="stable")]  # type: ignore[no-any-return]

    def _behind(self, places: NDArray, level: NDArray, after: Position) -> NDArray[np.bool_]:
        if self.sort == "oldest":
            newest, keys = np.asarray(self.segment.newest)[places], np.asarray(self.segment.keys)[places]
            return (newest > after[0]) | ((newest == after[0]) & (keys > after[1]))
        start = bisect_right(_Newest(self.segment), after[1:])
        same = level == np.float32(after[0])
        return (level > np.float32(after[0])) | (same & (places >= start))


class _Newest(Sequence):
    """The places of a segment as positions, for `bisect`."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment

    def __len__(self) -> int:
        return self.segment.n

    def __getitem__(self, at):
        return (-float(self.segment.newest[at]), -int(self.segment.keys[at]))
