"""Vectors of names, stored between searches: only names that are new are encoded.

Up to 100,000 names are stored in a file, too. It is read when many names are new at once, as after a start. Without it,
or with one that cannot be read, the names are encoded again.
"""

import contextlib
import os
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matchmaker.language.encoder import Encoder

MOST = 100_000  # names a process keeps; those of a larger catalogue are encoded when they are read
WORTH_KEEPING = 500  # new names after which the file is written again


class NameVectors:
    """Called with texts: len(texts) × dim, one unit row for each text."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.encoder = encoder
        self._path = folder / f"names-{encoder.name}.npz"
        self._lock = threading.Lock()
        self._rows: dict[str, NDArray[np.float16]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            rows = self._rows
            new = [text for text in dict.fromkeys(texts) if text not in rows]
            if not rows and len(new) >= WORTH_KEEPING:
                rows.update(self._read())
                new = [text for text in new if text not in rows]
            if len(rows) + len(new) > MOST:
                fresh = dict(zip(new, self.encoder.encode_passage(new), strict=True))
                return np.stack([fresh[text] if text in fresh else rows[text] for text in texts]).astype(np.float32)
            if new:
                rows.update(zip(new, self.encoder.encode_passage(new).astype(np.float16), strict=True))
            if len(new) >= WORTH_KEEPING:
                self._write()
        if not texts:
            return np.zeros((0, self.encoder.dim), np.float32)
        return np.stack([rows[text] for text in texts]).astype(np.float32)

    def _read(self) -> dict[str, NDArray[np.float16]]:
        try:
            with np.load(self._path, allow_pickle=False) as stored:
                texts = stored["texts"].tobytes().decode("utf-8", "surrogatepass").split("\x00")
                rows = stored["rows"]
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
            return {}
        return dict(zip(texts, rows, strict=True)) if rows.shape == (len(texts), self.encoder.dim) else {}

    def _write(self) -> None:
        rows = {text: row for text, row in self._rows.items() if "\x00" not in text}
        draft = self._path.with_suffix(f".{os.getpid()}.npz")
        # A full or read-only disk costs a slower start, nothing else.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            joined = np.frombuffer("\x00".join(rows).encode("utf-8", "surrogatepass"), np.uint8)
            np.savez(draft, texts=joined, rows=np.stack(list(rows.values())))
            draft.replace(self._path)
