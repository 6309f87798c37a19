"""A segment: documents that never change again, as arrays that lie in files and are mapped into every process.

Document `i` is the i-th newest. A column that repeats few values stands as the sorted values and, for each document,
the number of its value.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEGMENT_FORMAT = 4  # of the files; an index of another format is built anew
TERM, TITLE = 48, 24  # bytes of a term and of a title that are stored
Array = NDArray[Any]


class Texts:
    """Texts of different length: `blob` holds them one after the other, `starts` (n + 1) where each begins."""

    def __init__(self, blob: Array, starts: Array) -> None:
        self.blob, self.starts = blob, starts

    @classmethod
    def of(cls, texts: Iterable[bytes]) -> "Texts":
        listed = list(texts)
        starts = np.zeros(len(listed) + 1, np.int64)
        np.cumsum([len(text) for text in listed], out=starts[1:])
        return cls(np.frombuffer(b"".join(listed), np.uint8), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, at: int) -> bytes:
        return self.blob[self.starts[at] : self.starts[at + 1]].tobytes()  # type: ignore[no-any-return]

    def __iter__(self):
        return (self[at] for at in range(len(self)))


@dataclass(eq=False)
class Segment:
    """n documents, T terms, P pairs, m names."""

    facets: dict[str, list[str]]  # name → its values, sorted
    single: list[str]  # facets of which no document holds two values: the rows of `columns`
    orders: list[str]  # the rows of `ranks`
    keys: Array  # int64 n, primary keys
    owners: Array  # int64 n, primary keys of the companies
    newest: Array  # float64 n, seconds, descending
    titles: Array  # S24, sorted, each once
    title_of: Array  # int32 n
    ranks: Array  # uint8 orders × n, 0 comes first
    lengths: Array  # float32 n, words read of a document
    columns: Array  # uint8 or uint16, single × n: number of the value, or how many values there are where it has none
    pair_documents: Array  # int32 P, ascending: which document holds the value of `pair_values`
    pair_values: Array  # uint16 P: number of a value, counted through the facets that are not single
    terms: Array  # S48 T, sorted
    term_starts: Array  # int64 T + 1, where the documents of each term begin
    term_documents: Array  # int32, ascending within a term
    term_counts: Array  # uint8, see `entries.term_counts`
    companies: Texts  # names of companies, each once, ending in a line feed
    company_of: Array  # int32 n, -1 where there is none
    name_documents: Array  # int32 m, the document a name belongs to
    vectors: Array  # int8 m × d, cluster after cluster
    axes: Array  # float32 dim × d, what the vectors are along; 0 × 0 where d = dim
    scales: Array  # float32 m
    crowding: Array  # float32 m, how near a name is to everything
    cluster_starts: Array  # int64 clusters + 1
    centroids: Array  # float32 clusters × d
    common: Array  # float32 dim, the mean of a sample of all names
    documents: Texts  # n: names and customs codes as JSON, a line feed, the card

    @property
    def n(self) -> int:
        return len(self.keys)

    # -- documents ----------------------------------------------------------------------------------------------------
    def names_of(self, place: int) -> list[tuple[str, str]]:
        """(language, text) of a document's names."""
        return [(language, text) for language, text in self._head(place)[0] if text]

    def headings_of(self, place: int) -> set[str]:
        """The four-digit headings of a document's customs codes."""
        return {code[:4] for code in self._head(place)[1] if len(code) >= 4}

    def card_of(self, place: int) -> bytes:
        return self.documents[place].partition(b"\n")[2]

    def _head(self, place: int) -> list:
        return json.loads(self.documents[place].partition(b"\n")[0])  # type: ignore[no-any-return]

    @cached_property
    def _by_key(self) -> tuple[Array, Array]:
        order = np.argsort(self.keys)
        return np.asarray(self.keys)[order], order

    def places_of(self, keys: Array) -> Array:
        """Places of those primary keys that are here, in the order of the keys."""
        known, order = self._by_key
        if not len(known):
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return order[at[known[at] == keys]]

    def documents_of(self, term: str) -> tuple[Array, Array]:
        """(documents that hold the term, counts)."""
        sought = np.bytes_(term.encode("utf-8", "replace")[:TERM])
        at = int(np.searchsorted(self.terms, sought))
        if at == len(self.terms) or self.terms[at] != sought:
            return np.zeros(0, np.int32), np.zeros(0, np.uint8)
        part = slice(int(self.term_starts[at]), int(self.term_starts[at + 1]))
        return self.term_documents[part], self.term_counts[part]

    def terms_from(self, start: str) -> list[bytes]:
        """The terms that begin so."""
        first, last = np.searchsorted(self.terms, [start.encode(), start.encode() + b"\xff"])
        return self.terms[first:last].tolist()  # type: ignore[no-any-return]

    @cached_property
    def all_companies(self) -> bytes:
        """All names of companies, to be searched through."""
        return self.companies.blob.tobytes()

    # -- facets -------------------------------------------------------------------------------------------------------
    @cached_property
    def pair_offsets(self) -> dict[str, int]:
        """Facet that is not single → number of its first value in `pair_values`."""
        offsets, at = {}, 0
        for name, values in self.facets.items():
            if name not in self.single:
                offsets[name] = at
                at += len(values)
        return offsets

    def holding(self, name: str, values: Sequence[str]) -> Array:
        """bool n: which documents hold one of these values of a facet."""
        numbers = [at for at, value in enumerate(self.facets.get(name, ())) if value in values]
        if not numbers:
            return np.zeros(self.n, np.bool_)
        if name in self.single:
            wanted = np.zeros(len(self.facets[name]) + 1, np.bool_)
            wanted[numbers] = True
            return wanted[self.columns[self.single.index(name)]]  # type: ignore[no-any-return]
        holding = np.zeros(self.n, np.bool_)
        pairs = np.isin(self.pair_values, np.array(numbers) + self.pair_offsets[name])
        holding[self.pair_documents[pairs]] = True
        return holding

    def counts(self, mask: Array, names: Iterable[str]) -> dict[str, Array]:
        """Facet → how many documents of the mask hold each of its values; facets that are not here are left out."""
        names = [name for name in names if name in self.facets]
        if 2 * np.count_nonzero(mask) > self.n:  # fewer are left out: these are counted, and taken away from all
            rest = self._counted(~mask, names)
            return {name: self.totals[name] - rest[name] for name in names}
        return self._counted(mask, names)

    @cached_property
    def totals(self) -> dict[str, Array]:
        """Facet → how many documents hold each of its values."""
        return self._counted(np.ones(self.n, np.bool_), self.facets)

    def _counted(self, mask: Array, names: Iterable[str]) -> dict[str, Array]:
        places, counts, pairs = np.flatnonzero(mask), {}, None
        for name in names:
            size = len(self.facets[name])
            if name in self.single:
                column = self.columns[self.single.index(name)]
                counts[name] = np.bincount(column[places], minlength=size + 1)[:size]
                continue
            if pairs is None:
                pairs = np.bincount(self.pair_values[mask[self.pair_documents]], minlength=self._pair_numbers)
            counts[name] = pairs[self.pair_offsets[name] :][:size]
        return counts

    @property
    def _pair_numbers(self) -> int:
        return sum(len(self.facets[name]) for name in self.pair_offsets)

    # -- files --------------------------------------------------------------------------------------------------------
    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        plain = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Texts):
                np.save(folder / f"{one.name}.blob.npy", value.blob)
                np.save(folder / f"{one.name}.starts.npy", value.starts)
            elif isinstance(value, np.ndarray):
                np.save(folder / f"{one.name}.npy", value)
            else:
                plain[one.name] = value
        (folder / "plain.json").write_text(json.dumps({"format": SEGMENT_FORMAT, **plain}), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Segment":
        """Raises: OSError, ValueError: a file is missing, cut short, or of another format."""
        plain = json.loads((folder / "plain.json").read_text(encoding="utf-8"))
        if plain.pop("format", None) != SEGMENT_FORMAT:
            raise ValueError(f"{folder} is of another format")
        values = dict(plain)
        for one in fields(cls):
            if one.type is Texts:
                values[one.name] = Texts(_array(folder, f"{one.name}.blob"), _array(folder, f"{one.name}.starts"))
            elif one.name not in values:
                values[one.name] = _array(folder, one.name)
        return cls(**values)


def _array(folder: Path, name: str) -> Array:
    """The array of a file, mapped into memory; one without elements cannot be mapped and is read."""
    try:
        return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
    except ValueError:
        array = np.load(folder / f"{name}.npy", allow_pickle=False)
        if array.size:
            raise
        return array  # type: ignore[no-any-return]


class Documents:
    """The documents of several segments, numbered through them; `alive` tells the deleted ones from the others."""

    def __init__(self, segments: Sequence[Segment], deleted: Sequence[Array] = ()) -> None:
        starts = np.cumsum([0, *(segment.n for segment in segments)]).tolist()
        self.starts = starts[:-1]
        self.parts = [(s, slice(a, b)) for s, a, b in zip(segments, starts[:-1], starts[1:], strict=True)]
        self.alive = np.ones(starts[-1], np.bool_)
        for (_segment, part), places in zip(self.parts, deleted, strict=False):
            self.alive[part][places] = False
        self.count = int(np.count_nonzero(self.alive))
        lengths = [segment.lengths for segment in segments]
        self.lengths = lengths[0] if len(lengths) == 1 else np.concatenate([np.zeros(0, np.float32), *lengths])
        self.mean_length = max(float(self.lengths[self.alive].sum()) / max(self.count, 1), 1.0)
        self._frequencies: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.alive)

    def has_company(self, word: str) -> bool:
        """Whether a company's name, in either script or as pinyin, holds the word."""
        sought = word.casefold().encode("utf-8", "replace")
        return any(sought in segment.all_companies for segment, _part in self.parts)

    def locate(self, document: int) -> tuple[Segment, int]:
        """(segment, place in it)."""
        at = bisect_right(self.starts, document) - 1
        return self.parts[at][0], document - self.starts[at]

    def with_keys(self, keys: Iterable[int]) -> Array:
        """Documents of those primary keys that are here."""
        sought = np.array(sorted(keys), np.int64)
        return np.concatenate([segment.places_of(sought) + part.start for segment, part in self.parts])

    def holding(self, term: str) -> tuple[Array, Array]:
        """(documents that hold the term, counts), without the deleted ones."""
        hits = [(segment.documents_of(term), part.start) for segment, part in self.parts]
        documents = np.concatenate([places + np.int64(start) for (places, _counts), start in hits])
        counts = np.concatenate([counts for (_places, counts), _start in hits])
        if self.count < len(self):
            stays = self.alive[documents]
            return documents[stays], counts[stays]
        return documents, counts

    def frequency(self, term: str) -> int:
        """How many documents hold the term."""
        if term not in self._frequencies:
            if len(self._frequencies) > 50_000:
                self._frequencies.clear()
            self._frequencies[term] = len(self.holding(term)[0])
        return self._frequencies[term]

    def words_from(self, letter: str) -> list[str]:
        """The words that begin so."""
        terms = {term for segment, _part in self.parts for term in segment.terms_from(letter)}
        return [term.decode("utf-8", "replace") for term in terms]
