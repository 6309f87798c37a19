"""A real gunicorn: when it is ready, what its processes hold, and which headers of proxies it believes."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from matchmaker.running import valkey

ROOT = Path(__file__).resolve().parent.parent.parent


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given):
        return None


@contextmanager
def web_server(tmp_path: Path, **settings: str) -> Iterator[tuple[int, str]]:
    """A production site with one web process: number of the process that starts it, and address of a page."""
    port = valkey.free_port()
    site = {"PRODUCTION": "1", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "127.0.0.1", **settings}
    given = os.environ | site | {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
    command = [sys.executable, "-m", "gunicorn", "matchmaker.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["-c", "python:matchmaker.running.gunicorn", "--workers", "1", "--worker-tmp-dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, env=given)
    try:
        deadline = time.monotonic() + 90
        while valkey.is_free(port, "127.0.0.1") and time.monotonic() < deadline:
            time.sleep(0.2)
        yield process.pid, f"http://127.0.0.1:{port}/accounts/login/"
    finally:
        process.terminate()
        process.wait(30)


def status_of(address: str) -> int:
    request = urllib.request.Request(address, headers={"X-Forwarded-Proto": "https"})
    try:
        return urllib.request.build_opener(NoRedirects).open(request, timeout=60).status
    except urllib.error.HTTPError as answer:
        return answer.code


def status_behind(proxies: str, tmp_path) -> int:
    with web_server(tmp_path, TRUSTED_PROXIES=proxies) as (_process, address):
        return status_of(address)


@pytest.mark.slow
@pytest.mark.enable_socket
def test_without_proxies_a_forwarded_scheme_is_ignored(tmp_path):
    assert status_behind("0", tmp_path) == 301


@pytest.mark.slow
@pytest.mark.enable_socket
def test_behind_a_proxy_its_forwarded_scheme_counts(tmp_path):
    assert status_behind("1", tmp_path) != 301


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_the_process_that_web_processes_are_forked_from_has_no_thread_no_database_and_no_control_socket(tmp_path):
    """A web process that ended is forked anew while the site serves: what its parent had open, both would use."""
    home = tmp_path / "home"
    home.mkdir()
    with web_server(tmp_path, HOME=str(home), XDG_RUNTIME_DIR="", TRUSTED_PROXIES="1") as (parent, address):
        status_of(address)
        open_files = [os.readlink(path) for path in Path(f"/proc/{parent}/fd").iterdir()]
        threads = len(list(Path(f"/proc/{parent}/task").iterdir()))
        assert [path for path in open_files if "sqlite3" in path] == []
        assert sum(path.startswith("socket:") for path in open_files) == 1  # the one it listens at
        assert threads == 1
        assert list(home.iterdir()) == []


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_process_is_ready_when_it_has_loaded_its_models_and_not_before(tmp_path):
    site = {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=os.environ | site, check=True)
    with web_server(tmp_path, TRUSTED_PROXIES="1") as (_process, page):
        live, ready = (page.replace("/accounts/login/", f"/health/{name}") for name in ("live", "ready"))
        answers = [status_of(ready)]
        assert status_of(live) == 200
        until = time.monotonic() + 240
        while answers[-1] == 503 and time.monotonic() < until:
            time.sleep(0.2)
            answers.append(status_of(ready))
    assert (answers[0], answers[-1]) == (503, 200)
    assert len(answers) > 5  # it took its time: five answers are one second
