"""A whole site in production settings for attack tests: gunicorn, a Celery worker, the timetable, PostgreSQL, Valkey.

Each site has a database, a folder and ports of its own. Its pages are asked as a TLS proxy in front of it would ask
them, so that secure cookies and the redirect to HTTPS are as in production.
"""

import contextlib
import json
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import urllib3
from allauth.mfa.totp.internal import auth as totp

from matchmaker.running import valkey

PASSWORD = "a long enough secret"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# The program beside the site that `ProductionSite.run` gives code to: one line of JSON in, one out.
BESIDE = """
import json, sys, traceback
import django
django.setup()
from allauth.mfa.totp.internal.auth import TOTP
from tests import factories
from tests.attacks.site import PASSWORD, TOTP_SECRET

def person(email, **fields):
    "A person with password and second step, as `ProductionSite.sign_in` expects."
    row = factories.user(PASSWORD, email=email, **fields)
    TOTP.activate(row, TOTP_SECRET)
    return row

names = {"factories": factories, "person": person, "PASSWORD": PASSWORD}
for line in sys.stdin:
    code, given = json.loads(line)
    answer = {"out": {}, "error": ""}
    try:
        exec(code, names | {"given": given, "out": answer["out"]})
    except Exception:
        answer["error"] = traceback.format_exc()
    print(json.dumps(answer, default=str), flush=True)
"""


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Visitor:
    """A browser without scripts: keeps cookies and sends the token of the page it saw last."""

    origin: str  # as the proxy has it: https://127.0.0.1:port
    address: str = "203.0.113.7"  # where the visitor calls from, as the proxy reports it
    cookies: dict[str, str] = field(default_factory=dict)
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, maxsize=16))

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Answer:
        """One request, no redirect followed. A server that does not answer raises urllib3.exceptions.HTTPError."""
        sent = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": self.address,
            "Referer": self.origin + path,
            "Accept-Language": "en",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **(headers or {}),
        }
        began = time.monotonic()
        url = self.origin.replace("https://", "http://") + path
        answer = self.pool.request(method, url, body=body, headers=sent, redirect=False, timeout=timeout)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, answer.headers, answer.data, time.monotonic() - began)

    def get(self, path: str, **how) -> Answer:
        return self.ask("GET", path, **how)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        *,
        form_at: str = "",
        timeout: float = 60,
    ) -> Answer:
        """Send a form, with the token of the page that holds it (`form_at`, otherwise `path` itself).

        Args:
            files: field → file name and bytes; with any, the form is sent as multipart.
        """
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(form_at or path).text)
        said = {"csrfmiddlewaretoken": token[1] if token else "", **(fields or {})}
        if files:
            body, kind = urllib3.encode_multipart_formdata({**said, **files})
        else:
            body, kind = urlencode(said).encode(), "application/x-www-form-urlencoded"
        return self.ask("POST", path, body=body, headers={"Content-Type": kind}, timeout=timeout)


