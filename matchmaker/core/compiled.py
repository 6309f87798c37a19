"""The few loops that numpy has no function for are compiled by numba; this module is the only place that uses it.

Machine code is cached on disk, so a process pays for compilation (tens of seconds) once a machine and not at each
start. numba itself looks only at the file a function stands in, and would go on using machine code that has what it
calls from another file built in, as that file was before an upgrade. So each folder of sources has its machine code in
a folder named after all that these sources say.

In a hot loop, write a step out where it is taken, and take arrays out of their tuples before it: handing over a dozen
arrays counts references with atomic instructions, which cost more than a small loop, also with ``inline="always"``.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

_GIVEN = numba.config.CACHE_DIR
_FORGET = 7 * 86_400  # seconds after which machine code of sources that were not used since is deleted


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code, compiled at its first call. The interpreter lock is released while it runs."""
    numba.config.CACHE_DIR = _folder(Path(function.__code__.co_filename).parent)
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]


@lru_cache
def _folder(sources: Path) -> str:
    said = hashlib.blake2b(digest_size=8)
    for file in (Path(__file__), *sorted(sources.glob("*.py"))):
        said.update(file.read_bytes())
    base = (Path(_GIVEN) if _GIVEN else _writable(sources / "__pycache__")) / f"compiled-{sources.parent.name}"
    wanted = base / said.hexdigest()
    wanted.mkdir(parents=True, exist_ok=True)
    os.utime(wanted)
    for other in base.iterdir():
        with suppress(FileNotFoundError):  # another process that starts takes the same away
            if time.time() - other.stat().st_mtime > _FORGET:
                shutil.rmtree(other, ignore_errors=True)
    return str(wanted)


def _writable(beside: Path) -> Path:
    """Beside the source, or under the temporary directory where that cannot be written (a read-only image)."""
    try:
        beside.mkdir(exist_ok=True)
        if os.access(beside, os.W_OK):
            return beside
    except OSError:
        pass
    folder = Path(tempfile.gettempdir()) / f"matchmaker-numba-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    # Machine code is loaded from here: a folder of another user must not be trusted.
    if folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        return Path(tempfile.mkdtemp(prefix="matchmaker-numba-"))
    return folder


# Sums may be reordered so that they run in vector registers; the order is fixed when this function is compiled, and it
# is the only place where rows are multiplied one by one.
@numba.njit(nogil=True, fastmath={"reassoc", "contract", "nsz"})
def dot(a, i, b, j):  # type: ignore[no-untyped-def]
    """The dot product of two float32 rows a[i] and b[j], the same to the last bit whatever is computed beside it."""
    total = np.float32(0)
    for k in range(a.shape[1]):
        total += a[i, k] * b[j, k]
    return total
