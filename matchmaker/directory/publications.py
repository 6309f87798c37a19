"""An index that one machine built, in a store that all machines see, so that the others encode nothing.

A publication is a manifest with sizes and SHA-256 of its files, and the files. A file is stored once and named again by
later publications, because most segments of an index stay the same. Nothing is ever overwritten, and the manifest is
written last: a reader finds a whole publication or none. Publications are written by one machine at a time, which holds
a lease (`index_service.py`).
"""

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.utils import timezone

SCHEMA = 1  # of the manifest; one of another schema is not used
GRACE = 3600  # seconds for which a publication that has a successor may still be fetched
CHUNK = 1024 * 1024
PATH = re.compile(r"[a-z0-9-]+/[\w-]+(\.[\w-]+)*")


class DamagedPublicationError(Exception):
    """A file of a publication is missing or not as its manifest says."""


@dataclass(frozen=True)
class PublishedFile:
    path: str  # below the folder of the index: segment and name
    size: int
    sha256: str
    stored_as: str


@dataclass(frozen=True)
class Publication:
    """`index` is the manifest of the index itself: encoder, format, segments, deleted documents, state."""

    revision: int
    published_at: float
    index: dict[str, Any]
    files: tuple[PublishedFile, ...] = field(default=(), repr=False)

    def pack(self) -> bytes:
        content = json.dumps({"schema": SCHEMA, **asdict(self)}, sort_keys=True)
        return f"{hashlib.sha256(content.encode()).hexdigest()}\n{content}".encode()

    @classmethod
    def unpack(cls, packed: bytes) -> "Publication":
        """Raises: DamagedPublicationError."""
        digest, _line, content = packed.partition(b"\n")
        if hashlib.sha256(content).hexdigest().encode() != digest:
            raise DamagedPublicationError("its manifest is damaged")
        values = json.loads(content)
        if values.pop("schema", None) != SCHEMA:
            raise DamagedPublicationError("its manifest has another schema")
        files = tuple(PublishedFile(**one) for one in values["files"])
        if not all(PATH.fullmatch(file.path) for file in files):
            raise DamagedPublicationError("its manifest names a file outside the index")
        return cls(**{**values, "files": files})


class Publications:
    """Those of one directory. Every method raises OSError where the store is away."""

    def __init__(self, store: Storage, kind: str) -> None:
        self.store, self.manifests, self.files = store, f"{kind}/manifests", f"{kind}/files"

    def newest(self) -> Publication | None:
        """The newest of which the manifest is whole.

        Raises:
            DamagedPublicationError: there are some, and none is whole.
        """
        problem = None
        for revision in sorted(self._revisions(), reverse=True):
            try:
                return self._read(revision)
            except DamagedPublicationError as damage:
                problem = problem or damage
            except FileNotFoundError:
                continue  # removed meanwhile
        if problem:
            raise problem
        return None

    def add(self, folder: Path, index: dict[str, Any], *, reuse: bool = True) -> Publication:
        """Publish the segments that `index` names, which are in `folder`.

        Args:
            reuse: whether files of the newest publication are named again instead of stored again.
        """
        revision = max(self._revisions(), default=0) + 1
        stored = self._stored_names() if reuse else {}
        files = []
        for path in sorted(path for name in index["segments"] for path in (folder / name).iterdir()):
            size, digest = path.stat().st_size, _digest(path)
            name = stored.get((size, digest)) or self._store(path, digest, revision)
            stored[size, digest] = name
            files.append(PublishedFile(f"{path.parent.name}/{path.name}", size, digest, name))
        publication = Publication(revision, time.time(), index, tuple(files))
        self.store.save(self._manifest(revision), ContentFile(publication.pack()))
        return publication

    def fetch(self, publication: Publication, folder: Path) -> None:
        """Copy its files into a folder and verify each.

        Raises:
            DamagedPublicationError: what is in the folder then is of no use.
        """
        for file in publication.files:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                size, digest = self._copy(file.stored_as, target)
            except FileNotFoundError as problem:
                raise DamagedPublicationError(f"{file.path} is missing") from problem
            if (size, digest) != (file.size, file.sha256):
                raise DamagedPublicationError(f"{file.path} is damaged")

    def remove_old(self) -> None:
        """Remove publications that had a successor for longer than GRACE, and files that none names."""
        named, newest = set(), max(self._revisions(), default=0)
        for revision in self._revisions():
            try:
                publication = self._read(revision)
            except (DamagedPublicationError, FileNotFoundError):
                publication = Publication(revision, 0, {})
            if revision != newest and publication.published_at < time.time() - GRACE:
                self.store.delete(self._manifest(revision))
            else:
                named.update(file.stored_as for file in publication.files)
        for name in set(self._list_folder(self.files)) - named:
            if (timezone.now() - self.store.get_modified_time(f"{self.files}/{name}")).total_seconds() > GRACE:
                self.store.delete(f"{self.files}/{name}")

    def _stored_names(self) -> dict[tuple[int, str], str]:
        """(size, SHA-256) → name of the files of the newest publication."""
        with contextlib.suppress(DamagedPublicationError):
            if newest := self.newest():
                return {(file.size, file.sha256): file.stored_as for file in newest.files}
        return {}

    def _store(self, path: Path, digest: str, revision: int) -> str:
        with path.open("rb") as content:
            saved = self.store.save(f"{self.files}/{digest[:32]}-{revision}", File(content))
        return saved.rpartition("/")[2]

    def _copy(self, name: str, target: Path) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        with self.store.open(f"{self.files}/{name}") as content, target.open("wb") as file:
            for part in content.chunks(CHUNK):
                size += file.write(part)
                digest.update(part)
        return size, digest.hexdigest()

    def _read(self, revision: int) -> Publication:
        with self.store.open(self._manifest(revision)) as file:
            return Publication.unpack(file.read())

    def _manifest(self, revision: int) -> str:
        return f"{self.manifests}/{revision:010d}.json"

    def _revisions(self) -> Iterator[int]:
        for name in self._list_folder(self.manifests):
            stem = name.removesuffix(".json")
            if stem.isdecimal():
                yield int(stem)

    def _list_folder(self, folder: str) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return self.store.listdir(folder)[1]
        return []


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
