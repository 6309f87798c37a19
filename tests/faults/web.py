"""A web server of its own for one test, as it runs in production, and clients that note what it answered."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import urllib3

from matchmaker.running import valkey

# Makes people and keys, or counts rows: one line of JSON in, one out.
BESIDE = """
import json, sys
import django
django.setup()
from tests import factories
from matchmaker.accounts.services import SCOPES, create_token
given, out = json.loads(sys.stdin.read()), {}
exec(given.pop("code"))
print(json.dumps(out, default=str))
"""
SUPPLIER = """
person = factories.user(given.get("password"), email=given["email"])
company = factories.supplier(person)
out["key"] = create_token(by=person, name="test", scopes=SCOPES)[1]
out["company"] = str(company.uid)
"""
# Products by their name, and what must stand beside each; a half object is one of which a part is missing.
COUNT = """
from matchmaker.accounts.audit import broken_chains
from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.models import Product, ProductText
names = list(ProductText.objects.values_list("name", flat=True))
audited = set(AuditEntry.objects.filter(object_kind="Product").values_list("object_uid", flat=True))
products = list(Product.objects.values_list("uid", flat=True))
out["names"] = names
out["half"] = abs(len(products) - len(set(names))) + sum(str(uid) not in audited for uid in products)
out["broken"] = broken_chains()
"""


@dataclass
class Answers:
    """What clients got, in order: status, seconds, Retry-After; `lost` are connections without an answer."""

    rows: list[tuple[int, float, str]] = field(default_factory=list)
    lost: int = 0
    odd: list[str] = field(default_factory=list)  # bodies of refusals, which no client here earns
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int, seconds: float, retry: str = "") -> None:
        with self.lock:
            self.rows.append((status, seconds, retry))

    @property
    def statuses(self) -> Counter:
        return Counter(status for status, _seconds, _retry in self.rows)

    @property
    def slowest(self) -> float:
        return max(seconds for _status, seconds, _retry in self.rows)

    @property
    def p95(self) -> float:
        ordered = sorted(seconds for _status, seconds, _retry in self.rows)
        return ordered[int(len(ordered) * 0.95)]


class WebSite:
    """gunicorn with the settings of `make run`, on a database and in a folder of its own."""

    def __init__(self, folder: Path, database: str, **env: str) -> None:
        self.folder, self.database, self.port = folder, database, valkey.free_port(18400)
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.given = env
        self.log = folder / "web.log"
        self.server: subprocess.Popen | None = None
        self.redis = valkey.free_port()

    @property
    def env(self) -> dict[str, str]:
        site = {
            "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.database,
            "REDIS_URL": f"redis://127.0.0.1:{self.redis}/0",
            "WEB_PROCESSES": "2",
            "API_RATE": "1000000/min",
            "PAGE_RATE": "0",
            "LOG_LEVEL": "WARNING",
        }
        # preloading several processes would wait for every model first; they are not what is tested here
        return os.environ | site | self.given

    def start(self) -> None:
        if self.server is None:
            self.server = valkey.start(self.folder / "valkey", self.redis, persistent=False, stdout=subprocess.DEVNULL)
        command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "matchmaker.wsgi"]
        command += ["-c", "python:tests.faults.gunicorn_quick", "--bind", f"127.0.0.1:{self.port}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--worker-tmp-dir", str(self.folder)],
                env=self.env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_until(lambda: self.get("/health/live") == 200, 90)

    def stop(self) -> None:
        for process in (self.process, self.server):
            if process is not None and process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL) if process is self.process else process.kill()
                process.wait()

    def kill_workers(self) -> int:
        """`kill -9` of every process that answers; the first one starts new ones. Returns how many."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        for line in found.stdout.split():
            os.kill(int(line), signal.SIGKILL)
        return len(found.stdout.split())

    # -- data
    def run(self, code: str, **given) -> dict:
        command = [sys.executable, "-W", "ignore", "-c", BESIDE]
        values = json.dumps({"code": code, **given})
        done = subprocess.run(command, env=self.env, input=values, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def supplier(self, **given) -> dict:
        """A company with a key: {key, company}."""
        return self.run("given = given\n" + SUPPLIER, email=f"{uuid4().hex}@example.org", **given)

    def count(self) -> dict:
        """names of products, half objects, broken chains of the record."""
        return self.run(COUNT)

    # -- requests
    def get(self, path: str, timeout: float = 20) -> int:
        """The status; 0 without an answer."""
        try:
            return urllib3.request("GET", self.address + path, timeout=timeout, retries=False, redirect=False).status
        except (urllib3.exceptions.HTTPError, OSError):
            return 0


class Client:
    """A program that makes products, each under a name and a key of its own."""

    def __init__(self, address: str, key: str, answers: Answers, timeout: float = 30) -> None:
        self.address, self.key, self.answers, self.timeout = address, key, answers, timeout
        self.pool = urllib3.PoolManager(retries=False, maxsize=1)

    def make(self, name: str, idempotency: str = "") -> int:
        """Make a product; 0 where the connection ended without an answer."""
        body = {"texts": [{"language": "en", "name": name}]}
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        headers["Idempotency-Key"] = idempotency or name
        began = time.monotonic()
        try:
            answer = self.pool.request(
                "POST", self.address + "/api/v1/products/", body=json.dumps(body), headers=headers,
                timeout=self.timeout,
            )  # fmt: skip
        except (urllib3.exceptions.HTTPError, OSError):
            with self.answers.lock:
                self.answers.lost += 1
            return 0
        self.answers.note(answer.status, time.monotonic() - began, answer.headers.get("Retry-After", ""))
        if answer.status in {400, 401, 403, 404, 422, 429, 500}:
            self.answers.odd.append(answer.data.decode(errors="replace")[:500])
        return answer.status

    def make_until(self, name: str, seconds: float, pause: float = 0.3) -> int:
        """As a program that tries again after a 503: until it has 201, under the same key. Returns how many tries."""
        end, tries = time.monotonic() + seconds, 0
        while True:
            tries += 1
            if self.make(name) == 201:
                return tries
            assert time.monotonic() < end, f"{name} was not made in {seconds} s"
            time.sleep(pause)


def at_once(calls: Sequence[Callable[[], object]]) -> list:
    """Run all calls in threads that start together; what each gave."""
    gate, given = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int) -> None:
        gate.wait()
        given[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def measured(line: str) -> None:
    """Print what was measured, for the table of faults."""
    sys.stdout.write(line + "\n")


def wait_until(holds: Callable[[], object], seconds: float) -> float:
    """Returns after how many seconds it held."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - began
