"""A site of its own for each test: database, Valkey, worker groups that can be killed, and a mail server outside."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from aiosmtpd.controller import Controller

from matchmaker.running import valkey
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
    quiet: bool = True

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
        self.server = valkey.start(self.folder / "valkey", self.port, persistent=persistent, stdout=subprocess.DEVNULL)

    def kill_valkey(self) -> None:
        self.server.kill()
        self.server.wait()

    def start_worker(self, processes: int = 2) -> subprocess.Popen:
        return self._start("worker", "-Q", "mail", "-c", str(processes), "--without-gossip", "--without-mingle")

    def start_timetable(self) -> subprocess.Popen:
        return self._start("beat", "-s", str(self.folder / f"timetable-{uuid4().hex}"), "--pidfile", "")

    def _start(self, *command: str) -> subprocess.Popen:
        log = (self.folder / "processes.log").open("ab")
        run = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "matchmaker", *command, "--loglevel", "WARNING"]
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

    def note_asked(self, asking: subprocess.Popen) -> None:
        for key, email in json.loads(asking.communicate(timeout=600)[0].splitlines()[-1])["asked"]:
            self.asked.setdefault(key, set()).add(email)

    def arrived(self) -> Counter:
        """(key, address) → letters, as the mail server saw them."""
        with self.sink.lock:
            letters = list(self.sink.letters)
        return Counter((letter["Subject"].rsplit(" ", 1)[-1], to[0]) for to, letter in letters)

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


@pytest.fixture
def site(tmp_path):
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
    given, name = os.environ.get("DATABASE_URL", ""), f"faults_{uuid4().hex[:8]}"
    database = f"sqlite:///{tmp_path / 'site.sqlite3'}"
    if given.startswith("postgres"):
        database = given.rsplit("/", 1)[0] + f"/{name}"
        with psycopg.connect(given, autocommit=True) as link:
            link.execute(f"CREATE DATABASE {name}")
    site = Site(folder=tmp_path, database=database, port=valkey.free_port(), sink=sink)
    site.start_valkey()
    site.ask("prepare", PEOPLE)
    yield site
    site.stop()
    for controller in running:
        controller.stop()
    if given.startswith("postgres"):
        with psycopg.connect(given, autocommit=True) as link:
            link.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
            f"{line.fault:52}{line.asked:>8}{line.lost:>6}{line.parked:>8}{line.doubles:>5}{line.doubles_of_another_id:>8}"
            f"{line.in_app_doubles:>12}{line.phantoms:>9}{line.seconds:>8}  {line.note}\n"
        )


@dataclass
class Large:
    """One line of the ledger of many notices, counted in notices unless it says otherwise."""

    fault: str
    notices: int
    blows: int
    in_app_doubles: int
    lost: int
    doubles: int  # letters
    other_ids: int  # letters that came again under another Message-ID
    phantoms: int
    late: int  # letters
    recovery: float  # seconds from the last blow to the last letter
    letters: int  # that the mail server took
    rate: float  # letters a second


class Ledger:
    """Compares what was asked with what a mail server outside took and what each person's list shows."""

    def __init__(self):
        self.lines: list[Large] = []

    def enter(self, fault: str, site: Site, notices: int, blows: int, last: float, limit: float) -> Large:
        told = site.ask("account")
        with site.sink.lock:
            ids, times = dict(site.sink.ids), list(site.sink.times)
            subjects = Counter((letter["Subject"], to[0]) for to, letter in site.sink.letters)
        came = {identity.strip("<>").split("@")[0]: count for identity, count in ids.items()}
        alone = sum(identity in came for identity in told["alone"])
        gathered = sum(count for digest, count in told["digests"].items() if digest in came)
        known = set(told["alone"]) | set(told["digests"])
        doubles = sum(count - 1 for count in ids.values())
        line = Large(
            fault=fault,
            notices=notices,
            blows=blows,
            in_app_doubles=told["in_app_doubles"],
            lost=(told["letters"] - alone - gathered) + (notices - told["in_app"]),
            doubles=doubles,
            other_ids=sum(count - 1 for count in subjects.values()) - doubles,
            phantoms=sum(identity not in known for identity in came) + max(0, told["in_app"] - notices),
            late=sum(at > last + limit for at in times),
            recovery=round(max(0.0, max(times) - last), 1),
            letters=len(times),
            rate=round(len(times) / (max(times) - min(times)), 1),
        )
        self.lines.append(line)
        return line

    def print(self) -> None:
        if not self.lines:
            return
        write = sys.__stdout__.write
        write(f"\n\n{'fault':50}{'notices':>9}{'blows':>7}{'lost':>6}{'in-app dup':>12}{'mail dup':>10}")
        write(f"{'dup≠id':>8}{'phantom':>9}{'late':>6}{'recovery s':>12}{'letters/s':>11}\n")
        for line in self.lines:
            write(f"{line.fault:50}{line.notices:>9}{line.blows:>7}{line.lost:>6}{line.in_app_doubles:>12}")
            write(f"{line.doubles:>10}{line.other_ids:>8}{line.phantoms:>9}{line.late:>6}")
            write(f"{line.recovery:>12}{line.rate:>11}\n")
        notices, doubles = (sum(getattr(line, name) for line in self.lines) for name in ("notices", "doubles"))
        letters = sum(line.letters for line in self.lines)
        write(f"{'together':50}{notices:>9}   {doubles} of {letters} letters twice: {100 * doubles / letters:.3f} %\n")


@pytest.fixture(scope="session")
def ledger():
    book = Ledger()
    yield book
    book.print()
