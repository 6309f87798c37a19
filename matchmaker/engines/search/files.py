"""An index in files: one folder for each directory, written by one process of the machine at a time, mapped by all.

`manifest.json` names the segments that count and the documents in them that are deleted. It is replaced in one step, so
a reader sees the index before a change or after it. Segments are folders that never change; one that no manifest names
is deleted, and a process that has it mapped keeps reading it until it looks at the next manifest.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.engines.search.build import merge_segments
from matchmaker.engines.search.segment import SEGMENT_FORMAT, Segment

MOST_SMALL = 6  # segments beside the first, from which they are made into one
COMPACT_FROM, COMPACT_SHARE = 20_000, 0.05  # entries changed, at least and as a share of all, that make a new first one


@dataclass(frozen=True)
class Manifest:
    """What counts. `number` rises with every change; `deleted` are places by segment; `state` is the caller's."""

    number: int = 0
    encoder: str = ""
    segments: tuple[str, ...] = ()
    deleted: dict[str, list[int]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)


class IndexFiles:
    """The files of one directory, for one encoder."""

    def __init__(self, folder: Path, encoder: str) -> None:
        self.folder, self.encoder = folder, encoder
        self._mapped: dict[tuple[str, int, int], Segment] = {}  # by name, size of the files, and their time

    # -- reading ------------------------------------------------------------------------------------------------------
    def version(self) -> int:
        """Changes with every manifest; 0 where there is none."""
        try:
            return (self.folder / "manifest.json").stat().st_mtime_ns
        except OSError:
            return 0

    def checked(self) -> float:
        """When the index was last compared with the rows, in seconds; 0 for never."""
        try:
            return (self.folder / "checked").stat().st_mtime
        except OSError:
            return 0.0

    def manifest(self) -> Manifest | None:
        """None where there is no index, or one of another format or encoder."""
        try:
            raw = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if raw.pop("format", None) != SEGMENT_FORMAT or raw.get("encoder") != self.encoder:
            return None
        return Manifest(**{**raw, "segments": tuple(raw["segments"])})

    def segments(self, manifest: Manifest) -> tuple[list[Segment], list[NDArray[np.int64]]]:
        """(segments, the places of the deleted documents of each).

        Raises: OSError, ValueError: a file is gone or damaged; the index has to be built anew.
        """
        segments = [self._segment(name) for name in manifest.segments]
        self._mapped = {key: one for key, one in self._mapped.items() if key[0] in manifest.segments}
        return segments, [np.array(manifest.deleted.get(name, []), np.int64) for name in manifest.segments]

    def _segment(self, name: str) -> Segment:
        """A segment never changes, so that a process maps it once; one that did is damaged, or another one."""
        files = [file.stat() for file in os.scandir(self.folder / name)]
        key = (name, sum(file.st_size for file in files), max(file.st_mtime_ns for file in files))
        if key not in self._mapped:
            self._mapped[key] = Segment.read(self.folder / name)
        return self._mapped[key]

    # -- writing, with the lock held ----------------------------------------------------------------------------------
    @contextlib.contextmanager
    def lock(self, name: str = "lock", *, wait: bool = True) -> Iterator[bool]:
        """Whether this process now is the only one of the machine that holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / name).open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True

    def start(self, segment: Segment, state: dict[str, Any]) -> None:
        """A new index of one segment in place of whatever was there."""
        before = self.manifest()
        number = (before.number if before else 0) + 1
        self._publish(Manifest(number, self.encoder, (self._write(segment, number),), {}, state))

    def change(self, keys: Collection[int], segment: Segment | None, state: dict[str, Any]) -> None:
        """Delete the entries of these keys, and add those of the segment."""
        manifest = self.manifest() or Manifest(encoder=self.encoder)
        number, deleted = manifest.number + 1, dict(manifest.deleted)
        for name in manifest.segments if keys else ():
            places = self._segment(name).places_of(np.array(sorted(keys), np.int64))
            if len(places):
                deleted[name] = sorted({*deleted.get(name, []), *places.tolist()})
        names = manifest.segments
        if segment is not None and segment.n:
            names = (*names, self._write(segment, number))
        changed = Manifest(number, self.encoder, names, deleted, state)
        if len(names) > MOST_SMALL + 1:
            changed = self._small_as_one(changed)
        self._publish(changed)

    def _small_as_one(self, manifest: Manifest) -> Manifest:
        first, *small = manifest.segments
        segments, deleted = self.segments(replace(manifest, segments=tuple(small)))
        together = merge_segments(segments, deleted, self._segment(first).common)
        name = self._write(together, manifest.number, "m")
        deletions = {first: manifest.deleted[first]} if first in manifest.deleted else {}
        return replace(manifest, segments=(first, name), deleted=deletions)

    def needs_compaction(self) -> bool:
        """Whether so much changed that a new first segment is worth its making."""
        manifest = self.manifest()
        sizes = [self._segment(name).n for name in manifest.segments] if manifest else []
        if manifest is None or not sizes:
            return False
        changed = sum(sizes[1:]) + sum(len(places) for places in manifest.deleted.values())
        return changed > max(COMPACT_FROM, COMPACT_SHARE * sizes[0])

    def compact(self) -> bool:
        """All segments as one. Changes go on meanwhile: what is deleted meanwhile is deleted in the new one, too."""
        with self.lock("compacting", wait=False) as is_mine:
            before = self.manifest()
            if not is_mine or before is None:
                return False
            segments, deleted = self.segments(before)
            new = merge_segments(segments, deleted)
            with self.lock():
                now = self.manifest()
                if now is None or now.segments[: len(before.segments)] != before.segments:
                    return False  # the small ones were made one meanwhile, or all of it anew: another time
                keys: list[int] = []
                for name, segment in zip(before.segments, segments, strict=True):
                    places = sorted(set(now.deleted.get(name, [])) - set(before.deleted.get(name, [])))
                    keys += segment.keys[places].tolist()
                name = self._write(new, now.number + 1)
                later = now.segments[len(before.segments) :]
                deletions = {other: now.deleted[other] for other in later if other in now.deleted}
                if places := new.places_of(np.array(sorted(keys), np.int64)).tolist():
                    deletions[name] = sorted(places)
                self._publish(Manifest(now.number + 1, self.encoder, (name, *later), deletions, now.state))
        return True

    def adopt(self, folder: Path, manifest: Manifest) -> None:
        """An index that another machine made in place of whatever was there; its segments are in `folder`.

        Raises: OSError, ValueError: a segment cannot be read; the old index stays.
        """
        before = self.manifest()
        number = (before.number if before else 0) + 1
        names = {name: f"p{number:08d}-{at}" for at, name in enumerate(manifest.segments)}
        for name, here in names.items():
            Segment.read(folder / name)
            shutil.rmtree(self.folder / here, ignore_errors=True)
            (folder / name).rename(self.folder / here)
        deleted = {names[name]: places for name, places in manifest.deleted.items()}
        self._publish(Manifest(number, self.encoder, tuple(names.values()), deleted, manifest.state), checked=0)

    def link(self, folder: Path) -> Manifest | None:
        """Put the files of the index as it is now into another folder, too; with the lock held."""
        manifest = self.manifest()
        for name in manifest.segments if manifest else ():
            shutil.copytree(self.folder / name, folder / name, copy_function=_link)
        return manifest

    def mark_checked(self) -> None:
        (self.folder / "checked").touch()

    def _write(self, segment: Segment, number: int, kind: str = "s") -> str:
        name = f"{kind}{number:08d}"
        shutil.rmtree(self.folder / name, ignore_errors=True)
        segment.write(self.folder / name)
        return name

    def _publish(self, manifest: Manifest, *, checked: float | None = None) -> None:
        if checked is not None:  # before readers see the index: it is not trusted until it is compared with the rows
            self.mark_checked()
            os.utime(self.folder / "checked", (checked, checked))
        draft = self.folder / "manifest.draft"
        draft.write_text(json.dumps({"format": SEGMENT_FORMAT, **asdict(manifest)}), encoding="utf-8")
        os.replace(draft, self.folder / "manifest.json")
        if checked is None:
            self.mark_checked()
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in manifest.segments:
                shutil.rmtree(folder, ignore_errors=True)


def _link(source: str, target: str) -> None:
    """A second name for a file that never changes; a copy where the file system has no such names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
