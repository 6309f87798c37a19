"""Segments from entries, and one segment from several.

Both make the same plain columns; `_assemble` sorts the terms' documents and the names' vectors.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.search import meaning
from matchmaker.engines.search.entries import Entry, term_counts
from matchmaker.engines.search.segment import TERM, TITLE, Segment, Texts

NameVectors = Callable[[Sequence[str]], NDArray[np.float32]]
Array = NDArray[Any]
Triples = tuple[Array, Array, Array]  # (number of the term, document, count)
Facet = tuple[str, list[str], Array, Array]  # name, values, and pairs of (document, number of the value)
CHUNK = 20_000  # entries that are read before they become arrays
NO_RANK = 255


def build_segment(
    entries: Iterable[Entry], name_vectors: NameVectors, dim: int, common: Array | None = None
) -> Segment:
    """One segment of all entries; `common` is that of the segment it will stand beside."""
    source = iter(entries)
    parts = []
    while chunk := list(islice(source, CHUNK)):
        parts.append(_of(chunk, name_vectors, dim, common))
    if len(parts) == 1:
        return parts[0]
    return merge_segments(parts, common=common) if parts else _of([], name_vectors, dim, common)


def _of(entries: list[Entry], name_vectors: NameVectors, dim: int, common: Array | None) -> Segment:
    entries = sorted(entries, key=lambda entry: (-entry.newest, -entry.key))
    terms, triples, lengths = _terms(entries)
    names = [text for entry in entries for _language, text in entry.names]
    rows = name_vectors(names) if names else np.zeros((0, dim), np.float32)
    orders = sorted({name for entry in entries for name in entry.orders})
    ranks = [[entry.orders.get(name, NO_RANK) for entry in entries] for name in orders]
    companies, company_of = _companies([entry.name_key for entry in entries])
    return _assemble(
        **_facets(len(entries), _facets_of(entries)),
        **_titles([entry.title.casefold().encode("utf-8", "replace")[:TITLE] for entry in entries]),
        orders=orders,
        ranks=np.array(ranks, np.uint8).reshape(len(orders), len(entries)),
        keys=np.array([entry.key for entry in entries], np.int64),
        owners=np.array([entry.owner for entry in entries], np.int64),
        newest=np.array([entry.newest for entry in entries], np.float64),
        lengths=np.array(lengths, np.float32),
        terms=terms,
        triples=triples,
        companies=companies,
        company_of=company_of,
        name_documents=np.array([at for at, entry in enumerate(entries) for _name in entry.names], np.int32),
        names=(*meaning.quantise(rows), meaning.NO_AXES),
        common=meaning.common_of(rows) if common is None else np.asarray(common),
        documents=Texts.of(_document(entry) for entry in entries),
    )


def _document(entry: Entry) -> bytes:
    head = json.dumps([entry.names, entry.hs_codes], ensure_ascii=False, separators=(",", ":"))
    return head.encode("utf-8", "replace") + b"\n" + entry.card


def _terms(entries: list[Entry]) -> tuple[Array, Triples, list[int]]:
    """(terms sorted, triples, words read of each entry)."""
    numbers: dict[str, int] = {}
    terms: list[int] = []
    documents: list[int] = []
    counts: list[int] = []
    lengths = []
    for at, entry in enumerate(entries):
        counted, length = term_counts(entry)
        lengths.append(length)
        terms += [numbers.setdefault(term, len(numbers)) for term in counted]
        counts += counted.values()
        documents += [at] * len(counted)
    known, number = np.unique(_bytes([term.encode("utf-8", "replace") for term in numbers], TERM), return_inverse=True)
    triples = (number[np.array(terms, np.int64)], np.array(documents, np.int32), np.array(counts, np.uint8))
    return known, triples, lengths


def _bytes(texts: Sequence[bytes], width: int) -> Array:
    return np.array([text[:width] for text in texts], f"S{width}")


def _titles(titles: Sequence[bytes] | Array) -> dict[str, Array]:
    values, numbers = np.unique(np.asarray(titles, f"S{TITLE}"), return_inverse=True)
    return {"titles": values, "title_of": numbers.astype(np.int32)}


def _companies(names: Sequence[str]) -> tuple[Texts, Array]:
    """(names each once, number of each entry's): without spaces, as they are searched."""
    listed = sorted({name for name in names if name})
    number = {name: at for at, name in enumerate(listed)}
    texts = Texts.of(n.replace(" ", "").replace("\n", "").encode("utf-8", "replace") + b"\n" for n in listed)
    return texts, np.array([number.get(name, -1) for name in names], np.int32)


def _facets_of(entries: list[Entry]) -> Iterable[Facet]:
    held: dict[str, list[tuple[int, str]]] = {}
    for at, entry in enumerate(entries):
        for name, own_values in entry.facets.items():
            held.setdefault(name, []).extend((at, value) for value in dict.fromkeys(own_values))
    for name, pairs in sorted(held.items()):
        if pairs:
            values = sorted({value for _at, value in pairs})
            number = {value: at for at, value in enumerate(values)}
            documents = np.array([at for at, _value in pairs], np.int32)
            yield name, values, documents, np.array([number[value] for _at, value in pairs], np.int32)


def _facets(n: int, facets: Iterable[Facet]) -> dict[str, Any]:
    """The columns of the facets: one of its own for each facet of which no document holds two values."""
    values: dict[str, list[str]] = {}
    single: dict[str, Array] = {}
    documents, numbers, before = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], 0
    for name, listed, places, pairs in facets:
        values[name] = listed
        if np.bincount(places, minlength=1).max() > 1:
            documents.append(places)
            numbers.append(pairs + before)
            before += len(listed)
            continue
        single[name] = np.full(n, len(listed), np.uint8 if len(listed) < 256 else np.uint16)
        single[name][places] = pairs
    order = np.argsort(np.concatenate(documents), kind="stable")
    return {
        "facets": values,
        "single": list(single),
        "columns": np.stack(list(single.values())) if single else np.zeros((0, n), np.uint8),
        "pair_documents": np.concatenate(documents)[order],
        "pair_values": np.concatenate(numbers)[order].astype(np.uint16),
    }


