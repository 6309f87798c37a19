"""The search backend that ships: numpy arrays in files of this machine, mapped by every process; no server.

A small directory lives in the memory of each process, so that it needs no files and no worker. A large one is read from
the database in parts, by one process a core, and made one segment in the end.
"""

import contextlib
import logging
import os
import shutil
import subprocess  # nosec B404
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.files.storage import storages
from numpy.typing import NDArray

from matchmaker.core.cycles import no_search_for_cycles
from matchmaker.directory.publications import DamagedPublicationError, Publication, Publications
from matchmaker.directory.search_backend import SearchBackend, Source, State, Stats
from matchmaker.engines.language import Encoder
from matchmaker.engines.search import (
    SEGMENT_FORMAT,
    Entry,
    Index,
    IndexFiles,
    Manifest,
    NameVectors,
    SearchQuery,
    SearchResult,
    Segment,
    build_segment,
    merge_segments,
)

logger = logging.getLogger(__name__)
LOOK_AGAIN = 0.5  # seconds between two looks at whether the files changed
MOST_PROCESSES = 4  # that read a directory
PUBLISH_EVERY, LOOK_AT_PUBLICATION = 600, 60  # seconds: a changed index is published again, and is looked after


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
        self._publication_looked: dict[str, float] = {}  # kind → when its newest publication was looked at
        self._damaged: dict[str, set[int]] = {}  # kind → revisions of publications that are of no use

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
        self.vectors.tidy()
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
        self.vectors.tidy()

    def _segment(self, entries: Iterable[Entry], common: NDArray[np.float32] | None = None) -> Segment:
        with no_search_for_cycles():
            return build_segment(entries, self.vectors, self.encoder.dim, common)

    # -- a large directory, in parts ----------------------------------------------------------------------------------
    def _in_parts(self, kind: str, source: Source) -> Segment:
        files = self.files(kind)
        files.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="parts-", dir=files.folder))
        try:
            self._run_parts(kind, folder, source.ranges)
            return merge_segments([Segment.read(part) for part in sorted(folder.iterdir())])
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

    # -- for other machines -------------------------------------------------------------------------------------------
    @property
    def is_published(self) -> bool:
        return "index" in settings.STORAGES

    def _publications(self, kind: str) -> Publications:
        return Publications(storages["index"], kind)

    def fetch(self, kind: str, wanted: State) -> bool:
        if not self.is_published:
            return False
        try:
            publication = self._publications(kind).newest()
            if publication is None or not self._is_usable(kind, publication, wanted):
                return False
            self._take_over(kind, publication)
        except (OSError, ValueError, DamagedPublicationError) as problem:
            self._note(kind, f"The published index of {kind} was not used: {problem}.")
            return False
        self._note(kind, "")
        logger.info("The index of %s was fetched, revision %d", kind, publication.revision)
        return True

    def _is_usable(self, kind: str, publication: Publication, wanted: State) -> bool:
        """Whether it is of the format, encoder and facts of this process, and was not damaged when it was fetched."""
        index = publication.index
        is_ours = (index.get("format"), index.get("encoder")) == (SEGMENT_FORMAT, self.encoder.name)
        is_wanted = all(index.get("state", {}).get(name) == value for name, value in wanted.items())
        return is_ours and is_wanted and publication.revision not in self._damaged.get(kind, ())

    def _take_over(self, kind: str, publication: Publication) -> None:
        files = self.files(kind)
        files.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="fetch-", dir=files.folder))
        try:
            self._publications(kind).fetch(publication, folder)
            values = {name: value for name, value in publication.index.items() if name != "format"}
            files.adopt(folder, Manifest(**{**values, "segments": tuple(values["segments"])}))
        except (ValueError, DamagedPublicationError):
            self._damaged.setdefault(kind, set()).add(publication.revision)
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self._open.pop(kind, None)

    def is_publication_due(self, kind: str) -> bool:
        now = time.monotonic()
        looked = self._publication_looked.get(kind)
        if not self.is_published or (looked is not None and now - looked < LOOK_AT_PUBLICATION):
            return False
        self._publication_looked[kind] = now
        try:
            newest = self._publications(kind).newest()
        except DamagedPublicationError:
            return True
        except OSError as problem:
            self._note(kind, f"The published index of {kind} cannot be read: {problem}.")
            return False
        if newest is None:
            return True
        is_old = newest.published_at < time.time() - PUBLISH_EVERY
        return is_old and newest.index.get("state") != self.state(kind)

    def publish(self, kind: str) -> None:
        files, folder = self.files(kind), self.folder / "directory" / f"publish-{kind}"
        shutil.rmtree(folder, ignore_errors=True)  # of a process that was ended
        publications, reuse = self._publications(kind), not self._damaged.get(kind)
        try:
            with files.lock():
                manifest = files.link(folder)
            if manifest is None:
                return
            publications.add(folder, {"format": SEGMENT_FORMAT, **asdict(manifest)}, reuse=reuse)
            publications.remove_old()
        except OSError as problem:
            self._note(kind, f"The index of {kind} could not be published: {problem}.")
        else:
            self._damaged.pop(kind, None)
            self._note(kind, "")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publication_problem(self, kind: str) -> str:
        try:
            return self._problem_file(kind).read_text(encoding="utf-8")
        except OSError:
            return ""

    def _problem_file(self, kind: str) -> Path:
        return self.files(kind).folder / "publication-problem"

    def _note(self, kind: str, problem: str) -> None:
        """Keep for the doctor, which is a process of its own, what happened last; a full disk loses it."""
        if problem:
            logger.warning("%s This machine goes on with an index of its own.", problem)
        with contextlib.suppress(OSError):
            if problem:
                self._problem_file(kind).parent.mkdir(parents=True, exist_ok=True)
                self._problem_file(kind).write_text(problem, encoding="utf-8")
            else:
                self._problem_file(kind).unlink(missing_ok=True)
