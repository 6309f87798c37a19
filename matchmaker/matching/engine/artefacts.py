"""Files the engine learned: written whole or not at all, named with the hash of what they were learned from.

Shipped artefacts live in `data/engine` beside a manifest; what may not be shipped is learned once a machine and
kept under a cache folder. Arrays are plain `.npy` so that processes share them through the page cache.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MANIFEST = "manifest.json"


def digest(paths: Iterable[Path], *, root: Path) -> str:
    """SHA-256 over names (below `root`) and contents of files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(root).as_posix()}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


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
    return np.load(path, mmap_mode="r", allow_pickle=False)


def save_json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    write_file(path, write)


def load_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_manifest(folder: Path, *, inputs: str, texts: str, names: Iterable[str]) -> None:
    """List the artefacts of a folder with their hashes, beside the hash of what they were learned from."""
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}
    save_json(folder / MANIFEST, {"inputs": inputs, "texts": texts, "files": files})


def damaged_files(folder: Path) -> list[str]:
    """Names of artefacts that are missing or differ from the manifest; the manifest itself when that is missing."""
    if not (folder / MANIFEST).exists():
        return [MANIFEST]
    wrong = []
    for name, expected in load_json(folder / MANIFEST)["files"].items():
        path = folder / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            wrong.append(name)
    return wrong
