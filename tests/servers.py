"""The servers of a test run, started before Django reads its settings (loaded by `-p tests.servers`).

The default lane brings its own Valkey; `REDIS_URL` and `DATABASE_URL` (the service lane) replace Valkey and SQLite.
Where the tests run in several processes (`-n`), all use one server, each a database of its own.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from matchmaker.running import valkey

started = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests():
    # A folder of its own: two runs at once do not meet, and nothing of a laptop's site is touched.
    # Machine code is shared by all runs, since compiling it takes half a minute.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parent.parent / ".cache" / "numba"))
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="matchmaker-test-")
    (Path(os.environ["VAR_DIR"]) / "staticfiles").mkdir()
    if process := os.environ.get("PYTEST_XDIST_WORKER"):
        address, _, first = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{address}/{int(first) + int(process.removeprefix('gw'))}"
    elif not os.environ.get("REDIS_URL"):
        port = valkey.free_port()
        started.append(
            valkey.start(Path(os.environ["VAR_DIR"]) / "valkey", port, persistent=False, stdout=subprocess.DEVNULL)
        )
        os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"


def pytest_unconfigure():
    for server in started:
        server.terminate()
        server.wait(10)
    shutil.rmtree(os.environ["VAR_DIR"], ignore_errors=True)
