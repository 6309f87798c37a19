"""The search backend that ships: numpy arrays in files of this machine, mapped by every process; no server.

A small directory lives in the memory of each process, so that it needs no files and no worker. A large one is read from
the database in parts, by one process a core, and made one segment in the end.
"""

import os
import shutil
import subprocess  # nosec B404
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from matchmaker.core.cycles import no_search_for_cycles
from matchmaker.directory.index.build import build, merged
from matchmaker.directory.index.entries import Entry
from matchmaker.directory.index.files import IndexFiles
from matchmaker.directory.index.name_vectors import NameVectors
from matchmaker.directory.index.searching import Index
from matchmaker.directory.index.segment import Segment
from matchmaker.directory.search_backend import SearchBackend, SearchQuery, SearchResult, Source, State, Stats
from matchmaker.language.encoder import Encoder

LOOK_AGAIN = 0.5  # seconds between two looks at whether the files changed
MOST_PROCESSES = 4  # that read a directory


@dataclass(frozen=True)
class _Open:
    """An index as a process holds it."""

    version: int  # of its files; 0 where it is in memory
    state: State
    index: Index


class ArraySearchBackend(SearchBackend):
    def __init__(self, encoder: Encoder, folder: Path) -> None:
        super().__init__(encoder, folder)
        self.vectors = NameVectors(encoder, folder)
        self._files: dict[str, IndexFiles] = {}
        self._open: dict[str, _Open] = {}
        self._looked: dict[str, float] = {}  # kind → when its files were looked at
        self._opening = threading.Lock()

    def files(self, kind: str) -> IndexFiles:
        return self._files.setdefault(kind, IndexFiles(self.folder / "directory" / kind, self.encoder.name))

    # -- reading ------------------------------------------------------------------------------------------------------
    def search(self, kind: str, query: SearchQuery, own: Sequence[Entry] = ()) -> SearchResult | None:
        opened = self._opened(kind)
        if opened is None:
            return None
        index = opened.index
        if own:
            index = index.beside(self._segment(own, self._common(index)))
        return index.search(query)

    def state(self, kind: str) -> State | None:
        opened = self._opened(kind)
        return None if opened is None else opened.state

    def keys(self, kind: str) -> NDArray[np.int64]:
        opened = self._opened(kind, look=True)
        if opened is None:
            return np.zeros(0, np.int64)
        documents = opened.index.documents
        return np.concatenate([segment.keys for segment, _part in documents.parts])[documents.alive]

    def stats(self, kind: str) -> Stats:
        opened, files = self._opened(kind), self.files(kind)
        size = sum(file.stat().st_size for file in files.folder.rglob("*") if file.is_file())
        return Stats(opened.index.documents.count if opened else 0, size)

    def _opened(self, kind: str, *, look: bool = False) -> _Open | None:
        held, now = self._open.get(kind), time.monotonic()
        if held and (held.version == 0 or (not look and now - self._looked.get(kind, 0) < LOOK_AGAIN)):
            return held
        self._looked[kind] = now
        version = self.files(kind).version()
        if held and held.version == version:
            return held
        with self._opening:
            opened = self._read(kind)
            if opened is None:
                self._open.pop(kind, None)
            else:
                self._open[kind] = opened
        return opened

    def _read(self, kind: str) -> _Open | None:
        files = self.files(kind)
        for _attempt in range(3):  # between manifest and segments a writer may have replaced both
            version, manifest = files.version(), files.manifest()
            if manifest is None:
                return None
            try:
                segments, deleted = files.segments(manifest)
            except (OSError, ValueError):
                continue
            return _Open(version, manifest.state, Index(segments, self.encoder, deleted))
        return None

    def _common(self, index: Index) -> NDArray[np.float32] | None:
        """What the names of the directory share, so that a segment beside them is measured alike."""
        return np.asarray(index.segments[0].common) if index.documents.count else None

    # -- changing -----------------------------------------------------------------------------------------------------
    def lock(self, kind: str, *, wait: bool = True) -> Any:
        return self.files(kind).lock(wait=wait)

    def rebuild(self, kind: str, source: Source, state: State) -> int:
        """Raises: subprocess.CalledProcessError: a part could not be made; the old index stays."""
        if source.is_small:
            segment = self._segment(source.entries())
            self._open[kind] = _Open(0, state, Index([segment], self.encoder))
            return segment.n
        segment = self._in_parts(kind, source) if source.ranges else self._segment(source.entries())
        self.files(kind).start(segment, state)
        self._open.pop(kind, None)
        return segment.n

    def index(self, kind: str, entries: Iterable[Entry], state: State) -> None:
        opened = self._opened(kind, look=True)
        segment = self._segment(entries, self._common(opened.index) if opened else None)
        self.files(kind).change(segment.keys.tolist(), segment, state)
        self._looked.pop(kind, None)

    def delete(self, kind: str, keys: Collection[int], state: State) -> None:
        self.files(kind).change(keys, None, state)
        self._looked.pop(kind, None)

    def mark_checked(self, kind: str) -> None:
        self.files(kind).mark_checked()

    def checked(self, kind: str) -> float:
        return self.files(kind).checked()

    def forget_small(self, kind: str) -> None:
        held = self._open.get(kind)
        if held and held.version == 0:
            self._open.pop(kind, None)

    def needs_tidying(self, kind: str) -> bool:
        return self.files(kind).needs_compaction()

    def tidy(self, kind: str) -> None:
        self.files(kind).compact()

    def _segment(self, entries: Iterable[Entry], common: NDArray[np.float32] | None = None) -> Segment:
        with no_search_for_cycles():
            return build(entries, self.vectors, self.encoder.dim, common)

    # -- a large directory, in parts ----------------------------------------------------------------------------------
    def _in_parts(self, kind: str, source: Source) -> Segment:
        files = self.files(kind)
        files.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="parts-", dir=files.folder))
        try:
            self._run_parts(kind, folder, source.ranges)
            return merged([Segment.read(part) for part in sorted(folder.iterdir())])
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _run_parts(self, kind: str, folder: Path, ranges: Sequence[tuple[int, int]]) -> None:
        """A worker of Celery may not have children by multiprocessing: these are commands of their own."""
        many = min(os.cpu_count() or 1, MOST_PROCESSES)
        command = [sys.executable, "-m", "django", "index_part", kind, str(folder)]
        running = [
            subprocess.Popen([*command, *(f"{a}:{b}" for a, b in ranges[at::many])], cwd=settings.BASE_DIR)
            for at in range(many)
        ]
        codes = [one.wait() for one in running]
        if any(codes):
            raise subprocess.CalledProcessError(max(codes), command)

    def write_part(self, folder: Path, first: int, entries: Iterable[Entry]) -> None:
        """A part of a directory as a segment of its own, named by its first key."""
        self._segment(entries).write(folder / f"{first:012d}")
