"""Errors and traces reach a collector when their settings are there; otherwise nothing of them is imported."""

import gzip
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
REQUEST = """
import sys
import django
django.setup()
from django.test import Client
import matchmaker.web.health
def fail(request):
    secret_name = "Jane Doe"
    raise RuntimeError("broken page")
if "fail" in sys.argv:
    matchmaker.web.health._database_answers = lambda: fail(None)
Client(raise_request_exception=False).get("/health/ready", headers={"authorization": "Bearer hush"})
if "sentry" in sys.argv:
    import sentry_sdk
    sentry_sdk.flush(5)
if "traces" in sys.argv:
    from opentelemetry import trace
    trace.get_tracer_provider().force_flush(5000)
print([name for name in ("sentry_sdk", "opentelemetry.sdk.trace") if name in sys.modules])
"""


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def collector():
    server = HTTPServer(("127.0.0.1", 0), Collector)
    server.received = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def request(tmp_path, *arguments, **settings) -> str:
    given = {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "matchmaker.settings", "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", REQUEST, *arguments]
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, check=True, text=True).stdout


def test_nothing_is_loaded_without_settings(tmp_path):
    assert request(tmp_path).splitlines()[-1] == "[]"


def test_an_error_reaches_sentry_without_personal_data(tmp_path, collector):
    dsn = f"http://key@127.0.0.1:{collector.server_port}/1"
    request(tmp_path, "fail", "sentry", SENTRY_DSN=dsn)
    sent = b"".join(body for path, body in collector.received if path.startswith("/api/1/"))
    assert b"broken page" in sent
    assert b"matchmaker@" in sent
    assert b"Jane Doe" not in sent
    assert b"hush" not in sent


def test_a_request_becomes_a_trace(tmp_path, collector):
    address = f"http://127.0.0.1:{collector.server_port}"
    request(tmp_path, "traces", OTEL_EXPORTER_OTLP_ENDPOINT=address)
    assert [path for path, _body in collector.received] == ["/v1/traces"]
    assert b"GET health/ready" in collector.received[0][1]
    assert b"matchmaker" in collector.received[0][1]
