"""True counts of facets, by whichever way touches least: kept totals, the entries found, or the bits of every value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index import kernels
from matchmaker.directory.index.kernels import Bits
from matchmaker.directory.index.segment import Segment

# Words of bits are compared in the time in which one of a million entries is counted by a column, and by its list of
# values, which waits for memory twice.
A_PLACE, A_LIST = 4, 200

Counts = dict[str, dict[str, int]]
Outside = Mapping[str, Mapping[str, NDArray[Any]]]  # facet → value → companies: what other floors know of an entry


@dataclass(frozen=True)
class Filters:
    """The chosen values of every facet, as bits of one segment."""

    segment: Segment
    chosen: Mapping[str, Sequence[str]]
    outside: Mapping[str, Mapping[str, Bits]]
    bits: Mapping[str, Bits]

    @classmethod
    def of(cls, segment: Segment, chosen: Mapping[str, Sequence[str]], outside: Outside) -> "Filters":
        rows = {
            name: {value: kernels.bits(segment.places_of_owners(owners), segment.n) for value, owners in values.items()}
            for name, values in outside.items()
        }
        bits = {name: _any_of(segment, rows.get(name), name, values) for name, values in chosen.items() if values}
        return cls(segment, {name: values for name, values in chosen.items() if values}, rows, bits)

    def inside(self, base: Bits, but: str = "") -> Bits:
        """What passes every facet, without that named `but`."""
        for name, bits in self.bits.items():
            if name != but:
                base = base & bits
        return base


def _any_of(segment: Segment, rows: Mapping[str, Bits] | None, name: str, values: Sequence[str]) -> Bits:
    found = np.zeros((segment.n + 63) // 64, np.uint64)
    for value in values:
        if rows is not None:
            found = found | rows[value] if value in rows else found
        elif (name, value) in segment.numbers:
            found = found | segment.value_rows[segment.numbers[name, value]]
    return found


def counts(filters: Filters, hits: Bits | None, dead: NDArray[Any], wanted: Sequence[str] = ()) -> Counts:
    """Facet → value → how many entries would be found with it, were its own facet not chosen.

    `hits` are the entries the words found, None for all; `dead` are places that do not count any more; `wanted` are the
    facets that are asked for, none for all.
    """
    segment = filters.segment
    slices = [one for one in _slices(segment) if not wanted or one[0] in wanted]
    base = _without(hits, dead, segment.n)
    found: Counts = {}
    groups = [("", [one for one in slices if one[0] not in filters.bits])]
    groups += [(one[0], [one]) for one in slices if one[0] in filters.bits]
    for but, listed in groups:  # facets that are counted behind the same filters
        kept = _kept(filters, dead, but) if hits is None else None
        totals = _count(segment, filters.inside(base, but), listed) if kept is None else kept
        for name, values, at in listed:
            found[name] = dict(zip(values, totals[at : at + len(values)].tolist(), strict=True))
    for name, rows in filters.outside.items():
        inside = filters.inside(base, name)
        found[name] = {value: kernels.count(inside & bits) for value, bits in rows.items()}
    return found


Slice = tuple[str, list[str], int]  # facet, its values, number of the first


def _slices(segment: Segment) -> list[Slice]:
    return [(name, values, segment.offsets[name]) for name, values in segment.facets.items()]


def _without(hits: Bits | None, dead: NDArray[Any], n: int) -> Bits:
    base = kernels.every(n) if hits is None else hits
    return base & ~kernels.bits(dead, n) if len(dead) else base


def _kept(filters: Filters, dead: NDArray[Any], but: str) -> NDArray[np.int64] | None:
    """From the totals that were counted when the segment was made: no words, and at most one facet beside `but`."""
    segment, chosen = filters.segment, {name: values for name, values in filters.chosen.items() if name != but}
    if not chosen:
        found = segment.value_totals.copy()
        _subtract(segment, dead, found)
        return found
    if len(chosen) > 1 or not len(segment.value_pairs):
        return None
    ((name, values),) = chosen.items()
    numbers = [segment.numbers[name, value] for value in dict.fromkeys(values) if (name, value) in segment.numbers]
    if name not in segment.facets or (len(numbers) > 1 and not segment.disjoint[name]):
        return None
    within = segment.value_pairs[numbers].sum(axis=0).astype(np.int64)
    _subtract(segment, dead[kernels.holds(filters.bits[name], dead)], within)
    return within


def _subtract(segment: Segment, dead: NDArray[Any], counts_: NDArray[np.int64]) -> None:
    if len(dead):
        gone = np.zeros_like(counts_)
        kernels.count_values(segment.value_starts, segment.values, dead, 0, gone)
        counts_ -= gone


def _count(segment: Segment, mask: Bits, slices: Sequence[Slice]) -> NDArray[np.int64]:
    """Counts of the values of the slices, 0 for the others."""
    size = kernels.count(mask)
    found = np.zeros(len(segment.value_rows), np.int64)
    places: NDArray[np.int64] | None = None
    for name, values, at in slices:
        out = found[at : at + len(values)]
        column = segment.column_of.get(name)
        if size * (A_LIST if column is None else A_PLACE) >= len(values) * len(mask):
            kernels.count_rows(segment.value_rows[at : at + len(values)], mask, out)
            continue
        places = kernels.places_of(mask, 0, size) if places is None else places
        if column is None:
            kernels.count_values(segment.value_starts, segment.values, places, at, out)
        else:
            kernels.count_column(column, places, out)
    return found
