"""`make run` from nothing on a fifth of one core: it ends ready, with all matches, and nothing was begun twice.

A quarter of an hour or more, as root, by `make test-slow-machine`; SHARE chooses another part of a core, SLOW_PORT the
port. What the site prints is in the output of the test.
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from benchmarks.cpu_limit import CpuLimit

pytestmark = [pytest.mark.fault, pytest.mark.slow_machine, pytest.mark.enable_socket]

ROOT = Path(__file__).resolve().parents[2]
SHARE, PORT = float(os.environ.get("SHARE", "0.2")), os.environ.get("SLOW_PORT", "8149")
PATIENCE = 5400  # seconds, of the test


@pytest.fixture
def limit():
    if os.geteuid() != 0:
        pytest.skip("control groups need root")
    with CpuLimit(SHARE) as group:
        yield group


def test_make_run_ends_ready_with_all_matches_on_a_fifth_of_a_core(limit, tmp_path):
    settings = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    settings |= {"VAR_DIR": str(tmp_path), "PORT": PORT, "VALKEY_PORT": str(int(PORT) - 1), "NO_COLOR": "1"}
    settings.pop("DJANGO_SETTINGS_MODULE", None)
    began, lines = time.monotonic(), []
    site = subprocess.Popen(
        [sys.executable, "-m", "matchmaker.running", "run"],
        cwd=ROOT, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        preexec_fn=limit.enter,
    )  # fmt: skip
    try:
        for line in site.stdout:
            lines.append(line)
            print(f"{time.monotonic() - began:6.0f} s {line}", end="", flush=True)  # noqa: T201
            if "Press Ctrl-C to stop" in line:
                break
            assert time.monotonic() - began < PATIENCE
        took, waited = time.monotonic() - began, limit.throttled()
        print(f"ready after {took:.0f} s; its processes waited {waited:.0f} s for the core", flush=True)  # noqa: T201
        assert site.poll() is None, "the site stopped"
        assert urllib.request.urlopen(f"http://127.0.0.1:{PORT}/products/", timeout=120).status == 200
        states, tried, matches = rows(tmp_path)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(site.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            site.wait(180)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(site.pid, signal.SIGKILL)
        site.stdout.close()
    assert "Traceback" not in "".join(lines)
    assert states == ["done"]
    assert set(tried) == {1}, "each block was begun once"
    assert matches == expected_matches()


def rows(folder: Path) -> tuple[list[str], list[int], int]:
    """States of the runs, attempts of their blocks, number of matches."""
    with contextlib.closing(sqlite3.connect(next(folder.glob("*.sqlite3")), timeout=60)) as base:
        return (
            [row[0] for row in base.execute("SELECT state FROM matching_matchrun")],
            [row[0] for row in base.execute("SELECT attempts FROM matching_matchblock")],
            base.execute("SELECT count(*) FROM matching_match WHERE withdrawn_at IS NULL").fetchone()[0],
        )


def expected_matches() -> int:
    """What the sample campaign has on a machine of any speed."""
    return int(os.environ.get("SAMPLE_MATCHES", "204"))
