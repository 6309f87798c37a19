"""Vectors of names, kept between searches and between starts: only names that are new are ever encoded.

The file is a convenience of this machine. Without it, or with one that cannot be read, the names are encoded again.
"""

import contextlib
import os
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from matchmaker.language.encoder import Encoder

MOST = 100_000  # names a process keeps; those of a larger catalogue are encoded when they are read
WORTH_KEEPING = 500  # new names after which the file is written again

_lock = threading.Lock()
_known: dict[str, dict[str, NDArray[np.float16]]] = {}  # encoder's name → text → row


def name_vectors(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """len(texts) × dim, one unit row for each text."""
    with _lock:
        known = _known.setdefault(encoder.name, {})
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if not known and len(new) >= WORTH_KEEPING:
            known.update(_read(encoder))
            new = [text for text in new if text not in known]
        if len(known) + len(new) > MOST:
            fresh = dict(zip(new, encoder.encode_passage(new), strict=True))
            return np.stack([fresh[text] if text in fresh else known[text] for text in texts]).astype(np.float32)
        if new:
            known.update(zip(new, encoder.encode_passage(new).astype(np.float16), strict=True))
        if len(new) >= WORTH_KEEPING:
            _write(encoder, known)
    if not texts:
        return np.zeros((0, encoder.dim), np.float32)
    return np.stack([known[text] for text in texts]).astype(np.float32)


def _path(encoder: Encoder) -> Path:
    return Path(settings.ENGINE_CACHE) / f"names-{encoder.name}.npz"


def _read(encoder: Encoder) -> dict[str, NDArray[np.float16]]:
    try:
        with np.load(_path(encoder), allow_pickle=False) as stored:
            texts = stored["texts"].tobytes().decode("utf-8", "surrogatepass").split("\x00")
            rows = stored["rows"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return {}
    return dict(zip(texts, rows, strict=True)) if rows.shape == (len(texts), encoder.dim) else {}


def _write(encoder: Encoder, known: dict[str, NDArray[np.float16]]) -> None:
    kept = {text: row for text, row in known.items() if "\x00" not in text}
    path = _path(encoder)
    draft = path.with_suffix(f".{os.getpid()}.npz")
    # A full or read-only disk costs a slower start, nothing else.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        joined = np.frombuffer("\x00".join(kept).encode("utf-8", "surrogatepass"), np.uint8)
        np.savez(draft, texts=joined, rows=np.stack(list(kept.values())))
        draft.replace(path)
