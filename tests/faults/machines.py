"""A site on three machines and its servers, each a network namespace with a small disk of its own.

`m1` and `m2` run web server, workers and timetable; `db` runs PostgreSQL, `rd` Redis. Mail server and bucket are
outside, at the test itself.
"""

import contextlib
import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from aiosmtpd.controller import Controller
from moto.server import ThreadedMotoServer

from tests.faults.clusters import Cluster
from tests.faults.networks import Network
from tests.notifications.conftest import Sink

logging.getLogger("werkzeug").setLevel(logging.WARNING)  # one line for each file of the bucket
WEB = 8110
DISK = {"m1": "256m", "m2": "256m", "db": "320m", "rd": "32m"}
MAIL_SECONDS = 0.05  # a mail server that takes so long for each mail, so that faults meet some on their way
ROOT = Path(__file__).resolve().parents[2]
MACHINES = ("m1", "m2")


class Console:
    """A process that does what the test asks for, see `console.py`."""

    def __init__(self, command: list[str], env: dict[str, str], log) -> None:
        run = [*command, sys.executable, "-W", "ignore", "-m", "tests.faults.console"]
        self.process = subprocess.Popen(
            run, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )

    def ask(self, verb: str, *arguments: object) -> dict:
        """Its answer; `error` says what was away."""
        self.process.stdin.write(json.dumps([verb, *arguments]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def do(self, verb: str, *arguments: object) -> dict:
        answer = self.ask(verb, *arguments)
        assert "error" not in answer, answer["error"]
        return answer


@dataclass
class Site:
    folder: Path
    network: Network = field(default_factory=Network)
    sink: Sink = field(default_factory=Sink)
    running: dict[str, subprocess.Popen] = field(default_factory=dict)  # by machine and program, such as "m1 web"

    def __post_init__(self) -> None:
        self.folder.chmod(0o755)
        for name, size in DISK.items():
            self.network.add(name)
            disk = self.disk(name)
            disk.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(disk)], check=True)
        self.log = (self.folder / "processes.log").open("ab")
        self._start_servers()
        self._consoles: dict[str, Console] = {}

    # -- what runs ----------------------------------------------------------------------------------------------------
    def _start_servers(self) -> None:
        here = self.network.here
        self.bucket = ThreadedMotoServer(ip_address=here, port=0, verbose=False)
        self.bucket.start()
        self.bucket_at = "{}:{}".format(*self.bucket.get_host_and_port())
        given = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "eu-central-1"}
        place = {"LocationConstraint": "eu-central-1"}
        client = boto3.client("s3", endpoint_url=f"http://{self.bucket_at}", **given)
        client.create_bucket(Bucket="files", CreateBucketConfiguration=place)
        self.mail = Controller(SlowSink(self.sink), hostname=here, port=8119)
        self.mail.start()
        self.cluster = Cluster(
            self.disk("db") / "data", 5432, host="*", inside=self.network.inside("db"), trusts="10.77.0.0/16"
        )
        self.start_redis()

    def disk(self, name: str) -> Path:
        return self.folder / name

    def env(self, machine: str) -> dict[str, str]:
        at = self.network.addresses
        store = f"s3://key:secret@{self.bucket_at}/files?region=eu-central-1&tls=0"
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "matchmaker.settings",
            "VAR_DIR": str(self.disk(machine) if machine in DISK else self.folder / machine),
            "NUMBA_CACHE_DIR": str(ROOT / ".cache" / "numba"),
            "DATABASE_URL": f"postgresql://postgres@{at['db']}:5432/postgres",
            "REDIS_URL": f"redis://{at['rd']}:6379/0",
            "EMAIL_URL": f"smtp://{self.network.here}:8119",
            "FILES_URL": store,
            "INDEX_URL": store,
            "ENCODER": "tests.engines.search.test_searching.Deaf",
            "LOG_LEVEL": "INFO",
            "SAMPLE": "0",
            "TEXT_READER": "",
        }

    def console(self, machine: str) -> Console:
        if machine not in self._consoles:
            inside = self.network.inside(machine) if machine in DISK else []
            self._consoles[machine] = Console(inside, self.env(machine), self.log)
        return self._consoles[machine]

    def start(self, machine: str, program: str) -> None:
        celery = ["celery", "-A", "matchmaker"]
        commands = {
            "web": ["gunicorn", "matchmaker.wsgi", "-c", "python:matchmaker.running.gunicorn", "-b", f"0.0.0.0:{WEB}"],
            "worker": [*celery, "worker", "-Q", "match,mail", "-c", "2", "-n", f"{machine}@%h", "-l", "WARNING"],
            "timetable": [*celery, "beat", "-s", str(self.disk(machine) / "timetable"), "--pidfile", ""],
        }
        run = [*self.network.inside(machine), sys.executable, "-W", "ignore", "-m", *commands[program]]
        self.running[f"{machine} {program}"] = subprocess.Popen(
            run, env=self.env(machine), cwd=ROOT, stdout=self.log, stderr=self.log, start_new_session=True
        )

    def start_machine(self, machine: str) -> None:
        for program in ("web", "worker", "timetable"):
            self.start(machine, program)

    def start_redis(self) -> None:
        run = ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir"]
        run = [*self.network.inside("rd"), *run, str(self.disk("rd")), "--appendonly", "yes"]
        self.running["rd redis"] = subprocess.Popen(run, stdout=self.log, stderr=self.log, start_new_session=True)

    def kill(self, name: str) -> None:
        """`kill -9` of the whole group, as when a machine loses power."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart_what_ended(self) -> None:
        """As systemd does: a program that a fault ended is started again, also one that took its time to end."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                machine, program = name.split()
                self.start_redis() if program == "redis" else self.start(machine, program)
        wait(self._database_runs, 120)

    def _database_runs(self) -> bool:
        """Starts a server that ended; one that recovers is left to it."""
        if not self.cluster.is_running():
            with contextlib.suppress(subprocess.CalledProcessError):
                self.cluster.start()
        return self.cluster.is_running()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)
        for console in self._consoles.values():
            console.stop()
        for end in (self.cluster.stop, self.mail.stop, self.bucket.stop, self.network.remove):
            with contextlib.suppress(subprocess.CalledProcessError, OSError):
                end()
        for name in DISK:
            subprocess.run(["umount", "-l", str(self.disk(name))], check=False)
        self.log.close()

    # -- disks --------------------------------------------------------------------------------------------------------
    def fill(self, machine: str) -> None:
        with contextlib.suppress(OSError), (self.disk(machine) / "ballast").open("wb", buffering=0) as file:
            while file.write(bytes(1 << 20)):
                pass

    def empty(self, machine: str) -> None:
        (self.disk(machine) / "ballast").unlink(missing_ok=True)

    def forget_index(self, machine: str) -> None:
        shutil.rmtree(self.disk(machine) / "engine", ignore_errors=True)


