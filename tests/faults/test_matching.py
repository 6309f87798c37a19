"""Faults of a campaign's matching, with real workers (`make test-faults`): the rows of a clean run, nobody told twice.

`FAULT_PRODUCTS` and `FAULT_LINES` set the size of the campaign (500 and 60), `FAULT_KILLS` how often is killed,
`REPEAT` how often each test is run.
"""

import contextlib
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from tests.faults.clusters import FOUND, Cluster
from tests.faults.conftest import Site

pytestmark = [pytest.mark.fault, pytest.mark.enable_socket]

PRODUCTS = os.environ.get("FAULT_PRODUCTS", "500")
LINES = os.environ.get("FAULT_LINES", "60")
KILLS = int(os.environ.get("FAULT_KILLS", "4"))
REPEAT = int(os.environ.get("REPEAT", "1"))
RUN = {"MATCH_BLOCK": "4", "MATCH_LEASE": "6"}


class Campaign:
    """A site with a campaign to be matched, and the workers that match it."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def ask(self, verb: str, *arguments: object) -> dict:
        run = [sys.executable, "-W", "ignore", "-m", "tests.faults.matching", verb, *map(str, arguments)]
        done = subprocess.run(run, env=self.site.env, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def worker(self, processes: int = 2, *more: str) -> subprocess.Popen:
        options = ("-c", str(processes), "--without-gossip", "--without-mingle", *more)
        return self.site._start("worker", "-Q", "match", *options)

    def progress(self) -> tuple[str, int]:
        """The state of the newest run and how many blocks are done, read past Django, which takes seconds to start."""
        state = "SELECT id, state FROM matching_matchrun ORDER BY id DESC LIMIT 1"
        done = "SELECT count(*) FROM matching_matchblock WHERE done_at IS NOT NULL AND run_id = "
        if self.site.database.startswith("sqlite"):
            link = sqlite3.connect(self.site.database.removeprefix("sqlite:///"), timeout=20)
        else:
            link = psycopg.connect(self.site.database)
        with contextlib.closing(link):
            run, name = link.execute(state).fetchone()
            return name, link.execute(done + str(run)).fetchone()[0]

    def wait_for_more(self, than: int, seconds: float = 90) -> int:
        """Until more blocks than these are done, or the run has ended; how many are."""
        began = time.monotonic()
        while True:
            state, done = self.progress()
            if done > than or state != "running":
                return done
            assert time.monotonic() - began < seconds, (state, done)
            time.sleep(0.05)

    def wait_until_done(self, seconds: float = 180) -> dict:
        began = time.monotonic()
        while self.progress()[0] == "running":
            assert time.monotonic() - began < seconds, self.ask("state")
            time.sleep(0.5)
        while (state := self.ask("state"))["waiting"] != [0, 0]:
            assert time.monotonic() - began < seconds, state
        return state

    def sound(self) -> dict:
        """When all is quiet: nobody told twice, nothing given up, and the rows of one clean run."""
        state = self.wait_until_done()
        for process in list(self.site.workers):
            self.site.kill(process)
        clean = self.ask("clean")
        assert (state["told_twice"], state["given_up"]) == (0, 0)
        assert (state["matches"], state["rows"]) == (clean["matches"], clean["rows"])
        assert state["matches"] > 0
        assert state["notices"] > 0
        return state


@pytest.fixture(autouse=True, params=range(REPEAT))
def turn(request) -> int:
    return request.param


@pytest.fixture
def campaign(site, monkeypatch):
    for name, value in RUN.items():
        monkeypatch.setenv(name, value)
    found = Campaign(site)
    found.ask("prepare", PRODUCTS, LINES)
    return found


def test_worker_group_killed_again_and_again_in_a_run(campaign):
    campaign.site.start_timetable()
    worker = campaign.worker()
    campaign.ask("start")
    seen = 0
    for _kill in range(KILLS):
        seen = campaign.wait_for_more(than=seen)
        campaign.site.kill(worker)
        worker = campaign.worker()
    assert campaign.progress()[0] == "running"
    campaign.sound()


def test_pool_children_killed_in_a_run(campaign):
    campaign.site.start_timetable()
    worker = campaign.worker()
    campaign.ask("start")
    seen = 0
    for _kill in range(KILLS):
        seen = campaign.wait_for_more(than=seen)
        campaign.site.kill_a_child(worker)
    assert worker.poll() is None
    campaign.sound()


def test_redis_killed_and_started_empty_in_a_run(campaign):
    campaign.site.start_timetable()
    campaign.worker()
    campaign.ask("start")
    campaign.wait_for_more(than=0)
    campaign.site.kill_valkey()
    time.sleep(2)
    campaign.site.start_valkey()
    campaign.sound()


def test_blocks_that_outlast_their_lease_and_the_patience_of_the_broker_have_one_effect(site, monkeypatch):
    """Every block takes two to four times as long: others take it over meanwhile, and its message comes again."""
    for name, value in {"MATCH_BLOCK": "4", "MATCH_LEASE": "1"}.items():
        monkeypatch.setenv(name, value)
    campaign = Campaign(site)
    campaign.ask("prepare", 40, 20)
    site.start_timetable()
    campaign.worker(1, "-I", "tests.faults.slow")
    campaign.worker(1, "-I", "tests.faults.slow")
    campaign.ask("start")
    state = campaign.sound()
    assert state["done"] == state["blocks"]
    assert state["tries"] > state["blocks"]  # or nothing was late


def test_messages_repeated_three_times_and_in_another_order_have_one_effect(campaign):
    campaign.ask("start")
    campaign.ask("ring", 10)
    broker = redis.Redis(port=campaign.site.port)
    waiting = broker.lrange("match", 0, -1)
    again = 3 * waiting
    random.Random(16).shuffle(again)
    broker.rpush("match", *again)
    campaign.site.start_timetable()
    campaign.worker()
    campaign.worker()
    state = campaign.sound()
    assert (len(waiting) > 10, state["done"]) == (True, state["blocks"])


def test_product_that_kills_every_worker_is_put_aside_and_stops_nothing_else(campaign):
    campaign.site.start_timetable()
    worker = campaign.worker(2, "-I", "tests.faults.poison")
    campaign.ask("start")
    campaign.wait_until_done()
    campaign.ask("poison")
    began = time.monotonic()
    while (state := campaign.ask("state"))["aside"] == 0 or state["waiting"] != [0, 0]:
        assert time.monotonic() - began < 240, state
        time.sleep(2)

    assert (state["aside"], state["told_twice"]) == (1, 0)
    assert worker.poll() is None
    assert campaign.ask("heal") == {"waits": 1}
    assert campaign.wait_until_done()["aside"] == 0


def test_edited_withdrawn_and_changed_in_the_middle_of_a_run(campaign):
    campaign.site.start_timetable()
    campaign.worker()
    campaign.ask("start")
    campaign.wait_for_more(than=0)
    campaign.ask("edit")
    state = campaign.wait_until_done()
    for process in list(campaign.site.workers):
        campaign.site.kill(process)
    clean = campaign.ask("clean")
    assert (state["matches"], state["rows"]) == (clean["matches"], clean["rows"])


@pytest.mark.skipif(not FOUND, reason="needs the programs of a PostgreSQL server")
def test_postgresql_stopped_at_once_in_a_run(site, monkeypatch):
    for name, value in RUN.items():
        monkeypatch.setenv(name, value)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="matchmaker-pg-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        cluster = Cluster(Path(place) / "data", port)
        try:
            site.database = cluster.url
            campaign = Campaign(site)
            campaign.ask("prepare", PRODUCTS, LINES)
            site.start_timetable()
            campaign.worker()
            campaign.ask("start")
            seen = 0
            for _stop in range(KILLS):
                seen = campaign.wait_for_more(than=seen)
                cluster.stop("immediate")
                time.sleep(1)
                cluster.start()
            campaign.sound()
        finally:
            cluster.stop("immediate")
