"""What can go wrong at the start is said in one sentence; what was started is stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from matchmaker.running import valkey

ROOT = Path(__file__).resolve().parent.parent.parent


def start(tmp_path, **environment):
    given = {**os.environ, "VAR_DIR": str(tmp_path), "PORT": str(valkey.free_port()), "SAMPLE": "0", **environment}
    given.pop("REDIS_URL", None)  # a Valkey of its own
    return subprocess.Popen(
        [sys.executable, "-m", "matchmaker.running", "run"],
        cwd=ROOT,
        env=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def said(process):
    return process.communicate(timeout=60)[0].strip().splitlines()[-1], process.returncode


def children_of(process, pattern="."):
    found = subprocess.run(
        ["pgrep", "-P", str(process.pid), "-f", pattern], capture_output=True, text=True, check=False
    )
    return found.stdout.split()


@pytest.mark.slow
def test_port_in_use_is_said_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence, code = said(start(tmp_path, PORT=str(port)))
    assert code == 1
    assert sentence == (f"Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another: PORT=8001 make run")


@pytest.mark.slow
def test_port_that_is_none_is_said_in_one_sentence(tmp_path):
    assert said(start(tmp_path, PORT="abc")) == (
        "PORT must be a port number between 1 and 65535; it is 'abc'.",
        1,
    )


@pytest.mark.slow
def test_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    sentence, code = said(start(tmp_path / "file"))
    assert code == 1
    assert sentence.startswith(f"The folder {tmp_path / 'file'} cannot be written")


@pytest.mark.slow
@pytest.mark.worker
def test_what_falls_is_started_again_a_second_start_is_refused_and_an_interrupt_stops_everything(tmp_path):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
    first = start(tmp_path, **environment)
    lines = []
    for line in first.stdout:
        lines.append(line)
        if "Press Ctrl-C" in line:
            break
    second, code = said(start(tmp_path, **environment))
    assert (code, second) == (
        1,
        f"matchmaker is already running with the folder {tmp_path}. Stop it first (Ctrl-C there).",
    )
    for name in ("valkey-server", "celery.* beat"):
        (fallen,) = children_of(first, name)
        command = Path(f"/proc/{fallen}/cmdline").read_bytes()
        os.kill(int(fallen), signal.SIGKILL)
        deadline = time.monotonic() + 20
        while children_of(first, name) in ([], [fallen]) and time.monotonic() < deadline:
            time.sleep(0.1)
        (again,) = children_of(first, name)
        assert (again != fallen, Path(f"/proc/{again}/cmdline").read_bytes()) == (True, command)  # on the same port
    children = children_of(first)
    assert len(children) == 4, lines
    os.kill(first.pid, signal.SIGINT)
    first.communicate(timeout=40)
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
