"""What can go wrong at the start is said in one sentence; what was started is stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from matchmaker.notifications.health import failing_processes
from matchmaker.running import valkey
from matchmaker.running.supervisor import Child, Stop, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "of-the-monitor"


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


@pytest.fixture
def site(tmp_path):
    """One that runs; it ends also where a test fails."""
    process = start(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'site.sqlite3'}", HEALTH_TOKEN=TOKEN)
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def metrics_of(site):
    """What a monitor reads after one visit of the front page."""
    urlopen(site).close()
    return urlopen(Request(f"{site}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).read().decode()


def last_line(process):
    return process.communicate(timeout=60)[0].strip().splitlines()[-1], process.returncode


def children_of(process, pattern="."):
    """Process ids whose command matches: what the site started itself, and forks of its fork server."""
    parents, programs = [str(process.pid)], []
    for _generation in range(2):
        parents = subprocess.run(
            ["pgrep", "-P", ",".join(parents)], capture_output=True, text=True, check=False
        ).stdout.split()
        if not parents:
            break
        programs += parents
    return [number for number in programs if re.search(pattern, command_of(number))]


def command_of(number):
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode().replace("\0", " ")
    except FileNotFoundError:
        return ""


def port_of(process):
    """The port in its command, which Valkey writes anew when it is up; none of another program."""
    return next(iter(re.findall(r"(?:--port |127\.0\.0\.1:)(\d+)", command_of(process))), None)


@pytest.mark.slow
def test_port_in_use_is_said_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence, code = last_line(start(tmp_path, PORT=str(port)))
    assert code == 1
    assert sentence == (f"Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another: PORT=8001 make run")


@pytest.mark.slow
def test_port_that_is_none_is_said_in_one_sentence(tmp_path):
    assert last_line(start(tmp_path, PORT="abc")) == (
        "PORT must be a port number between 1 and 65535; it is 'abc'.",
        1,
    )


@pytest.mark.slow
def test_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    sentence, code = last_line(start(tmp_path / "file"))
    assert code == 1
    assert sentence.startswith(f"The folder {tmp_path / 'file'} cannot be written")


@pytest.mark.slow
@pytest.mark.worker
def test_what_falls_is_started_again_a_second_start_is_refused_and_an_interrupt_stops_everything(site, tmp_path):
    lines = []
    for line in site.stdout:
        lines.append(line)
        if "Press Ctrl-C" in line:
            break
    counted = metrics_of(re.search(r"http://127\.0\.0\.1:\d+", "".join(lines))[0])
    assert re.search(r'^matchmaker_requests_total{method="GET",route="home",status="200"} 1', counted, re.MULTILINE)
    second, code = last_line(start(tmp_path))
    assert (code, second) == (
        1,
        f"matchmaker is already running with the folder {tmp_path}. Stop it first (Ctrl-C there).",
    )
    for name in ("valkey-server", "celery.* beat"):
        (fallen,) = children_of(site, name)
        port = port_of(fallen)
        os.kill(int(fallen), signal.SIGKILL)
        deadline = time.monotonic() + 20
        while children_of(site, name) in ([], [fallen]) and time.monotonic() < deadline:
            time.sleep(0.1)
        (again,) = children_of(site, name)
        assert (again != fallen, port_of(again)) == (True, port)
    children = children_of(site)
    workers = ("celery.* worker.* match,mail", "celery.* worker.* letters@")
    for name in ("valkey-server", "forkserver", "gunicorn", *workers, "celery.* beat"):
        assert len(children_of(site, name)) == 1, (name, lines)
    os.kill(site.pid, signal.SIGINT)
    site.communicate(timeout=40)
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [child for child in children if Path(f"/proc/{child}").exists()] == []


def supervisor_of(tmp_path, monkeypatch, **commands):
    """A supervisor whose processes have ended five times in a row already."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    made = Supervisor(root=ROOT)
    for name, command in commands.items():
        made.children.append(Child(name, command, falls=5, started_at=time.monotonic()))
        made.children[-1].process = subprocess.Popen(command)
    return made


def look_until(made, done, seconds=20):
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        for child in made.children:
            made._look_after(child)
        time.sleep(0.1)


def test_a_timetable_that_ends_again_and_again_leaves_the_web_server_up_and_is_told_to_the_console(
    tmp_path, monkeypatch, settings
):
    settings.VAR_DIR = tmp_path
    made = supervisor_of(tmp_path, monkeypatch, web=["sleep", "60"], timetable=["false"])
    web = made.children[0].process
    try:
        look_until(made, lambda: failing_processes() == "timetable")
        assert failing_processes() == "timetable"
        assert web.poll() is None
    finally:
        web.kill()
        web.wait()


def test_a_web_server_that_ends_again_and_again_ends_the_site(tmp_path, monkeypatch):
    made = supervisor_of(tmp_path, monkeypatch, web=["false"])
    with pytest.raises(Stop, match="web ended five times in a row"):
        look_until(made, lambda: False, seconds=10)
