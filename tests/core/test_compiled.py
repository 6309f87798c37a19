"""Machine code kept from an earlier version of the sources must not answer for the later one."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CALLED = """
import numba

@numba.njit
def step(x):
    return x + {step}
"""
CALLER = """
from called import step
from matchmaker.core.compiled import compiled

@compiled
def twice(x):
    return step(step(x))

print(twice(1), sum(twice.stats.cache_hits.values()))
"""


def answer(folder: Path) -> str:
    paths = os.pathsep.join([str(folder), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(folder / "caller.py")]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def test_machine_code_is_kept_until_what_it_calls_changes(tmp_path):
    (tmp_path / "caller.py").write_text(CALLER)
    (tmp_path / "called.py").write_text(CALLED.format(step=1))
    assert answer(tmp_path) == "3 0"
    assert answer(tmp_path) == "3 1"  # from disk
    (tmp_path / "called.py").write_text(CALLED.format(step=10))
    assert answer(tmp_path) == "21 0"
