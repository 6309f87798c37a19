"""Segments from entries, and one segment from several.

Both lay down the same plain columns; `finished` derives the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled
from matchmaker.directory.index import kernels, meaning
from matchmaker.directory.index.entries import Entry, counted_words
from matchmaker.directory.index.segment import Segment
from matchmaker.directory.index.strings import Strings, joined

NameVectors = Callable[[Sequence[str]], NDArray[np.float32]]
Array = NDArray[Any]
PAIRS_FROM = 20_000  # entries from which counts of pairs of values are worth their place
CHUNK = 20_000  # entries that are read before they become arrays
TITLE, EXACT = 24, 48  # bytes that are kept


def build(entries: Iterable[Entry], name_vectors: NameVectors, dim: int, common: Array | None = None) -> Segment:
    """One segment of all entries; `common` is that of the segment it will stand beside."""
    source = iter(entries)
    parts = []
    while chunk := list(islice(source, CHUNK)):
        parts.append(_of(chunk, name_vectors, dim, common))
    if len(parts) == 1:
        return parts[0]
    return merged(parts, [None] * len(parts), common) if parts else _of([], name_vectors, dim, common)


def _of(entries: list[Entry], name_vectors: NameVectors, dim: int, common: Array | None) -> Segment:
    entries = sorted(entries, key=lambda entry: (-entry.newest, -entry.key))
    facets = _facets(entries)
    numbers = {pair: at for at, pair in enumerate((name, value) for name, all_ in facets.items() for value in all_)}
    held = [[numbers[name, value] for name, all_ in e.facets.items() for value in dict.fromkeys(all_)] for e in entries]
    orders = sorted({name for entry in entries for name in entry.orders})
    codes = sorted({code for entry in entries for code in entry.hs_codes})
    code_numbers = {code: at for at, code in enumerate(codes)}
    people = sorted({entry.name_key for entry in entries if entry.name_key})
    person = {name: at for at, name in enumerate(people)}
    exact = sorted((code.encode()[:EXACT], at) for at, entry in enumerate(entries) for code in entry.exact)
    words, postings, lengths = _postings(entries)
    names = [text for entry in entries for _language, text in entry.names]
    rows = name_vectors(names) if names else np.zeros((0, dim), np.float32)
    vectors, scales = meaning.quantised(rows)
    value_starts, values = _flat(held, np.uint16)
    entry_hs_starts, entry_hs = _flat([[code_numbers[c] for c in e.hs_codes] for e in entries], np.int32)
    return finished(
        facets=facets,
        orders=orders,
        keys=np.array([entry.key for entry in entries], np.int64),
        owners=np.array([entry.owner for entry in entries], np.int64),
        newest=np.array([entry.newest for entry in entries], np.float64),
        titles=np.array([entry.title.casefold().encode("utf-8", "replace")[:TITLE] for entry in entries], f"S{TITLE}"),
        ranks=np.array([[e.orders.get(name, 255) for e in entries] for name in orders], np.uint8).reshape(
            len(orders), len(entries)
        ),
        value_starts=value_starts,
        values=values,
        words=words,
        postings=postings,
        lengths=np.array(lengths, np.float32),
        hs_codes=np.array([code.encode() for code in codes], "S6"),
        entry_hs_starts=entry_hs_starts,
        entry_hs=entry_hs,
        exact_codes=np.array([code for code, _at in exact], f"S{EXACT}"),
        exact_places=np.array([at for _code, at in exact], np.int32),
        people=Strings.of(_line(name) for name in people),
        entry_people=np.array([person.get(entry.name_key, -1) for entry in entries], np.int32),
        name_places=np.array([at for at, entry in enumerate(entries) for _name in entry.names], np.int32),
        quantised=(vectors, scales, meaning.NO_AXES),
        common=meaning.common_of(rows) if common is None else np.asarray(common),
        texts=Strings.of(_texts(entry) for entry in entries),
        cards=Strings.of(entry.card for entry in entries),
    )


def _line(name: str) -> bytes:
    return name.replace(" ", "").replace("\n", "").encode("utf-8", "replace") + b"\n"


def _texts(entry: Entry) -> bytes:
    return "\x1e".join(f"{lang}\x1f{text}" for lang, text in entry.names).encode("utf-8", "surrogatepass")


def _facets(entries: list[Entry]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        for name, values in entry.facets.items():
            found.setdefault(name, set()).update(values)
    return {name: sorted(values) for name, values in sorted(found.items()) if values}


def _postings(entries: list[Entry]) -> tuple[Strings, tuple[Array, Array, Array], list[int]]:
    """Sorted words; (word number, place, count) of every pair; words read of each entry."""
    vocabulary: dict[str, int] = {}
    terms: list[int] = []
    places: list[int] = []
    counts: list[int] = []
    lengths = []
    for at, entry in enumerate(entries):
        found, length = counted_words(entry)
        lengths.append(length)
        for word, count in found.items():
            terms.append(vocabulary.setdefault(word, len(vocabulary)))
            counts.append(count)
        places += [at] * len(found)
    encoded = [word.encode("utf-8", "surrogatepass") for word in vocabulary]
    order = sorted(range(len(encoded)), key=encoded.__getitem__)
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    terms_ = number[np.array(terms, np.int64)] if terms else np.zeros(0, np.int64)
    found_ = (terms_, np.array(places, np.int32), np.array(counts, np.uint8))
    return Strings.of(encoded[at] for at in order), found_, lengths


def _flat(lists: Sequence[Sequence[int]], kind: type) -> tuple[Array, Array]:
    starts = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(one) for one in lists], out=starts[1:])
    return starts, np.array([value for one in lists for value in one], kind)


# -- what follows from the plain columns ------------------------------------------------------------------------------
def finished(*, postings: tuple[Array, Array, Array], quantised: meaning.Quantised, **plain: Any) -> Segment:
    """A segment from its plain columns; `postings` are (word number, place, count) in any order."""
    n, facets = len(plain["keys"]), plain["facets"]
    posting_starts, posting_places, posting_counts = _sorted_postings(*postings, n, len(plain["words"]))
    order_names, starts, centroids = meaning.clusters(*quantised[:2])
    disjoint = _disjoint(facets, plain["value_starts"], plain["values"])
    values = sum(len(listed) for listed in facets.values())
    rows = np.zeros((values, (n + 63) // 64), np.uint64)
    _set_bits(plain["value_starts"], plain["values"], rows)
    hs_starts, hs_places = _inverse(plain["entry_hs_starts"], plain["entry_hs"], len(plain["hs_codes"]))
    people_starts, people_places = _inverse_of_one(plain["entry_people"], len(plain["people"]))
    vectors, scales, axes = quantised
    crowding = meaning.crowding(quantised, plain["common"])
    return Segment(
        **plain | {"name_places": plain["name_places"][order_names]},
        vectors=vectors[order_names],
        scales=scales[order_names],
        crowding=crowding[order_names],
        axes=axes,
        disjoint=disjoint,
        columns=_columns(facets, disjoint, plain["value_starts"], plain["values"]),
        title_order=np.argsort(plain["titles"], kind="stable").astype(np.int32),
        value_rows=rows,
        value_totals=np.bincount(plain["values"], minlength=values).astype(np.int64),
        value_pairs=_pairs(plain["value_starts"], plain["values"], values if n >= PAIRS_FROM else 0),
        posting_starts=posting_starts,
        posting_places=posting_places,
        posting_counts=posting_counts,
        hs_starts=hs_starts,
        hs_places=hs_places,
        people_starts=people_starts,
        people_places=people_places,
        cluster_starts=starts,
        centroids=centroids,
    )


def _sorted_postings(terms: Array, places: Array, counts: Array, n: int, words: int) -> tuple[Array, Array, Array]:
    """(where the list of each word starts, places, counts), each list in order of its places: by place, then by word,
    each time only counted and put in its row."""
    kinds = (np.int32, np.int32, np.uint8)
    terms, places, counts = (
        np.ascontiguousarray(one, kind) for one, kind in zip((terms, places, counts), kinds, strict=True)
    )
    first, second = _starts(places, n), _starts(terms, words)
    by_place = [np.empty_like(one) for one in (terms, places, counts)]
    _in_rows(places, first[:-1].copy(), (terms, places, counts), tuple(by_place))
    done = [np.empty_like(one) for one in (terms, places, counts)]
    _in_rows(by_place[0], second[:-1].copy(), tuple(by_place), tuple(done))
    return second, done[1], done[2]


@compiled
def _in_rows(rows, next_of, given, out):
    for i in range(len(rows)):
        at = next_of[rows[i]]
        next_of[rows[i]] = at + 1
        out[0][at] = given[0][i]
        out[1][at] = given[1][i]
        out[2][at] = given[2][i]


def _starts(numbers: Array, most: int) -> NDArray[np.int64]:
    starts = np.zeros(most + 1, np.int64)
    np.cumsum(np.bincount(numbers, minlength=most), out=starts[1:])
    return starts


def _inverse(starts: Array, values: Array, most: int) -> tuple[Array, Array]:
    places = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.argsort(values, kind="stable")
    return _starts(values, most), places[order].astype(np.int32)


def _inverse_of_one(numbers: Array, most: int) -> tuple[Array, Array]:
    known = np.flatnonzero(numbers >= 0)
    order = known[np.argsort(numbers[known], kind="stable")]
    return _starts(numbers[known], most), order.astype(np.int32)


def _disjoint(facets: dict[str, list[str]], starts: Array, values: Array) -> dict[str, bool]:
    found, first = {}, 0
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    for name, listed in facets.items():
        inside = (values >= first) & (values < first + len(listed))
        found[name] = bool(np.bincount(owners[inside], minlength=1).max(initial=0) <= 1)
        first += len(listed)
    return found


def _columns(facets: dict[str, list[str]], disjoint: dict[str, bool], starts: Array, values: Array) -> Array:
    """A row for each facet of which no entry holds two values, see `Segment.columns`."""
    single = [name for name in facets if disjoint[name]]
    kind = np.uint8 if max((len(facets[name]) for name in single), default=0) < 256 else np.uint16
    found = np.empty((len(single), len(starts) - 1), kind)
    for row, name in zip(found, single, strict=True):
        row[:] = len(facets[name])
    row_of = [single.index(name) if disjoint[name] else -1 for name, listed in facets.items() for _value in listed]
    place = [at for listed in facets.values() for at, _value in enumerate(listed)]
    _set_columns(starts, values, np.array(row_of, np.int64), np.array(place, np.int64), found)
    return found


@compiled
def _set_columns(starts, values, row_of, place, out):
    for at in range(len(starts) - 1):
        for i in range(starts[at], starts[at + 1]):
            if row_of[values[i]] >= 0:
                out[row_of[values[i]], at] = place[values[i]]


@compiled
def _set_bits(starts, values, rows):
    for at in range(len(starts) - 1):
        for place in range(starts[at], starts[at + 1]):
            rows[values[place], at >> 6] |= np.uint64(1) << np.uint64(at & 63)


@compiled
def _count_pairs(starts, values, out):
    for at in range(len(starts) - 1):
        for one in range(starts[at], starts[at + 1]):
            for other in range(starts[at], starts[at + 1]):
                out[values[one], values[other]] += 1


def _pairs(starts: Array, values: Array, most: int) -> NDArray[np.int32]:
    found = np.zeros((most, most), np.int32)
    if most:
        _count_pairs(starts, values, found)
    return found


# -- several as one ---------------------------------------------------------------------------------------------------
def merged(parts: Sequence[Segment], alive: Sequence[Array | None], common: Array | None = None) -> Segment:
    """All entries of several segments that are still alive (bits; None is all), newest first."""
    kept = [np.arange(s.n) if bits is None else kernels.places(bits) for s, bits in zip(parts, alive, strict=True)]
    which = np.concatenate([np.full(len(places), at) for at, places in enumerate(kept)])
    inside = np.concatenate(kept).astype(np.int64)
    newest = np.concatenate([s.newest[p] for s, p in zip(parts, kept, strict=True)])
    keys = np.concatenate([s.keys[p] for s, p in zip(parts, kept, strict=True)])
    order = np.lexsort((-keys, -newest))
    # place in the new segment of each entry of each part, -1 for the dead
    new = [np.full(s.n, -1, np.int64) for s in parts]
    for at in range(len(parts)):
        mine = np.flatnonzero(which[order] == at)
        new[at][inside[order[mine]]] = mine

    def column(name: str) -> Array:
        return np.concatenate([getattr(s, name)[p] for s, p in zip(parts, kept, strict=True)])[order]

    def texts(name: str) -> Strings:
        return joined(getattr(s, name).taken(p) for s, p in zip(parts, kept, strict=True)).taken(order)

    facets, value_maps = _united_facets(parts)
    words, word_maps = _united([s.words.many(0, len(s.words)) for s in parts])
    codes, code_maps = _united([list(s.hs_codes) for s in parts])
    people, people_maps = _united([s.people.many(0, len(s.people)) for s in parts])
    postings = [_postings_of(s, m, p) for s, m, p in zip(parts, word_maps, new, strict=True)]
    value_starts, values = _gathered(parts, kept, "value_starts", "values", value_maps, order, np.uint16)
    hs_starts, hs = _gathered(parts, kept, "entry_hs_starts", "entry_hs", code_maps, order, np.int32)
    names = [np.flatnonzero(p[s.name_places] >= 0) for s, p in zip(parts, new, strict=True)]
    exact = [np.flatnonzero(p[s.exact_places] >= 0) for s, p in zip(parts, new, strict=True)]
    exact_codes = np.concatenate([s.exact_codes[e] for s, e in zip(parts, exact, strict=True)])
    exact_places = np.concatenate([p[s.exact_places[e]] for s, e, p in zip(parts, exact, new, strict=True)])
    by_code = np.argsort(exact_codes, kind="stable")
    quantised = meaning.together([(s.vectors[e], s.scales[e], s.axes) for s, e in zip(parts, names, strict=True)])
    if common is None:
        some = np.linspace(0, len(quantised[0]) - 1, min(meaning.SAMPLE, len(quantised[0]))).astype(np.int64)
        common = meaning.common_of(meaning.whole(quantised[0][some], quantised[1][some], quantised[2]))
    orders = sorted({name for s in parts for name in s.orders})
    return finished(
        facets=facets,
        orders=orders,
        keys=keys[order],
        owners=column("owners"),
        newest=newest[order],
        titles=column("titles"),
        ranks=np.stack([_ranks(parts, kept, name)[order] for name in orders]) if orders else parts[0].ranks[:0],
        value_starts=value_starts,
        values=values,
        words=Strings.of(words),
        postings=tuple(np.concatenate(one) for one in zip(*postings, strict=True)),  # type: ignore[arg-type]
        lengths=column("lengths"),
        hs_codes=np.array(codes, "S6"),
        entry_hs_starts=hs_starts,
        entry_hs=hs,
        exact_codes=exact_codes[by_code],
        exact_places=exact_places[by_code].astype(np.int32),
        people=Strings.of(people),
        entry_people=np.concatenate(
            [np.append(m, -1)[s.entry_people[p]] for s, p, m in zip(parts, kept, people_maps, strict=True)]
        )[order].astype(np.int32),
        name_places=np.concatenate([p[s.name_places[e]] for s, e, p in zip(parts, names, new, strict=True)]).astype(
            np.int32
        ),
        quantised=quantised,
        common=np.asarray(common),
        texts=texts("texts"),
        cards=texts("cards"),
    )


def _united(lists: Sequence[list[Any]]) -> tuple[list[Any], list[Array]]:
    """All values sorted, each once, and for each list the new number of its old ones."""
    every = sorted({value for listed in lists for value in listed})
    number = {value: at for at, value in enumerate(every)}
    return every, [np.array([number[value] for value in listed], np.int64) for listed in lists]


def _united_facets(parts: Sequence[Segment]) -> tuple[dict[str, list[str]], list[Array]]:
    facets: dict[str, set[str]] = {}
    for segment in parts:
        for name, listed in segment.facets.items():
            facets.setdefault(name, set()).update(listed)
    united = {name: sorted(values) for name, values in sorted(facets.items())}
    number = {pair: at for at, pair in enumerate((name, value) for name, all_ in united.items() for value in all_)}
    maps = [np.array([number[pair] for pair in segment.numbers], np.int64) for segment in parts]
    return united, maps


def _postings_of(segment: Segment, number: Array, new: Array) -> tuple[Array, Array, Array]:
    terms = np.repeat(number.astype(np.int32), np.diff(segment.posting_starts))
    places = new.astype(np.int32)[segment.posting_places]
    alive = places >= 0
    if alive.all():
        return terms, places, np.asarray(segment.posting_counts)
    return terms[alive], places[alive], np.asarray(segment.posting_counts)[alive]


def _gathered(parts, kept, starts: str, values: str, maps, order: Array, kind: type) -> tuple[Array, Array]:
    """Lists of the kept entries with their values renumbered, in the new order."""
    lengths = np.concatenate([np.diff(getattr(s, starts))[p] for s, p in zip(parts, kept, strict=True)])
    firsts, flat, shift = [], [], 0
    for segment, places, number in zip(parts, kept, maps, strict=True):
        mine = np.asarray(getattr(segment, values))
        flat.append(number[mine] if len(mine) else mine.astype(np.int64))
        firsts.append(np.asarray(getattr(segment, starts))[places] + shift)
        shift += len(mine)
    lengths, first = lengths[order], np.concatenate(firsts)[order]
    new_starts = np.zeros(len(order) + 1, np.int64)
    np.cumsum(lengths, out=new_starts[1:])
    at = np.arange(new_starts[-1]) + np.repeat(first - new_starts[:-1], lengths)
    return new_starts, np.concatenate(flat)[at].astype(kind)


def _ranks(parts: Sequence[Segment], kept: Sequence[Array], name: str) -> Array:
    return np.concatenate(
        [
            s.ranks[s.orders.index(name)][p] if name in s.orders else np.full(len(p), 255, np.uint8)
            for s, p in zip(parts, kept, strict=True)
        ]
    )
