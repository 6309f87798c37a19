"""The promise at its size: a hundred thousand notices while things die (`make bench-ledger`).

The faults share FAULT_NOTICES notices (100,000 by default). A tenth of the people get each as a mail of its own,
eight tenths in a summary, a tenth on the site alone. Afterwards every notice is looked for outside: on the list of its
person, in the letter the mail server took, or in the summary it took.
"""

import itertools
import os
import random
import signal
import tempfile
import time
from pathlib import Path

import pytest
import redis

from matchmaker.running import valkey
from tests.faults.clusters import FOUND, Cluster
from tests.faults.conftest import PEOPLE
from tests.faults.ledger import Blow

pytestmark = [pytest.mark.fault, pytest.mark.ledger, pytest.mark.enable_socket]

NOTICES = int(os.environ.get("FAULT_NOTICES", "100000"))
SECONDS = float(os.environ.get("LEDGER_SECONDS", "inf"))  # after which a run begins no other fault
BLOWS = 8
SLOWEST = 5  # letters a second, below which a run is given up


def kill_worker(site):
    site.kill(site.workers[-1])
    site.start_worker()


def kill_child(site):
    site.kill_a_child(site.workers[-1])


def deploy(site):
    """SIGTERM, as when a new version is rolled out: the old worker ends what it holds while the new one starts."""
    old = site.workers[-1]
    old.send_signal(signal.SIGTERM)
    site.start_worker()


def kill_valkey(site):
    site.kill_valkey()
    time.sleep(2)
    site.start_valkey(persistent=site.persistent)


def flush(site):
    redis.Redis(port=site.port).flushall()


def ring(site):
    return site.ask_later("ring")


def roll_back(site):
    return site.ask_later("take_back", f"phantom-{next(site.count)}", 100)


def jump(site):
    """The clock of the site jumps an hour ahead, an hour back, forty days ahead, and is right again."""
    site.clock.write_text(str([3600, -3600, 40 * 86400, 0][next(site.count) % 4]))


def stop_postgresql(site):
    site.cluster.stop("immediate")
    time.sleep(1)
    site.cluster.start()


FAULTS = {
    "F01 worker group killed": (kill_worker, 120),
    "F02 pool child killed": (kill_child, 120),
    "F05 rolled back meanwhile": (roll_back, 120),
    "F06 deployed meanwhile": (deploy, 120),
    "F07 Redis killed, came back empty": (kill_valkey, 60),
    "F08 Redis killed, append-only file": (kill_valkey, 60),
    "F12 Redis flushed": (flush, 60),
    "F16 F17 two timetables, two workers, many bells": (ring, 120),
    "F19 PostgreSQL stopped in the middle": (stop_postgresql, 120),
    "F38 clock an hour and forty days off": (jump, 120),
}
EACH = -(-NOTICES // 8 // PEOPLE) * PEOPLE  # eight of them meet every site


def own_cluster(site, request):
    """A PostgreSQL that only this test stops."""
    if not (FOUND and site.database.startswith("postgres")):
        pytest.skip("needs DATABASE_URL of a PostgreSQL and its programs")
    folder = tempfile.TemporaryDirectory(prefix="matchmaker-pg-", ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o755)
    site.cluster = Cluster(Path(folder.name) / "data", valkey.free_port())
    request.addfinalizer(lambda: (site.cluster.stop(), folder.cleanup()))
    site.database = site.cluster.url
    site.ask("prepare", PEOPLE)


@pytest.mark.parametrize("name", FAULTS, ids=lambda name: name.split()[0].lower())
def test_a_hundred_thousand_notices(name, site, ledger, request):
    if ledger.has(site.servers, name, EACH):
        pytest.skip("counted before")
    if time.monotonic() - ledger.began > SECONDS:
        pytest.skip("left for the next run")
    blow, limit = FAULTS[name]
    site.count, site.persistent = itertools.count(), name.startswith("F08")
    if site.persistent:
        site.kill_valkey()
        site.start_valkey(persistent=True)
    if name.startswith("F19"):
        own_cluster(site, request)
    if name.startswith("F38"):
        site.clock = site.folder / "clock"
    site.ask("load", "g1", EACH)
    due = site.ask("due")["letters"]
    site.start_timetable()
    if name.startswith("F16"):
        site.start_timetable(), site.start_worker()
    site.start_worker()
    site.ask("ring")
    site.wait(lambda: site.count_arrived() > 3, 180)  # the first worker has started
    blows, asking = [], []
    while len(blows) < BLOWS and site.count_arrived() < due:
        time.sleep(random.uniform(0.5, 3))
        blows.append(Blow(in_hands=site.in_hands(), at=time.monotonic()))
        asking.append(blow(site))
    for process in filter(None, asking):
        process.communicate(timeout=120)
        assert process.returncode == 0
    left = due - site.count_arrived()
    site.wait(lambda: site.count_arrived() >= due, limit + left / SLOWEST + 240)
    site.wait(lambda: site.ask("account")["unfinished"] == 0, 90)
    time.sleep(3)
    line = ledger.enter(name, site, EACH, blows, limit)
    assert (line.lost, line.phantoms, line.in_app_doubles, line.late) == (0, 0, 0, 0)
    assert line.resumed <= limit
    assert line.under_another_id == 0
    assert line.came_twice <= max(2, len(blows) * 2)
