"""The example of each engine's README runs as it stands, and what the README names exists."""

import doctest
import re
from pathlib import Path

import pytest

ENGINES = Path(__file__).resolve().parents[2] / "matchmaker" / "engines"
NAMES = ("language", "reading", "matching", "search", "planning")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_the_readme_runs(name):
    outcome = doctest.testfile(str(ENGINES / name / "README.md"), module_relative=False)
    assert outcome.attempted >= 3
    assert outcome.failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_names_modules_that_exist(name):
    rows = re.findall(r"^\| (`.+?) \|", (ENGINES / name / "README.md").read_text(), re.MULTILINE)
    modules = [module for row in rows for module in re.findall(r"`([\w/]+)`", row)]
    assert len(modules) >= 5
    assert [module for module in modules if not list((ENGINES / name).glob(module.rstrip("/") + "*"))] == []
