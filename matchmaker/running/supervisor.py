"""Starts web, workers, timetable and the embedded Valkey; restarts what falls; stops everything on Ctrl-C."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from matchmaker.running import valkey
from matchmaker.running.forks import ForkedProgram, start_loading

FALLS = 5  # in a row, after which a process is tried once a minute only
STEADY = 60  # seconds a process runs before its earlier ends are forgotten
TELL_EVERY = 30  # seconds
GRACE = 12  # seconds that processes have to finish what they are at
COLOURS = {"web": "36", "worker": "33", "letters": "32", "timetable": "35", "valkey": "31"}


class Stop(Exception):
    """Why it does not go on."""


@dataclass
class Child:
    name: str
    command: list[str]  # a Python module and its arguments; none for the Valkey, which knows its own
    process: subprocess.Popen | ForkedProgram | None = None
    started_at: float = 0
    falls: int = 0
    ended_at: float = 0  # when it was seen to have ended; 0 while it runs


@dataclass
class Supervisor:
    root: Path
    children: list[Child] = field(default_factory=list)
    server: Child | None = None  # the Valkey, where it is ours
    stopping: bool = False
    lock: TextIO | None = None

    def __post_init__(self):
        self.environment = os.environ  # the fork server and all programs inherit it
        self.environment.setdefault("PYTHONUNBUFFERED", "1")
        self.environment.setdefault("MALLOC_ARENA_MAX", "1")  # threads of a process share freed memory
        # The web server has checked the site; a check loads all pages, which worker and timetable do not need (60 MB).
        self.environment.setdefault("CELERY_SKIP_CHECKS", "1")
        self.var = Path(os.environ.get("VAR_DIR", self.root / "var"))
        self.host = os.environ.get("HOST", "127.0.0.1")
        self.port = self._number("PORT", 8000)
        self.workers = self._number("WORKER_PROCESSES", 2, "number", 64)
        self._number("WEB_PROCESSES", 1, "number", 64)  # `running/gunicorn.py` reads it

    def _number(self, name: str, default: int, what: str = "port number", most: int = 65535) -> int:
        value = os.environ.get(name) or str(default)
        if not value.isdecimal() or not 0 < int(value) <= most:
            raise Stop(f"{name} must be a {what} between 1 and {most}; it is {value!r}.")
        return int(value)

    # -- what is asked for ---------------------------------------------------------------------------------------

    def run(self) -> int:
        """Everything, until Ctrl-C."""
        self._claim_folder()
        if not valkey.is_free(self.port, self.host):
            raise Stop(
                f"Port {self.port} on {self.host} is in use. Stop what uses it, or choose another: PORT=8001 make run"
            )
        self._start_redis()
        # Counters look at it when they are imported, which the fork server does before `running/gunicorn.py` is read.
        self.environment.setdefault("PROMETHEUS_MULTIPROC_DIR", str(self.var / "metrics"))
        start_loading()
        self._manage("prepare")
        self._start("web", self._gunicorn())
        self._wait_for_web()
        self._start("worker", self._worker("-c", str(self.workers)))
        # Letters and imports of their own process, which no matching and no plan of meetings keeps busy.
        self._start(
            "letters", self._celery("worker", "-Q", "mail", "-n", "letters@%h", "-c", "1", "--loglevel", "WARNING")
        )
        timetable = ["-s", str(self.var / "timetable"), "--pidfile", "", "--loglevel", "WARNING"]
        self._start("timetable", self._celery("beat", *timetable))
        self._manage("main_job", is_needed=False)
        print("\nPress Ctrl-C to stop.", flush=True)
        self._watch()
        return 0

    def demo(self) -> int:
        """The main job without the web: prints matches with their reasons and ends."""
        self._claim_folder()
        self._start_redis()
        start_loading()
        self._manage("prepare")
        self._start("worker", self._worker("-c", str(self.workers)))
        self._manage("main_job", "--again", "--table")
        return 0

    def stop(self) -> None:
        """Ask everything to end, wait, and end what did not; the Valkey last, since the others still use it."""
        self.stopping = True
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in reversed(running):
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        if self.server and self.server.process and self.server.process.poll() is None:
            self.server.process.terminate()
            self.server.process.wait(10)
        if running:
            print("Stopped. Everything is kept; `make run` goes on where it was.", flush=True)

    # -- pieces --------------------------------------------------------------------------------------------------

    def _claim_folder(self) -> None:
        try:
            (self.var / "staticfiles").mkdir(parents=True, exist_ok=True)
            self.lock = (self.var / "running.lock").open("w")
        except OSError as error:
            raise Stop(
                f"The folder {self.var} cannot be written ({error.strerror}). "
                "Make it writable, or choose another: VAR_DIR=/some/folder make run"
            ) from None
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Stop(
                f"matchmaker is already running with the folder {self.var}. Stop it first (Ctrl-C there)."
            ) from None

    def _start_redis(self) -> None:
        if self.environment.get("REDIS_URL"):
            return
        self.environment["VALKEY_PORT"] = str(valkey.free_port(self._number("VALKEY_PORT", 6399)))
        self.server = Child("valkey", [])
        try:
            self._spawn(self.server)
        except RuntimeError as error:
            raise Stop(str(error)) from None

    def _gunicorn(self) -> list[str]:
        command = ["gunicorn", "matchmaker.wsgi", "--bind", f"{self.host}:{self.port}"]
        return [*command, "-c", "python:matchmaker.running.gunicorn", "--worker-tmp-dir", str(self.var)]

    def _celery(self, *arguments: str) -> list[str]:
        return ["celery", "-q", "-A", "matchmaker", *arguments]

    def _worker(self, *arguments: str) -> list[str]:
        return self._celery("worker", "-Q", "match,mail", "--loglevel", "WARNING", *arguments)

    def _manage(self, *arguments: str, is_needed: bool = True) -> None:
        """Run a command of the site. Without one that is needed nothing goes on; after another one the site stays."""
        command = [sys.executable, str(self.root / "manage.py"), *arguments]
        if not subprocess.run(command, env=self.environment, cwd=self.root, check=False).returncode:
            return
        what = f"`manage.py {arguments[0]}` did not end well; the lines above say why."
        if is_needed:
            raise Stop(f"{what} Nothing was lost.")
        print(f"{what} The site goes on, and its workers do what waits.", flush=True)

    def _start(self, name: str, command: list[str]) -> None:
        child = Child(name, command)
        self.children.append(child)
        self._spawn(child)

    def _spawn(self, child: Child) -> None:
        child.started_at = time.monotonic()
        if child is self.server:
            port = int(self.environment["VALKEY_PORT"])
            with (self.var / "valkey.log").open("ab") as log:
                child.process = valkey.start(self.var / "valkey", port, stdout=log, stderr=log, start_new_session=True)
            return
        module, *arguments = child.command
        child.process = ForkedProgram(module, arguments)
        threading.Thread(target=self._pass_on, args=(child, child.process), daemon=True).start()

    def _pass_on(self, child: Child, process: ForkedProgram) -> None:
        coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        label = f"{child.name:<9} │ "
        if coloured:
            label = f"\x1b[{COLOURS[child.name]}m{label}\x1b[0m"
        for line in process.stdout or ():
            if line.strip() and not self.stopping:
                print(label + line.rstrip(), flush=True)

    def _wait_for_web(self) -> None:
        web = next(child for child in self.children if child.name == "web")
        told = time.monotonic()
        while valkey.is_free(self.port, self.host):
            if web.process and web.process.poll() is not None:
                raise Stop("The web server did not start; the lines above say why.")
            if time.monotonic() - told > TELL_EVERY:
                told = time.monotonic()
                print("The web server is still loading: this machine is slow or busy.", flush=True)
            time.sleep(0.1)

    def _watch(self) -> None:
        """Start again what has ended, later each time.

        Without its web server the site ends. Any other process that ends five times in a row is tried once a minute,
        and the console says so: people can go on reading and writing meanwhile.
        """
        self._note_failing()
        while True:
            time.sleep(0.5)
            for child in filter(None, (self.server, *self.children)):
                self._look_after(child)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None or child.process.poll() is None:
            if child.falls > FALLS and now - child.started_at > STEADY:
                child.falls = 0
                self._note_failing()
            return
        if not child.ended_at:
            child.ended_at = now
            child.falls = 1 if now - child.started_at > STEADY else child.falls + 1
            if child.falls > FALLS and child.name == "web":
                raise Stop("web ended five times in a row; the lines above say why.")
            self._note_failing()
            again = "in a minute" if child.falls > FALLS else "soon"
            print(f"{child.name} ended with {child.process.returncode}; it is started again {again}.", flush=True)
        if now - child.ended_at < (STEADY if child.falls > FALLS else min(child.falls, 5)):
            return
        child.ended_at = 0
        try:
            self._spawn(child)
        except RuntimeError as error:
            print(error, flush=True)  # the Valkey did not answer: it is tried again with the next look

    def _note_failing(self) -> None:
        """Write down for the console what cannot be kept running (`notifications.health.failing_processes`)."""
        note = self.var / "ended_again_and_again.txt"
        names = [child.name for child in filter(None, (self.server, *self.children)) if child.falls > FALLS]
        if names:
            note.write_text(", ".join(names), encoding="utf-8")
        else:
            note.unlink(missing_ok=True)
