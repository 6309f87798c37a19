"""A segment: entries that never change again, as arrays that lie in files and are mapped into every process.

Entry `i` is the i-th newest. Lists of different length stand as `starts` (n + 1) and one flat array beside it.
"""

import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index.strings import Strings

FORMAT = 3  # of the files; another number is built anew
Array = NDArray[Any]


@dataclass(eq=False)
class Segment:
    """n entries, V values of facets, W = ceil(n / 64) words of bits, T words, m names."""

    facets: dict[str, list[str]]  # name → values; `values` numbers them through all facets
    orders: list[str]  # names of the rows of `ranks`
    disjoint: dict[str, bool]  # facet → no entry holds two of its values
    keys: Array  # int64 n, primary keys
    owners: Array  # int64 n, primary keys of the companies
    newest: Array  # float64 n, descending
    titles: Array  # S24 n
    title_order: Array  # int32 n, places by title
    ranks: Array  # uint8 orders × n
    value_starts: Array  # int64 n + 1
    values: Array  # uint16
    columns: Array  # uint8 or uint16, a row of n for every disjoint facet: which of its values, or how many where none
    value_rows: Array  # uint64 V × W
    value_totals: Array  # int64 V
    value_pairs: Array  # int32 V × V, how many hold both; 0 × 0 for few entries
    words: Strings  # T, sorted
    posting_starts: Array  # int64 T + 1
    posting_places: Array  # int32
    posting_counts: Array  # uint8, 128 added where a name holds the word
    lengths: Array  # float32 n, words read of an entry
    hs_codes: Array  # S6, sorted, each once
    hs_starts: Array  # int64
    hs_places: Array  # int32
    entry_hs_starts: Array  # int64 n + 1
    entry_hs: Array  # int32, places in `hs_codes`
    exact_codes: Array  # S48, sorted
    exact_places: Array  # int32
    people: Strings  # names of companies, each once, ending in a line feed
    people_starts: Array  # int64
    people_places: Array  # int32
    entry_people: Array  # int32 n, place in `people` or -1
    name_places: Array  # int32 m, the entry a name belongs to
    vectors: Array  # int8 m × d, cluster after cluster
    axes: Array  # float32 dim × d, what the vectors are along; 0 × 0 where d = dim
    scales: Array  # float32 m
    crowding: Array  # float32 m, how near a name is to everything
    cluster_starts: Array  # int64 clusters + 1
    centroids: Array  # float32 clusters × d
    common: Array  # float32 dim, the mean of a sample of all names
    texts: Strings  # n, the names as they are written
    cards: Strings  # n

    @property
    def n(self) -> int:
        return len(self.keys)

    @cached_property
    def offsets(self) -> dict[str, int]:
        """Facet → number of its first value."""
        found, at = {}, 0
        for name, listed in self.facets.items():
            found[name] = at
            at += len(listed)
        return found

    @cached_property
    def numbers(self) -> dict[tuple[str, str], int]:
        """(facet, value) → number of the value."""
        return {
            (name, value): self.offsets[name] + at
            for name, listed in self.facets.items()
            for at, value in enumerate(listed)
        }

    @cached_property
    def column_of(self) -> dict[str, Array]:
        """Disjoint facet → its row of `columns`."""
        return dict(zip((name for name in self.facets if self.disjoint[name]), self.columns, strict=True))

    @cached_property
    def by_key(self) -> tuple[Array, Array]:
        """Primary keys ascending, and the place of each."""
        order = np.argsort(self.keys)
        return np.asarray(self.keys)[order], order

    @cached_property
    def by_owner(self) -> tuple[Array, Array]:
        """Companies ascending, and the place of each entry."""
        order = np.argsort(self.owners, kind="stable")
        return np.asarray(self.owners)[order], order

    def places_of_keys(self, keys: Array) -> Array:
        """Places of those primary keys that are here."""
        known, order = self.by_key
        if not len(known):
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return order[at[known[at] == keys]]

    def places_of_owners(self, owners: Array) -> Array:
        """Places of all entries of these companies."""
        known, order = self.by_owner
        first, last = np.searchsorted(known, owners), np.searchsorted(known, owners, side="right")
        found = [order[a:b] for a, b in zip(first, last, strict=True)]
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def hs_range(self, prefix: str) -> Array:
        """Places of the entries under a code or a beginning of one."""
        start = prefix.encode()
        first = int(np.searchsorted(self.hs_codes, np.bytes_(start)))
        last = int(np.searchsorted(self.hs_codes, np.bytes_(start + b"\xff")))
        return self.hs_places[self.hs_starts[first] : self.hs_starts[last]]

    @cached_property
    def headings(self) -> list[str]:
        """The four-digit heading of each code, '' for a chapter."""
        return [code[:4] if len(code) >= 4 else "" for code in self.hs_codes.astype(str).tolist()]

    def headings_of(self, place: int) -> set[str]:
        """The headings of one entry."""
        numbers = self.entry_hs[self.entry_hs_starts[place] : self.entry_hs_starts[place + 1]]
        return {self.headings[number] for number in numbers.tolist()} - {""}

    @cached_property
    def people_as_one(self) -> bytes:
        """All names of companies, to be searched through."""
        return self.people.blob.tobytes()

    def names_of(self, place: int) -> list[tuple[str, str]]:
        """(language, text) of an entry's names."""
        listed = self.texts[place].decode("utf-8", "surrogatepass").split("\x1e")
        return [(language, text) for language, _, text in (one.partition("\x1f") for one in listed) if text]

    # -- files --------------------------------------------------------------------------------------------------------
    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        plain = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Strings):
                np.save(folder / f"{one.name}.blob.npy", value.blob)
                np.save(folder / f"{one.name}.starts.npy", value.starts)
            elif isinstance(value, np.ndarray):
                np.save(folder / f"{one.name}.npy", value)
            else:
                plain[one.name] = value
        (folder / "plain.json").write_text(json.dumps({"format": FORMAT, **plain}), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Segment":
        """Raises: OSError, ValueError: a file is missing, cut short, or of another format."""
        plain = json.loads((folder / "plain.json").read_text(encoding="utf-8"))
        if plain.pop("format", None) != FORMAT:
            raise ValueError(f"{folder} is of another format")

        def array(name: str) -> Array:
            try:  # a plain array over the mapped file: every look into a memmap costs a microsecond more
                return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
            except ValueError:  # an empty file cannot be mapped
                return np.load(folder / f"{name}.npy", allow_pickle=False)  # type: ignore[no-any-return]

        values = dict(plain)
        for one in fields(cls):
            if one.name not in values:
                is_text = (folder / f"{one.name}.blob.npy").exists()
                values[one.name] = (
                    Strings(array(f"{one.name}.blob"), array(f"{one.name}.starts")) if is_text else array(one.name)
                )
        return cls(**values)
