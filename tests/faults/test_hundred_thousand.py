"""The promise at its size: a hundred thousand notices while things die (`make bench-ledger`).

Eight faults share FAULT_NOTICES notices (100,000 by default). A tenth of the people get each as a mail of its own,
eight tenths in a summary, a tenth on the site alone. Afterwards every notice is looked for outside: on the list of its
person, in the letter the mail server took, or in the summary it took.
"""

import itertools
import os
import random
import signal
import time

import pytest
import redis

pytestmark = [pytest.mark.fault, pytest.mark.ledger, pytest.mark.enable_socket]

NOTICES = int(os.environ.get("FAULT_NOTICES", "100000"))
BLOWS = 8
DRAIN = 50  # letters a second the site must at least send (G28)


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
    site.leaving.append(old)


def kill_valkey(site):
    site.kill_valkey()
    time.sleep(2)
    site.start_valkey(persistent=site.persistent)


def flush(site):
    redis.Redis(port=site.port).flushall()


def ring(site):
    site.ask("ring")


def roll_back(site):
    site.ask("take_back", f"phantom-{next(site.count)}", 100)


FAULTS = {
    "F1 worker group killed": (kill_worker, 120),
    "F2 pool child killed": (kill_child, 120),
    "F5 rolled back meanwhile": (roll_back, 120),
    "F6 deployed meanwhile": (deploy, 120),
    "F7 Valkey killed, came back empty": (kill_valkey, 60),
    "F8 Valkey killed, append-only file": (kill_valkey, 60),
    "F12 Valkey flushed": (flush, 60),
    "F16 F17 two timetables, two workers, many bells": (ring, 120),
}


@pytest.mark.parametrize("name", FAULTS, ids=lambda name: name.split()[0].lower())
def test_g1_a_hundred_thousand_notices(name, site, ledger):
    blow, limit = FAULTS[name]
    site.count, site.leaving, site.persistent = itertools.count(), [], name.startswith("F8")
    if site.persistent:
        site.kill_valkey()
        site.start_valkey(persistent=True)
    asked = site.ask("load", "g1", -(-NOTICES // len(FAULTS)))
    due = site.ask("due")["letters"]
    site.start_timetable()
    if name.startswith("F16"):
        site.start_timetable(), site.start_worker()
    site.start_worker()
    site.ask("ring")
    site.wait(lambda: site.count_arrived() > 3, 180)  # the first worker has started
    blows = 0
    while blows < BLOWS and site.count_arrived() < due:
        time.sleep(random.uniform(0.5, 3))
        blow(site)
        blows += 1
    last, left = time.monotonic(), due - site.count_arrived()
    site.wait(lambda: site.ask("account")["unfinished"] == 0, limit + left / DRAIN + 240)
    time.sleep(3)
    line = ledger.enter(name, site, asked["notices"], blows, last, limit + left / DRAIN)
    assert (line.lost, line.phantoms, line.in_app_doubles, line.late) == (0, 0, 0, 0)
    assert line.other_ids == 0
    assert line.doubles <= max(2, blows * 2)
