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
def test_interrupt_stops_everything_and_a_second_start_in_the_same_folder_is_refused_meanwhile(tmp_path):
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
    children = subprocess.run(
        ["pgrep", "-P", str(first.pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    assert len(children) >= 3, lines
    os.kill(first.pid, signal.SIGINT)
    first.communicate(timeout=40)
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []
