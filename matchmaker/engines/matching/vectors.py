"""Vectors of texts that were encoded before, kept in a file: a rebuild encodes only what is new.

Used where the same few thousand texts are encoded again and again (building, benchmarks), not on the site, whose
vectors live in the database.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from matchmaker.engines.language.encoder import Encoder, Vectors, prepare
from matchmaker.engines.language.mapped_arrays import write_file

CHUNK = 2000


class VectorStore:
    """One `.npz` file for each encoder: keys are hashes of the prepared text."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder = encoder
        self._path = folder / f"vectors-{encoder.name}.npz"
        self._position: dict[str, int] = {}
        self._rows: Vectors = np.zeros((0, encoder.dim), np.float32)
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as archive:
                self._position = {key: i for i, key in enumerate(archive["keys"].tolist())}
                self._rows = archive["rows"]

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Unit rows (n × dim) of the texts as queries, from the file where they are in it."""
        keys = [hashlib.blake2b(prepare(text).encode(), digest_size=12).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._position}
        waiting = list(new.items())
        for start in range(0, len(waiting), CHUNK):
            chunk = waiting[start : start + CHUNK]
            rows = self.encoder.encode_query([text for _, text in chunk])
            self._position.update({key: len(self._rows) + i for i, (key, _) in enumerate(chunk)})
            self._rows = np.vstack([self._rows, rows])
            self._save()
        return self._rows[[self._position[key] for key in keys]] if keys else self._rows[:0]

    def _save(self) -> None:
        def write(path: Path) -> None:
            np.savez(path, keys=np.array(list(self._position)), rows=self._rows)

        write_file(self._path, write)
