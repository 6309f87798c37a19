"""Engines are tested without Django: `make test-engines` loads neither the site nor its plugin."""

import os
from pathlib import Path

VAR = Path(os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[2] / "var")
os.environ.setdefault("NUMBA_CACHE_DIR", str(VAR / "numba"))
os.environ.setdefault("MODEL_CACHE", str(VAR / "models"))
