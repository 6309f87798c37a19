"""Arrays on disk, mapped into memory: only what is read is in memory, and all processes of a machine share it.

Models come compressed in wheels. Unpacked by each process they would fill its own memory, so a machine unpacks them
once, into the folder that the environment variable MODEL_CACHE names. Without it they stay in memory.
"""

import hashlib
import mmap
import os
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
COMPLETE = "complete"
_maps: WeakSet[mmap.mmap] = WeakSet()


def write_file(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary neighbour of `path`, then put it in place in one step.

    Two processes that make the same file at once both succeed and neither reads half a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def save_array(path: Path, array: NDArray[Any]) -> None:
    write_file(path, lambda temporary: np.save(temporary, array, allow_pickle=False))


def load_array(path: Path) -> NDArray[Any]:
    """The array, mapped read-only: pages are read when touched and shared between processes."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    _maps.add(array.base)
    return array


def release_pages() -> None:
    """Leave the pages of mapped arrays to the system, for a process that has loaded and read much at once.

    Who touches one again gets it back, mostly from the system's cache. To read a row Linux maps its neighbours, too:
    with a thousand texts the whole table of an encoder counted as memory of the process.
    """
    for mapped in list(_maps):
        mapped.madvise(mmap.MADV_DONTNEED)


def name_by_content(name: str, version: str, files: Iterable[Path]) -> str:
    """A name for `mapped_arrays` that changes with the version and with the content of the files."""
    state = hashlib.sha256(version.encode())
    for path in files:
        state.update(hashlib.sha256(path.read_bytes() if path.exists() else b"").digest())
    return f"{name}-{state.hexdigest()[:16]}"


def mapped_arrays(name: str, make: Callable[[], Arrays]) -> Arrays:
    """What `make` returns, mapped from the cache. `name` changes with the content: it holds a version."""
    if not os.environ.get("MODEL_CACHE"):
        return make()
    folder = Path(os.environ["MODEL_CACHE"]) / name
    if not (folder / COMPLETE).exists():
        arrays = make()
        try:
            _save_all(folder, arrays)
        except OSError:  # a full or read-only disk: this process goes on with its own memory
            return arrays
    return {path.stem: np.asarray(load_array(path)) for path in folder.glob("[!.]*.npy")}


def _save_all(folder: Path, arrays: Arrays) -> None:
    """Put the folder in place in one step: of two processes that make the same arrays, those of one stay, and never
    some of each. What is learned may differ in its order from process to process."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        for key, values in arrays.items():
            save_array(temporary / f"{key}.npy", values)
        (temporary / COMPLETE).touch()
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:  # a folder is there: of another process that was first, or left half written
            if not (folder / COMPLETE).exists():
                shutil.rmtree(folder, ignore_errors=True)
                temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class Strings:
    """Strings in two arrays instead of an object each: `letters` holds all in UTF-8, `ends` where each ends.

    `place` needs them in ascending order.
    """

    def __init__(self, letters: NDArray[np.uint8], ends: NDArray[np.integer[Any]]) -> None:
        self._letters = memoryview(letters)
        self._ends = memoryview(ends)

    @staticmethod
    def arrays(strings: Iterable[str]) -> dict[str, NDArray[Any]]:
        """The two arrays of strings, in their order."""
        encoded = [text.encode() for text in strings]
        return {
            "letters": np.frombuffer(b"".join(encoded), np.uint8),
            "ends": np.cumsum([len(text) for text in encoded], dtype=np.int32),
        }

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, place: int) -> str:
        start = self._ends[place - 1] if place else 0
        return str(self._letters[start : self._ends[place]], "utf-8")

    def place(self, text: str) -> int:
        """Where a text stands, -1 where it is not among them."""
        place = bisect_left(self, text)  # type: ignore[type-var]
        return place if place < len(self) and self[place] == text else -1


class Keys:
    """Strings to look up, each once, in arrays: a hash table, ten times as fast as the search of `Strings`.

    They stand in the order of `Keys.sort`: by bucket. `starts` says where each bucket begins, and the last one ends.
    """

    def __init__(self, starts: NDArray[np.int32], letters: NDArray[np.uint8], ends: NDArray[np.integer[Any]]) -> None:
        self._starts = memoryview(starts)
        self._strings = Strings(letters, ends)

    @staticmethod
    def sort(strings: Collection[str]) -> list[str]:
        buckets = _buckets(len(strings))
        return sorted(strings, key=lambda text: _checksum(text) % buckets)

    @staticmethod
    def arrays(strings: Sequence[str]) -> dict[str, NDArray[Any]]:
        """The three arrays of strings that are sorted."""
        buckets = _buckets(len(strings))
        places = [_checksum(text) % buckets for text in strings]
        return {"starts": np.searchsorted(places, range(buckets + 1)).astype(np.int32), **Strings.arrays(strings)}

    def place(self, text: str) -> int:
        """Where a text stands, -1 where it is not among them."""
        bucket = _checksum(text) % (len(self._starts) - 1)
        for place in range(self._starts[bucket], self._starts[bucket + 1]):
            if self._strings[place] == text:
                return place
        return -1


def _buckets(count: int) -> int:
    """Twice as many as strings: most texts that are not among them find an empty one."""
    return 2 * count + 1


def _checksum(text: str) -> int:
    return crc32(text.encode())
