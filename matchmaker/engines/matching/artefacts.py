"""Files the engine learned: written whole or not at all, named with the hash of what they were learned from.

Shipped artefacts live in `data/engine` beside a manifest; what may not be shipped is learned once a machine and
kept under a cache folder. Arrays are plain `.npy` so that processes share them through the page cache.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matchmaker.engines.language.mapped_arrays import write_file

MANIFEST = "manifest.json"


def digest(paths: Iterable[Path], *, root: Path) -> str:
    """SHA-256 over names (below `root`) and contents of files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(root).as_posix()}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


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
