"""One door to numba: where machine code is cached, and how the hot loops are compiled.

Machine code is cached on disk, so a process pays for compilation once a machine (about twenty seconds) and not at
each start. numba caches beside the source and, where that cannot be written (a read-only image), in the user's cache
folder; a service account without a home has neither and would fail at import, so it gets a folder of its own under
the temporary directory.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

if "NUMBA_CACHE_DIR" not in os.environ:
    _beside = Path(__file__).parent / "__pycache__"
    try:
        _beside.mkdir(exist_ok=True)
        _writable = os.access(_beside, os.W_OK)
    except OSError:
        _writable = False
    if not _writable:
        _folder = Path(tempfile.gettempdir()) / f"matchmaker-numba-{os.getuid()}"
        _folder.mkdir(mode=0o700, exist_ok=True)
        # Machine code is loaded from here: a folder that somebody else prepared must not be trusted.
        if _folder.stat().st_uid != os.getuid() or _folder.stat().st_mode & 0o077:
            _folder = Path(tempfile.mkdtemp(prefix="matchmaker-numba-"))
        os.environ["NUMBA_CACHE_DIR"] = str(_folder)

from numba import njit  # the folder must be set first
from numba.core import config as _config

_config.reload_config()

# Hot loops write a step out where it is taken (an arc relaxed in `rechoice`, a chain chosen in `idle` and `improve`):
# handing over a dozen arrays counts references, which made the re-choice four to six times as slow, also
# with ``inline="always"``.
# nogil: the dual bound is tightened on a second core while the plan improves.
compiled = njit(cache=True, nogil=True)
