"""Vectors of names, stored between searches and for all processes: only names that are new are encoded.

They lie in files that every process maps: digests of the names in ascending order, and the vectors in the same order.
What a process encodes becomes files of its own, so that processes that read parts of a directory store theirs side by
side; `tidy` joins small ones. Where a file is missing or cannot be read, its names are encoded again.
"""

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.language.encoder import Encoder
from matchmaker.engines.language.mapped_arrays import load_array, save_array

MOST = 2_000_000  # names that are stored, of some kilobyte each; then the files of the oldest are deleted
WORTH_STORING = 500  # new names that a process holds before it writes them
LARGE, MANY = 50_000, 8  # names of a file from which it stays as it is, and the number of smaller ones that become one

Stored = tuple[NDArray[np.uint64], NDArray[np.float16]]  # digests ascending, vectors


class NameVectors:
    """Called with texts: len(texts) × dim, one unit row for each text."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder = encoder
        self._folder = folder / f"names-{encoder.name}"
        self._lock = threading.Lock()
        self._mapped: dict[str, Stored] = {}  # name of the files → what they hold
        self._unsaved = self._nothing()

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        names = list(dict.fromkeys(texts))
        digests = _digests(names)
        with self._lock:
            rows, is_new = self._look_up(digests)
            if is_new.any():
                rows[is_new] = self.encoder.encode_passage([names[at] for at in np.flatnonzero(is_new)])
                self._store(digests[is_new], rows[is_new])
        place = {name: at for at, name in enumerate(names)}
        return rows[[place[text] for text in texts]].astype(np.float32)

    def tidy(self) -> None:
        """Join small files, and delete the oldest ones above `MOST` names; by one process at a time."""
        with self._lock, contextlib.suppress(OSError):
            sizes = {name: len(digests) for name, (digests, _rows) in self._files().items()}
            small = [name for name, size in sizes.items() if size < LARGE]
            for group in (small[at : at + MANY] for at in range(0, len(small) - MANY + 1, MANY)):
                self._write(f"{group[-1]}-joined", _joined([self._mapped[name] for name in group]))
                self._delete(group)
            newest_first = sorted(self._files().items(), reverse=True)
            totals = np.cumsum([len(digests) for _name, (digests, _rows) in newest_first])
            self._delete(name for (name, _stored), total in zip(newest_first, totals, strict=True) if total > MOST)
            self._folder.with_name(f"{self._folder.name}.npz").unlink(missing_ok=True)  # of an earlier version

    def _nothing(self) -> Stored:
        return np.zeros(0, np.uint64), np.zeros((0, self.encoder.dim), np.float16)

    def _look_up(self, digests: NDArray[np.uint64]) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
        """(rows, which of them are not stored)."""
        rows, is_new = np.zeros((len(digests), self.encoder.dim), np.float16), np.ones(len(digests), bool)
        order = np.argsort(digests)  # neighbours are looked up in neighbouring places
        for known, vectors in (self._unsaved, *self._files().values()):
            wanted = order[is_new[order]]
            places = np.searchsorted(known, digests[wanted])
            is_inside = places < len(known)
            wanted, places = wanted[is_inside], places[is_inside]
            is_known = known[places] == digests[wanted]
            rows[wanted[is_known]] = vectors[places[is_known]]
            is_new[wanted[is_known]] = False
        return rows, is_new

    def _files(self) -> dict[str, Stored]:
        """What is stored now, by the name of the files, the oldest first; each is mapped once."""
        names = sorted(path.name.removesuffix(".digests.npy") for path in self._folder.glob("[!.]*.digests.npy"))
        mapped = {name: self._mapped.get(name) or self._read(name) for name in names}
        self._mapped = {name: stored for name, stored in mapped.items() if stored is not None}
        return self._mapped

    def _read(self, name: str) -> Stored | None:
        try:
            digests = np.asarray(load_array(self._folder / f"{name}.digests.npy"))
            rows = np.asarray(load_array(self._folder / f"{name}.rows.npy"))
        except (OSError, ValueError, EOFError):
            return None
        return (digests, rows) if rows.shape == (len(digests), self.encoder.dim) else None

    def _store(self, digests: NDArray[np.uint64], rows: NDArray[np.float16]) -> None:
        self._unsaved = _joined([self._unsaved, (digests, rows)])
        if len(self._unsaved[0]) < WORTH_STORING:
            return
        try:
            self._write(f"{time.time_ns():020d}-{os.getpid()}", self._unsaved)
        except OSError:  # a full or read-only disk costs a slower start, nothing else
            if len(self._unsaved[0]) < LARGE:
                return
        self._unsaved = self._nothing()

    def _write(self, name: str, stored: Stored) -> None:
        save_array(self._folder / f"{name}.rows.npy", stored[1])
        save_array(self._folder / f"{name}.digests.npy", stored[0])  # last: it is by this one that they are found

    def _delete(self, names: Iterable[str]) -> None:
        for name in names:
            for kind in ("digests", "rows"):
                (self._folder / f"{name}.{kind}.npy").unlink(missing_ok=True)


def _digests(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Of eight bytes: of a million names two have the same once in 40 million times."""
    found = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(found), np.uint64)


def _joined(parts: Sequence[Stored]) -> Stored:
    digests, first = np.unique(np.concatenate([one[0] for one in parts]), return_index=True)
    return digests, np.concatenate([one[1] for one in parts])[first]