def _assemble(*, triples: Triples, names: meaning.Quantised, **plain: Any) -> Segment:
    """A segment from its plain columns."""
    import scipy.sparse as sp

    terms, documents, counts = triples
    shape = (len(plain["keys"]), len(plain["terms"]))
    by_term = sp.coo_array((counts, (documents, terms)), shape=shape).tocsr().tocsc()  # documents ascend in each term
    vectors, scales, axes = names
    order, cluster_starts, centroids = meaning.clusters(vectors, scales)
    return Segment(
        **plain | {"name_documents": plain["name_documents"][order]},
        term_starts=by_term.indptr.astype(np.int64),
        term_documents=by_term.indices.astype(np.int32),
        term_counts=by_term.data,
        vectors=vectors[order],
        scales=scales[order],
        crowding=meaning.crowding(names, plain["common"])[order],
        axes=axes,
        cluster_starts=cluster_starts,
        centroids=centroids,
    )


# -- several as one ---------------------------------------------------------------------------------------------------
class _Parts:
    """Segments with the documents of each that stay, and where these stand in the merged segment."""

    def __init__(self, segments: Sequence[Segment], deleted: Sequence[Array]) -> None:
        self.segments = segments
        self.stay = [np.delete(np.arange(s.n), removed) for s, removed in zip(segments, deleted, strict=True)]
        self.order = np.lexsort((-self._concatenate("keys"), -self._concatenate("newest")))
        self.n = len(self.order)
        place = np.empty(self.n, np.int64)
        place[self.order] = np.arange(self.n)
        self.new = []  # of each segment: the new place of each document, -1 for deleted ones
        at = 0
        for segment, stay in zip(segments, self.stay, strict=True):
            new = np.full(segment.n, -1, np.int64)
            new[stay] = place[at : at + len(stay)]
            at += len(stay)
            self.new.append(new)

    def __iter__(self):
        return iter(zip(self.segments, self.stay, self.new, strict=True))

    def _concatenate(self, name: str) -> Array:
        return np.concatenate([getattr(s, name)[stay] for s, stay in zip(self.segments, self.stay, strict=True)])

    def column(self, name: str) -> Array:
        return self._concatenate(name)[self.order]

    def facets(self) -> Iterable[Facet]:
        for name in sorted({name for segment in self.segments for name in segment.facets}):
            values = sorted({value for segment in self.segments for value in segment.facets.get(name, ())})
            number = {value: at for at, value in enumerate(values)}
            places, numbers = [], []
            for segment, _stay, new in self:
                if name not in segment.facets:
                    continue
                mine = np.array([number[value] for value in segment.facets[name]], np.int32)
                documents, held = _pairs(segment, name)
                documents = new[documents]
                places.append(documents[documents >= 0].astype(np.int32))
                numbers.append(mine[held[documents >= 0]])
            yield name, values, np.concatenate(places), np.concatenate(numbers)

    def terms(self) -> tuple[Array, Triples]:
        known = np.unique(np.concatenate([segment.terms for segment in self.segments]))
        listed = []
        for segment, _stay, new in self:
            number = np.searchsorted(known, segment.terms).astype(np.int32)
            documents = new.astype(np.int32)[segment.term_documents]
            stays = documents >= 0
            terms = np.repeat(number, np.diff(segment.term_starts))
            listed.append((terms[stays], documents[stays], segment.term_counts[stays]))
        return known, tuple(np.concatenate(one) for one in zip(*listed, strict=True))  # type: ignore[return-value]

    def ranks(self, name: str) -> Array:
        rows = [
            segment.ranks[segment.orders.index(name)][stay]
            if name in segment.orders
            else np.full(len(stay), NO_RANK, np.uint8)
            for segment, stay, _new in self
        ]
        return np.concatenate(rows)[self.order]

    def companies(self) -> tuple[Texts, Array]:
        known = sorted({name for segment in self.segments for name in segment.companies})
        number = {name: at for at, name in enumerate(known)}
        columns = []
        for segment, stay, _new in self:
            mine = np.array([*(number[name] for name in segment.companies), -1], np.int32)
            columns.append(mine[segment.company_of[stay]])
        return Texts.of(known), np.concatenate(columns)[self.order]

    def names(self) -> tuple[Array, meaning.Quantised]:
        """(documents of the names that stay, their vectors)."""
        documents = [new[segment.name_documents] for segment, _stay, new in self]
        stay = [np.flatnonzero(one >= 0) for one in documents]
        parts = [(s.vectors[some], s.scales[some], s.axes) for s, some in zip(self.segments, stay, strict=True)]
        places = np.concatenate([one[some] for one, some in zip(documents, stay, strict=True)])
        return places.astype(np.int32), meaning.together(parts)

    def documents(self) -> Texts:
        listed = [segment.documents[at] for segment, stay, _new in self for at in stay.tolist()]
        return Texts.of(listed[at] for at in self.order.tolist())


