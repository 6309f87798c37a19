"""What a door of an engine brings with it when all its names are imported, in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = frozenset({"llvmlite", "numba", "opencc", "ortools", "py3langid", "pysat", "rapidocr", "rjieba", "scipy"})
IMPORT_ALL = """
import importlib, sys
door = importlib.import_module("matchmaker.engines.{engine}")
for name in door.__all__:
    getattr(door, name)
print(len(door.__all__), *sorted({{name.split(".")[0] for name in sys.modules}}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["language", "matching", "planning", "reading", "search"])
def test_all_names_of_a_door_are_imported_without_a_heavy_library(engine):
    code = IMPORT_ALL.format(engine=engine)
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    count, *loaded = shown.stdout.split()
    assert int(count) > 3  # the names were imported, so the next line says something
    assert sorted(HEAVY & {*loaded}) == []
