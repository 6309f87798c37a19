"""A site of its own for each test: database, Valkey, worker groups that can be killed, and a mail server outside."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from aiosmtpd.controller import Controller

from matchmaker.running import valkey
from tests.faults.clusters import Cluster
from tests.faults.ledger import Ledger
from tests.notifications.conftest import Sink

PEOPLE = 200


@dataclass
class Outcome:
    """One line of the ledger."""

    fault: str
    asked: int
    lost: int
    parked: int
    doubles: int
    doubles_of_another_id: int
    in_app_doubles: int
    phantoms: int
    seconds: float
    note: str = ""


@dataclass
class Site:
    """Processes and what was asked of them."""

    folder: Path
    database: str
    port: int
    sink: Sink
    server: subprocess.Popen | None = None
    workers: list[subprocess.Popen] = field(default_factory=list)
    asked: dict[str, set[str]] = field(default_factory=dict)
    clock: Path | None = None  # a file with the seconds by which the clocks of the processes are off
    cluster: Cluster | None = None  # a PostgreSQL of its own, where a test stops it

    @property
    def servers(self) -> str:
        database = "PostgreSQL" if self.database.startswith("postgres") else "SQLite"
        return f"{database}, {'Redis' if os.environ.get('REDIS_SERVER') else 'Valkey'}"

    # -- what runs
    @property
    def env(self) -> dict[str, str]:
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
            "VAR_DIR": str(self.folder),
            "DATABASE_URL": self.database,
            "REDIS_URL": f"redis://127.0.0.1:{self.port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "LOG_LEVEL": "WARNING",
        }

    def start_valkey(self, *, persistent: bool = False) -> None:
        folder, program = self.folder / "valkey", os.environ.get("REDIS_SERVER")
        self.server = valkey.start(folder, self.port, persistent=persistent, program=program, stdout=subprocess.DEVNULL)

    def kill_valkey(self) -> None:
        self.server.kill()
        self.server.wait()

    def start_worker(self, processes: int = 2) -> subprocess.Popen:
        return self._start("worker", "-Q", "mail", "-c", str(processes), "--without-gossip", "--without-mingle")

    def start_timetable(self) -> subprocess.Popen:
        return self._start("beat", "-s", str(self.folder / f"timetable-{uuid4().hex}"), "--pidfile", "")

    def _start(self, *command: str) -> subprocess.Popen:
        log = (self.folder / "processes.log").open("ab")
        module = ["tests.faults.clock", str(self.clock), "celery"] if self.clock else ["celery"]
        run = [sys.executable, "-W", "ignore", "-m", *module, "-A", "matchmaker", *command, "--loglevel", "WARNING"]
        process = subprocess.Popen(run, env=self.env, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self.workers.append(process)
        return process

    def kill(self, process: subprocess.Popen) -> None:
        """`kill -9` of the whole group, as when the machine loses power."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.workers.remove(process)

    def kill_a_child(self, process: subprocess.Popen) -> bool:
        """`kill -9` of one pool process, as when memory runs out."""
        found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
        children = [int(line) for line in found.stdout.split()]
        if not children:
            return False
        os.kill(random.choice(children), signal.SIGKILL)
        return True

    def stop(self) -> None:
        for process in list(self.workers):
            self.kill(process)
        if self.server and self.server.poll() is None:
            self.kill_valkey()

    # -- what is asked and what came
    def ask(self, verb: str, *arguments: object) -> dict:
        run = [sys.executable, "-W", "ignore", "-m", "tests.faults.asking", verb, *map(str, arguments)]
        done = subprocess.run(run, env=self.env, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout.splitlines()[-1])
        for key, email in answer.get("asked", []):
            self.asked.setdefault(key, set()).add(email)
        return answer

    def ask_later(self, verb: str, *arguments: object) -> subprocess.Popen:
        """Go on asking in the background while faults happen."""
        run = [sys.executable, "-W", "ignore", "-m", "tests.faults.asking", verb, *map(str, arguments)]
        return subprocess.Popen(run, env=self.env, stdout=subprocess.PIPE, text=True)

    def note_requests(self, asking: subprocess.Popen) -> None:
        for key, email in json.loads(asking.communicate(timeout=600)[0].splitlines()[-1])["asked"]:
            self.asked.setdefault(key, set()).add(email)

    def arrived(self) -> Counter:
        """(key, address) → letters, as the mail server saw them."""
        with self.sink.lock:
            letters = list(self.sink.letters)
        return Counter((letter["Subject"].rsplit(" ", 1)[-1], to[0]) for to, letter in letters)

    def in_hands(self) -> set[str]:
        """The letters a worker holds a lease on, read from the tables themselves."""
        kinds = ("delivery", "digest")
        held = " UNION ALL ".join(
            f"SELECT id FROM notifications_{kind} WHERE lease_token IS NOT NULL" for kind in kinds
        )
        if self.database.startswith("postgres"):
            link = psycopg.connect(self.database)
        else:
            link = sqlite3.connect(self.database.removeprefix("sqlite:///"))
        with contextlib.closing(link):
            return {str(UUID(str(identity))) for (identity,) in link.execute(held)}

    def count_arrived(self) -> int:
        with self.sink.lock:
            return len(self.sink.ids)

    def wait(self, until, seconds: float) -> float:
        """Wait for a condition; returns how long it took, or fails."""
        started = time.monotonic()
        while not until():
            assert time.monotonic() - started < seconds, f"not done after {seconds} s: {self.ask('state')}"
            time.sleep(0.2)
        return time.monotonic() - started

    def ledger(self, fault: str, seconds: float, note: str = "") -> Outcome:
        """Compare what was asked with what the sinks and the database say."""
        wanted = {(key, email) for key, emails in self.asked.items() for email in emails}
        came, state = self.arrived(), self.ask("state")
        parked = state["deliveries"].get("parked", 0)
        with self.sink.lock:
            repeated = sum(count - 1 for count in self.sink.ids.values())
        doubles = sum(count - 1 for count in came.values())
        return Outcome(
            fault=fault,
            asked=len(wanted),
            lost=len(wanted - set(came)) - parked,
            parked=parked,
            doubles=doubles,
            doubles_of_another_id=doubles - repeated,
            in_app_doubles=state["in_app_doubles"] + abs(state["in_app"] - len(wanted)),
            phantoms=len(set(came) - wanted),
            seconds=round(seconds, 1),
            note=note,
        )

    def all_came(self) -> bool:
        return self.count_arrived() >= sum(len(emails) for emails in self.asked.values())


