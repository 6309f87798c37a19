"""When this machine last made a whole backup: a note in VAR_DIR, which the backup command writes at its end."""

import math
import time
from pathlib import Path

from django.conf import settings


def note_backup() -> None:
    _note().touch()


def backup_age() -> float:
    """Seconds; infinite where none was made."""
    try:
        return max(0.0, round(time.time() - _note().stat().st_mtime))
    except FileNotFoundError:
        return math.inf


def _note() -> Path:
    return Path(settings.VAR_DIR) / "last_backup"
