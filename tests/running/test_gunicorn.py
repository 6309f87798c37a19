"""Headers of proxies on a real gunicorn: believed only where a proxy is said to stand in front."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from matchmaker.running import valkey

ROOT = Path(__file__).resolve().parent.parent.parent


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given):
        return None


def status_behind(proxies: str, tmp_path) -> int:
    port = valkey.free_port()
    site = {"PRODUCTION": "1", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "127.0.0.1", "TRUSTED_PROXIES": proxies}
    given = os.environ | site | {"VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
    command = [sys.executable, "-m", "gunicorn", "matchmaker.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["-c", "python:matchmaker.running.gunicorn", "--workers", "1", "--worker-tmp-dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, env=given)
    try:
        deadline = time.monotonic() + 90
        while valkey.is_free(port, "127.0.0.1") and time.monotonic() < deadline:
            time.sleep(0.2)
        address = f"http://127.0.0.1:{port}/accounts/login/"
        request = urllib.request.Request(address, headers={"X-Forwarded-Proto": "https"})
        try:
            return urllib.request.build_opener(NoRedirects).open(request, timeout=60).status
        except urllib.error.HTTPError as answer:
            return answer.code
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.slow
@pytest.mark.enable_socket
def test_without_proxies_a_forwarded_scheme_is_ignored(tmp_path):
    assert status_behind("0", tmp_path) == 301


@pytest.mark.slow
@pytest.mark.enable_socket
def test_behind_a_proxy_its_forwarded_scheme_counts(tmp_path):
    assert status_behind("1", tmp_path) != 301
