"""The journeys against a site whose processes share little memory: `make test-small` (root).

The site runs as `make run` starts it with `WORKER_PROCESSES=1`: a fork server with the models, a web server, a worker
and the timetable, all in a control group of SITE_MEMORY megabytes without swap. The tests, the browser and the Valkey
are outside. Journeys that change settings of the web server (`own_settings`) run where the environment has them.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from benchmarks.memory_limit import MemoryLimit
from matchmaker.running import valkey
from matchmaker.running.forks import ForkedProgram

MEGABYTES = int(os.environ.get("SITE_MEMORY") or 0)


def enter(limit: MemoryLimit) -> None:
    """Put the fork server, which this process has just started, into the group."""
    deadline = time.monotonic() + 10
    while (process := _fork_server()) is None:
        if time.monotonic() > deadline:
            raise RuntimeError("There is no fork server.")
        time.sleep(0.02)
    limit.enter(process)


def _fork_server() -> int | None:
    """Its process; None as long as the child is not yet another program."""
    for children in Path("/proc/self/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            if b"forkserver" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    return None


@pytest.fixture(scope="session")
def memory_limit():
    """The group; prints at the end what the site took."""
    with MemoryLimit(MEGABYTES) as limit:
        yield limit
        sys.stderr.write(
            f"\n{limit.megabytes} MB for the site: at most {limit.peak} MB without pages of files, "
            f"{limit.kills()} processes killed\n"
        )
        while processes := limit.processes():
            for process in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.2)


@pytest.fixture
def settings_of_the_site():
    """In place of fixtures that change a setting for tests: the site in its own processes would not see it."""


@pytest.fixture
def address(request, memory_limit, loaded_site, transactional_db, tmp_path):
    """Where the site answers: a web server of its own for each test, since processes remember what they read."""
    wanted = (marker.kwargs if (marker := request.node.get_closest_marker("own_settings")) else {}).items()
    if not wanted <= os.environ.items():
        pytest.skip(f"the site must be started with {', '.join(f'{name}={value}' for name, value in wanted)}")
    port = valkey.free_port()
    command = ["matchmaker.wsgi", "--bind", f"127.0.0.1:{port}", "-c", "python:matchmaker.running.gunicorn"]
    web = ForkedProgram("gunicorn", [*command, "--worker-tmp-dir", str(tmp_path)])
    reader = threading.Thread(target=sys.stderr.writelines, args=(web.stdout,))
    reader.start()
    deadline = time.monotonic() + 120
    while valkey.is_free(port, "127.0.0.1"):
        assert web.poll() is None, "The web server ended."
        assert time.monotonic() < deadline, "The web server does not answer."
        time.sleep(0.1)
    yield f"http://localhost:{port}"  # a passkey belongs to a name, not to a number
    web.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        web.wait(20)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(web.pid, signal.SIGKILL)
    web.wait()
    reader.join(10)
    web.stdout.close()
    assert memory_limit.kills() == 0