@dataclass
class Delays:
    """Seconds that one page took each time it was asked; a time-out counts with the seconds that were waited."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1]


class ProductionSite:
    """Started by the fixture `production_site`; `run` prepares data, `visitor` and `sign_in` use its pages."""

    def __init__(self, folder: Path, database_url: str):
        self.folder, self.database = folder, f"attack_{uuid4().hex[:8]}"
        self._server = database_url
        self.port, self.redis_port, self.outside_port = valkey.free_port(), valkey.free_port(), valkey.free_port()
        self.origin = f"https://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen] = {}
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.attacks.settings",
            "PRODUCTION": "1",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": self.origin,
            "TRUSTED_PROXIES": "1",
            "VAR_DIR": str(folder),
            "STATIC_ROOT": str(folder / "staticfiles"),
            "MEDIA_ROOT": str(folder / "media"),
            "PRIVATE_ROOT": str(folder / "private"),
            "DATABASE_URL": database_url.rsplit("/", 1)[0] + f"/{self.database}",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "ATTACK_OUTSIDE": f"127.0.0.1:{self.outside_port}",
            "LOG_LEVEL": "WARNING",
        }

    # -- processes
    def start(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as link:
            link.execute(f"CREATE DATABASE {self.database}")
        (self.folder / "staticfiles").mkdir(parents=True, exist_ok=True)
        self.processes["valkey"] = valkey.start(
            self.folder / "valkey", self.redis_port, persistent=False, stdout=subprocess.DEVNULL
        )
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "--noinput", "-v0")
        gunicorn = ["-m", "gunicorn", "matchmaker.wsgi", "-c", "python:matchmaker.running.gunicorn"]
        self._start("web", *gunicorn, "--bind", f"127.0.0.1:{self.port}", "--worker-tmp-dir", str(self.folder))
        self.start_worker()
        self._celery("beat", "beat", "-s", str(self.folder / "timetable"), "--pidfile", "")
        visitor = self.visitor()
        wait_until(lambda: _answers(visitor), 90, "the web server did not answer")

    def start_worker(self) -> None:
        self._celery("worker", "worker", "-Q", "match,mail", "-c", "2", "--without-gossip", "--without-mingle")

    def _celery(self, name: str, *command: str) -> None:
        self._start(name, "-W", "ignore", "-m", "celery", "-q", "-A", "matchmaker", *command, "--loglevel", "WARNING")

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command], env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def log_of(self, name: str) -> str:
        """What `web`, `worker` or `beat` has written so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def stop(self) -> None:
        for name, process in reversed(self.processes.items()):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL) if name != "valkey" else process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        with psycopg.connect(self._server, autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")

    def manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], env=self.env, check=True, timeout=300)

    # -- data
    def run(self, code: str, **given) -> dict:
        """Run Python beside the site and return its `out`; it knows `factories`, `person(email)` and `given`.

        Raises:
            AssertionError: with the traceback, when the code fails.
        """
        if "beside" not in self.processes:
            self.processes["beside"] = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", BESIDE],
                env=self.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        beside = self.processes["beside"]
        beside.stdin.write(json.dumps([code, given], default=str) + "\n")
        beside.stdin.flush()
        answer = json.loads(beside.stdout.readline())
        assert not answer["error"], answer["error"]
        return answer["out"]

    # -- people
    def visitor(self, address: str = "203.0.113.7") -> Visitor:
        return Visitor(self.origin, address)

    def sign_in(self, email: str, *, address: str = "203.0.113.7") -> Visitor:
        """A visitor signed in through the pages, with the password and the second step that `person` gave."""
        visitor = self.visitor(address)
        answer = visitor.post("/accounts/login/", {"login": email, "password": PASSWORD})
        assert answer.status == 302, (answer.status, answer.text[:2000])
        if "/2fa/" in answer.headers["Location"]:
            answer = visitor.post(answer.headers["Location"], {"code": current_code()})
            assert answer.status == 302, (answer.status, answer.text[:2000])
        return visitor

    # -- what others notice
    @contextlib.contextmanager
    def others_ask(self, path: str = "/about/", every: float = 0.2) -> Iterator[Delays]:
        """While the block runs, a stranger asks for a page again and again."""
        delays, done = Delays(), threading.Event()

        def ask() -> None:
            stranger = self.visitor("198.51.100.4")
            while not done.is_set():
                began = time.monotonic()
                try:
                    status = stranger.get(path, timeout=20).status
                except urllib3.exceptions.HTTPError as error:
                    delays.failures.append(repr(error))
                else:
                    if status != 200:
                        delays.failures.append(f"{path} answered {status}")
                delays.seconds.append(time.monotonic() - began)
                done.wait(every)

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield delays
        finally:
            done.set()
            thread.join()


def current_code() -> str:
    """The code an authenticator app shows now; each person signs in once per half minute with it."""
    return totp.format_hotp_value(totp.hotp_value(TOTP_SECRET, int(time.time()) // 30))


def wait_until(condition: Callable[[], object], seconds: float, otherwise: str) -> object:
    """What the condition gives once it is true; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)
    return value


def _answers(visitor: Visitor) -> bool:
    try:
        return visitor.get("/health/ready", timeout=5).status == 200
    except urllib3.exceptions.HTTPError:
        return False