def _pairs(segment: Segment, name: str) -> tuple[Array, Array]:
    """(document, number of the value) of every value of a facet."""
    if name in segment.single:
        column = segment.columns[segment.single.index(name)]
        documents = np.flatnonzero(column < len(segment.facets[name]))
        return documents, column[documents]
    first = segment.pair_offsets[name]
    values = segment.pair_values.astype(np.int64) - first
    mine = (values >= 0) & (values < len(segment.facets[name]))
    return segment.pair_documents[mine], values[mine]


def merge_segments(segments: Sequence[Segment], deleted: Sequence[Array] = (), common: Array | None = None) -> Segment:
    """One segment of the documents of several, without those whose places are given as deleted, newest first."""
    parts = _Parts(segments, deleted or [np.zeros(0, np.int64)] * len(segments))
    terms, triples = parts.terms()
    companies, company_of = parts.companies()
    name_documents, names = parts.names()
    if common is None:
        some = np.linspace(0, len(names[0]) - 1, min(meaning.SAMPLE, len(names[0]))).astype(np.int64)
        common = meaning.common_of(meaning.whole(names[0][some], names[1][some], names[2]))
    orders = sorted({name for segment in segments for name in segment.orders})
    return _assemble(
        **_facets(parts.n, parts.facets()),
        **_titles(np.concatenate([s.titles[s.title_of[stay]] for s, stay, _new in parts])[parts.order]),
        orders=orders,
        ranks=np.stack([parts.ranks(name) for name in orders]) if orders else np.zeros((0, parts.n), np.uint8),
        keys=parts.column("keys"),
        owners=parts.column("owners"),
        newest=parts.column("newest"),
        lengths=parts.column("lengths"),
        terms=terms,
        triples=triples,
        companies=companies,
        company_of=company_of,
        name_documents=name_documents,
        names=names,
        common=np.asarray(common),
        documents=parts.documents(),
    )
