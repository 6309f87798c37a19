"""An index in files: one folder a directory, written by one process of the machine at a time, mapped by all.

`manifest.json` names the segments that count and the places in them that do not any more. It is replaced in one step,
so a reader sees the index before a change or after it. Segments are folders that never change; one that no manifest
names is deleted, and whoever has it mapped keeps reading it until it looks at the next manifest.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchmaker.directory.index import kernels
from matchmaker.directory.index.build import merged
from matchmaker.directory.index.segment import FORMAT, Segment

MOST_SMALL = 6  # segments beside the first, from which they are made into one
COMPACT_FROM, COMPACT_SHARE = 20_000, 0.05  # entries changed, at least and as a share of all, that make a new first one
_known: dict[tuple[Path, int, int], Segment] = {}  # by folder, its size and its time


@dataclass(frozen=True)
class Manifest:
    """What counts. `number` rises with every change; `dead` are places by segment; `state` is the caller's to keep."""

    number: int = 0
    encoder: str = ""
    segments: tuple[str, ...] = ()
    dead: dict[str, list[int]] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)


class Store:
    """The files of one directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # -- reading ------------------------------------------------------------------------------------------------------
    def version(self) -> int:
        """Changes with every manifest; 0 where there is none."""
        try:
            return (self.folder / "manifest.json").stat().st_mtime_ns
        except OSError:
            return 0

    def checked(self) -> float:
        """When somebody last made sure that nothing is missing, in seconds; 0 for never."""
        try:
            return (self.folder / "checked").stat().st_mtime
        except OSError:
            return 0.0

    def manifest(self, encoder: str) -> Manifest | None:
        """None where there is no index, or one of another format or encoder."""
        try:
            raw = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if raw.pop("format", None) != FORMAT or raw.get("encoder") != encoder:
            return None
        return Manifest(**{**raw, "segments": tuple(raw["segments"])})

    def segments(self, manifest: Manifest) -> list[tuple[Segment, NDArray[np.uint64] | None]]:
        """Each segment with the bits of what is alive; None is all.

        Raises: OSError, ValueError: a file is gone or damaged; the index has to be built anew.
        """
        found = []
        for name in manifest.segments:
            segment = self._mapped(name)
            found.append((segment, alive_bits(segment, manifest.dead.get(name, []))))
        for key in list(_known):
            if key[0].parent == self.folder and key[0].name not in manifest.segments:
                _known.pop(key, None)
        return found

    def _mapped(self, name: str) -> Segment:
        """A segment never changes, so that a process maps it once; one that did is damaged, or another one."""
        files = [file.stat() for file in os.scandir(self.folder / name)]
        key = (self.folder / name, sum(file.st_size for file in files), max(file.st_mtime_ns for file in files))
        segment = _known.get(key)
        if segment is None:
            segment = _known[key] = Segment.read(self.folder / name)
        return segment

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

    def start(self, segment: Segment, encoder: str, state: dict[str, Any]) -> Manifest:
        """A new index of one segment in place of whatever was there."""
        before = self.manifest(encoder)
        number = (before.number if before else 0) + 1
        name = self._write(segment, number)
        return self._publish(Manifest(number, encoder, (name,), {}, state))

    def add(self, manifest: Manifest, segment: Segment | None, gone: Sequence[int], state: dict[str, Any]) -> Manifest:
        """Entries that changed, and keys of those that changed or went; what they were before is dead."""
        number = manifest.number + 1
        dead = dict(manifest.dead)
        keys = np.array(sorted(gone), np.int64)
        for name in manifest.segments if len(keys) else ():
            places = self._mapped(name).places_of_keys(keys)
            if len(places):
                dead[name] = sorted({*dead.get(name, []), *places.tolist()})
        names = manifest.segments
        if segment is not None and segment.n:
            names = (*names, self._write(segment, number))
        added = Manifest(number, manifest.encoder, names, dead, state)
        if len(names) > MOST_SMALL + 1:
            added = self._small_as_one(added)
        return self._publish(added)

    def _small_as_one(self, manifest: Manifest) -> Manifest:
        first, *small = manifest.segments
        parts = [(one, bits) for one, bits in self.segments(replace(manifest, segments=tuple(small)))]
        together = merged([s for s, _b in parts], [b for _s, b in parts], Segment.read(self.folder / first).common)
        name = self._write(together, manifest.number, "m")
        dead = {first: manifest.dead[first]} if first in manifest.dead else {}
        return replace(manifest, segments=(first, name), dead=dead)

    def needs_compaction(self, manifest: Manifest) -> bool:
        """Whether so much changed that a new first segment is worth its making."""
        sizes = [self._mapped(name).n for name in manifest.segments]
        changed = sum(sizes[1:]) + sum(len(places) for places in manifest.dead.values())
        return changed > max(COMPACT_FROM, COMPACT_SHARE * sizes[0]) if sizes else False

    def compact(self, encoder: str) -> bool:
        """All segments as one. Changes go on meanwhile: what dies while it is made dies in the new one too."""
        with self.lock("compacting", wait=False) as mine:
            before = self.manifest(encoder)
            if not mine or before is None:
                return False
            parts = self.segments(before)
            new = merged([s for s, _b in parts], [b for _s, b in parts])
            with self.lock():
                now = self.manifest(encoder)
                if now is None or now.segments[: len(before.segments)] != before.segments:
                    return False  # somebody made the small ones one meanwhile, or all anew: another time
                died: list[int] = []
                for name, (segment, _bits) in zip(before.segments, parts, strict=True):
                    places = sorted(set(now.dead.get(name, [])) - set(before.dead.get(name, [])))
                    died += np.asarray(segment.keys)[places].tolist()
                number = now.number + 1
                name = self._write(new, number)
                later = now.segments[len(before.segments) :]
                dead = {other: now.dead[other] for other in later if other in now.dead}
                if places_ := new.places_of_keys(np.array(sorted(died), np.int64)).tolist():
                    dead[name] = sorted(places_)
                self._publish(Manifest(number, encoder, (name, *later), dead, now.state))
        return True

    def mark_checked(self) -> None:
        (self.folder / "checked").touch()

    def _write(self, segment: Segment, number: int, kind: str = "s") -> str:
        name = f"{kind}{number:08d}"
        shutil.rmtree(self.folder / name, ignore_errors=True)
        segment.write(self.folder / name)
        return name

    def _publish(self, manifest: Manifest) -> Manifest:
        draft = self.folder / "manifest.draft"
        draft.write_text(json.dumps({"format": FORMAT, **asdict(manifest)}), encoding="utf-8")
        os.replace(draft, self.folder / "manifest.json")
        self.mark_checked()
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name not in manifest.segments:
                shutil.rmtree(folder, ignore_errors=True)
        return manifest


def alive_bits(segment: Segment, dead: Sequence[int]) -> NDArray[np.uint64] | None:
    if not dead:
        return None
    return kernels.every(segment.n) & ~kernels.bits(np.array(dead, np.int64), segment.n)
