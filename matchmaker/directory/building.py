"""A whole directory read from the database: a large one in parts, by one process a core, made one in the end."""

import os
import shutil
import subprocess  # nosec B404
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from matchmaker.core.cycles import no_search_for_cycles
from matchmaker.directory.index.build import build, merged
from matchmaker.directory.index.segment import Segment
from matchmaker.directory.name_vectors import name_vectors
from matchmaker.directory.rows import DIRECTORIES, Directory
from matchmaker.language.encoder import get_encoder

PART = 20_000  # rows
MOST_PROCESSES = 4

Range = tuple[int, int]  # primary keys, both included


def whole(kind: str, folder: Path) -> Segment:
    """Every row of a directory as one segment; parts lie below `folder` meanwhile.

    Raises: subprocess.CalledProcessError: a part could not be made.
    """
    directory = DIRECTORIES[kind]
    keys = np.array(directory.rows().order_by("pk").values_list("pk", flat=True), np.int64)
    if len(keys) <= 2 * PART:
        return _segment(directory, directory.rows())
    ranges = [(int(keys[at]), int(keys[min(at + PART, len(keys)) - 1])) for at in range(0, len(keys), PART)]
    parts = Path(tempfile.mkdtemp(prefix="parts-", dir=folder))
    try:
        _in_processes(kind, parts, ranges)
        found = [Segment.read(part) for part in sorted(parts.iterdir())]
        return merged(found, [None] * len(found))
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def _in_processes(kind: str, folder: Path, ranges: Sequence[Range]) -> None:
    """A worker of Celery may not have children by multiprocessing: these are commands of their own."""
    many = min(os.cpu_count() or 1, MOST_PROCESSES)
    command = [sys.executable, "-m", "django", "index_part", kind, str(folder)]
    running = [
        subprocess.Popen([*command, *(f"{first}:{last}" for first, last in ranges[at::many])], cwd=settings.BASE_DIR)
        for at in range(many)
    ]
    codes = [one.wait() for one in running]
    if any(codes):
        raise subprocess.CalledProcessError(max(codes), command)


def write_part(kind: str, folder: Path, keys: Range) -> None:
    """The rows of a range as a segment of its own."""
    directory = DIRECTORIES[kind]
    rows = directory.rows().filter(pk__gte=keys[0], pk__lte=keys[1])
    _segment(directory, rows).write(folder / f"{keys[0]:012d}")


def _segment(directory: Directory, rows: QuerySet) -> Segment:
    encoder = get_encoder(settings.ENCODER)
    with no_search_for_cycles():
        return build(directory.entries(rows), partial(name_vectors, encoder), encoder.dim)