class SlowSink:
    """The mail server, a little slower."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def handle_DATA(self, server, session, envelope):
        import asyncio

        await asyncio.sleep(MAIL_SECONDS)
        return await self.sink.handle_DATA(server, session, envelope)


class Reader(threading.Thread):
    """Opens the list of products of a machine again and again, and writes down what it shows."""

    def __init__(self, site: Site, machine: str, products: int) -> None:
        super().__init__(daemon=True)
        self.address = f"http://{site.network.addresses[machine]}:{WEB}/products/"
        self.whole, self.seen, self.is_done = f"{products:,}", Counter(), threading.Event()

    def run(self) -> None:
        while not self.is_done.wait(0.5):
            self.seen[self.look()] += 1

    def look(self) -> str:
        """`whole`, `names only`, `no page` (an error or no answer), or `half`."""
        try:
            with urllib.request.urlopen(self.address, timeout=15) as answer:
                page = answer.read().decode()
        except OSError:
            return "no page"
        if "The search is being prepared" in page:
            return "names only"
        return "whole" if re.search(rf"\b{self.whole}\s+products", page) else "half"

    def take(self) -> Counter:
        """What was seen since the last time."""
        seen, self.seen = self.seen, Counter()
        return seen


def wait(until, seconds: float) -> float:
    """Seconds until a condition holds; fails when that takes too long."""
    began = time.monotonic()
    while not until():
        assert time.monotonic() - began < seconds, f"not so after {seconds} seconds"
        time.sleep(0.3)
    return time.monotonic() - began