GIVEN = os.environ.get("DATABASE_URL", "")
ON_POSTGRES = GIVEN.startswith("postgres")


def on_server(statement: str) -> None:
    with psycopg.connect(GIVEN, autocommit=True) as link:
        link.execute(statement)


@contextlib.contextmanager
def new_database(folder: Path, like: str = ""):
    """The address of a new database, on the server DATABASE_URL names or as a file in this folder; gone afterwards."""
    name, file = f"faults_{uuid4().hex[:8]}", folder / "site.sqlite3"
    if not ON_POSTGRES:
        if like:
            shutil.copy(like.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        return
    on_server(f"CREATE DATABASE {name}" + (f" TEMPLATE {like.rsplit('/', 1)[1]}" if like else ""))
    try:
        yield GIVEN.rsplit("/", 1)[0] + f"/{name}"
    finally:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def stock(tmp_path_factory):
    """A database with every table and PEOPLE people, from which each site is copied."""
    folder = tmp_path_factory.mktemp("stock")
    with new_database(folder) as database:
        Site(folder=folder, database=database, port=0, sink=Sink()).ask("prepare", PEOPLE)
        yield database


@pytest.fixture
def site(tmp_path, stock):
    """An empty site with people, a mail server and a Valkey; no worker yet. DATABASE_URL chooses PostgreSQL."""
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        sink.port = free.getsockname()[1]
    running: list[Controller] = []

    def start() -> None:
        running.append(Controller(sink, hostname="127.0.0.1", port=sink.port))
        running[-1].start()

    sink.start, sink.stop = start, lambda: running.pop().stop()
    start()
    with new_database(tmp_path, like=stock) as database:
        site = Site(folder=tmp_path, database=database, port=valkey.free_port(), sink=sink)
        site.start_valkey()
        yield site
        site.stop()
        for controller in running:
            controller.stop()


@pytest.fixture(scope="session")
def ledger():
    """The lines of the large ledger, those of earlier runs too."""
    kept = Ledger()
    yield kept
    kept.print()


@pytest.fixture(scope="session")
def book():
    """The lines of the ledger, printed together at the end."""
    lines: list[Outcome] = []
    yield lines
    head = f"{'fault':52}{'asked':>8}{'lost':>6}{'parked':>8}{'dup':>5}{'dup≠id':>8}"
    head += f"{'in-app dup':>12}{'phantom':>9}{'s':>8}"
    sys.__stdout__.write("\n\n" + head + "\n")
    for line in lines:
        sys.__stdout__.write(
            f"{line.fault:52}{line.asked:>8}{line.lost:>6}{line.parked:>8}"
            f"{line.doubles:>5}{line.doubles_of_another_id:>8}"
            f"{line.in_app_doubles:>12}{line.phantoms:>9}{line.seconds:>8}  {line.note}\n"
        )
