"""Faults of the post office, judged by a ledger that stands outside of it (`make test-faults`).

Each test asks for notices, breaks something, and compares what was asked with what a mail server and the database got.
`FAULT_MAILS` sets how many mails a fault meets (default 400; a full run takes 10000).
"""

import os
import random
import signal
import time

import pytest
import redis

pytestmark = [pytest.mark.fault, pytest.mark.enable_socket]

MAILS = int(os.environ.get("FAULT_MAILS", "400"))
KILLS = int(os.environ.get("FAULT_KILLS", "5"))
TICK = 10  # seconds between two bells of the timetable


def sound(line, *, doubles: int) -> None:
    assert (line.lost, line.phantoms, line.in_app_doubles, line.doubles_of_another_id) == (0, 0, 0, 0)
    assert line.doubles <= doubles


def test_worker_group_killed_mid_task(site, book):
    site.start_timetable()
    worker = site.start_worker()
    site.ask("ask", "f01", MAILS)
    site.ask("ring")
    for _kill in range(KILLS):
        before = site.count_arrived()
        site.wait(lambda before=before: site.count_arrived() > before + 3 or site.all_came(), 120)
        time.sleep(random.uniform(0, 0.5))
        site.kill(worker)
        worker = site.start_worker()
    recovery = site.wait(site.all_came, 300)
    line = site.ledger(f"F1 worker group killed {KILLS} times", recovery, "recovery after the last kill")
    book.append(line)
    sound(line, doubles=KILLS * 2)
    assert recovery <= 120 + MAILS / 50


def test_pool_children_killed(site, book):
    site.start_timetable()
    worker = site.start_worker()
    site.ask("ask", "f02", MAILS)
    site.ask("ring")
    kills = 0
    for _kill in range(KILLS):
        before = site.count_arrived()
        site.wait(lambda before=before: site.count_arrived() > before or site.all_came(), 120)
        kills += site.kill_a_child(worker)
    recovery = site.wait(site.all_came, 300)
    line = site.ledger(f"F2 a pool child killed {kills} times", recovery, "recovery after the last kill")
    book.append(line)
    sound(line, doubles=kills)
    assert worker.poll() is None
    assert site.ask("state")["crashes"] <= 5


def test_killed_between_the_servers_250_and_the_write(site, book):
    site.start_timetable()
    worker = site.start_worker(1)
    kills = min(KILLS, 3)
    for _kill in range(kills):
        site.sink.after_letter = lambda worker=worker: site.kill(worker)
        site.ask("ask", f"f03-{_kill}", 3)
        site.ask("ring")
        site.wait(lambda worker=worker: worker.poll() is not None, 60)
        worker = site.start_worker(1)
    recovery = site.wait(site.all_came, 300)
    time.sleep(TICK * 2)
    line = site.ledger(f"F3 killed {kills} times between 250 and write-back", recovery, "same Message-ID")
    book.append(line)
    sound(line, doubles=kills)


def test_killed_between_commit_and_bell(site, book):
    site.start_timetable()
    site.start_worker()
    site.ask("ask", "f04-warm", 1)
    site.wait(site.all_came, 60)
    site.ask("ask", "f04", 20)
    took = site.wait(site.all_came, 60)
    line = site.ledger("F4 no bell after the commit", took, "the sweeper found it")
    book.append(line)
    sound(line, doubles=0)
    assert took <= 30


def test_rolled_back(site, book):
    site.start_timetable()
    site.start_worker()
    site.ask("take_back", "f05", 50)
    site.ask("ask", "f05-kept", 20)
    took = site.wait(site.all_came, 60)
    time.sleep(TICK * 1.5)
    line = site.ledger("F5 rolled back after notify", took)
    book.append(line)
    sound(line, doubles=0)


@pytest.mark.parametrize("persistent", [False, True])
def test_valkey_killed(site, book, persistent):
    site.kill_valkey()
    site.start_valkey(persistent=persistent)
    site.start_timetable()
    worker = site.start_worker()
    site.ask("ask", "f07", MAILS)
    site.ask("ring")
    site.wait(lambda: site.count_arrived() > 5, 60)
    site.kill_valkey()
    asking = site.ask_later("ask", "f07-meanwhile", 50)
    time.sleep(5)
    site.note_requests(asking)
    site.start_valkey(persistent=persistent)
    recovery = site.wait(site.all_came, 300)
    name = "F8 Valkey killed, append-only file" if persistent else "F7 Valkey killed, came back empty"
    line = site.ledger(name, recovery, "after its return, workers not restarted")
    book.append(line)
    sound(line, doubles=2)  # Celery ends running tasks when it loses Redis: one letter in flight for each process
    assert worker.poll() is None
    assert recovery <= 60 + MAILS / 50


def test_valkey_flushed_under_load(site, book):
    site.start_timetable()
    site.start_worker()
    site.ask("ask", "f12", MAILS)
    site.ask("ring")
    site.wait(lambda: site.count_arrived() > 5, 60)
    redis.Redis(port=site.port).flushall()
    took = site.wait(site.all_came, 300)
    line = site.ledger("F12 Valkey flushed under load", took)
    book.append(line)
    sound(line, doubles=0)


def test_two_timetables_and_three_workers(site, book):
    site.start_timetable(), site.start_timetable()
    for _worker in range(3):
        site.start_worker()
    site.ask("ask", "f16", MAILS)
    for _bell in range(10):
        site.ask("ring")
    took = site.wait(site.all_came, 300)
    time.sleep(TICK * 1.5)
    line = site.ledger("F16 F17 two timetables, three workers, many bells", took)
    book.append(line)
    sound(line, doubles=0)


def test_two_timetables_send_one_digest_each(site, book):
    site.ask("want_digests")
    site.ask("fan_out", "f17a")
    site.ask("fan_out", "f17b")
    site.ask("age", 48)
    site.start_timetable(), site.start_timetable()
    site.start_worker(), site.start_worker()
    people = {email for emails in site.asked.values() for email in emails}

    def all_have_one() -> bool:
        return len(site.arrived()) >= len(people)

    started = time.monotonic()
    if time.gmtime().tm_hour * 60 + time.gmtime().tm_min < 7 * 60 + 30:
        pytest.skip("before half past seven UTC nobody's morning has come")
    site.wait(all_have_one, 120)
    time.sleep(TICK * 1.5)
    letters = [to[0] for to, _letter in site.sink.letters]
    state = site.ask("state")
    assert sorted(letters) == sorted(people)
    assert state["digests"] == {"sent": len(people)}
    assert state["deliveries"] == {"sent": 2 * len(people)}
    assert time.monotonic() - started < 150


def test_a_mail_server_with_moods(site, book):
    moods = ["451 4.7.1 greylisted", "554 5.7.1 no", "drop", 1.0, "421 4.3.2 closing"]
    script = random.Random(7).choices(["250 OK", *moods], [90, 3, 2, 2, 1, 2], k=MAILS)
    site.sink.script.extend(script)
    site.start_timetable()
    site.start_worker()
    site.ask("ask", "f34", MAILS)
    started = time.monotonic()
    while site.ask("state")["deliveries"].get("waiting"):
        assert time.monotonic() - started < 300
        time.sleep(2)
        site.ask("age", 0)
    line = site.ledger("F34 mail server: 4xx, 5xx, slow, drop after DATA", time.monotonic() - started)
    book.append(line)
    sound(line, doubles=script.count("drop"))
    assert line.parked == script.count("554 5.7.1 no")


def test_mail_server_away(site, book):
    site.start_timetable()
    site.start_worker()
    site.sink.stop()
    site.ask("ask", "f35", MAILS)
    site.ask("ring")
    time.sleep(TICK * 2)
    assert site.ask("state")["deliveries"] == {"waiting": MAILS}
    site.sink.start()
    site.ask("age", 0)
    site.wait(lambda: site.count_arrived() > 10, 90)
    first, begun = site.count_arrived(), time.monotonic()
    site.wait(site.all_came, 300)
    rate = (MAILS - first) / (time.monotonic() - begun)
    line = site.ledger("F35 mail server away, then back", time.monotonic() - begun, f"{rate:.0f} mails/s after")
    book.append(line)
    sound(line, doubles=0)
    assert site.ask("state")["gaps"] == dict.fromkeys(("late", "expired", "orphaned", "forgotten", "untold"), 0)


def test_deployed_under_load(site, book):
    site.start_timetable()
    worker = site.start_worker()
    site.ask("ask", "f06", MAILS)
    site.ask("ring")
    for _deploy in range(min(KILLS, 3)):
        before = site.count_arrived()
        site.wait(lambda before=before: site.count_arrived() > before + 3 or site.all_came(), 120)
        old, worker = worker, site.start_worker()
        old.send_signal(signal.SIGTERM)
        site.wait(lambda old=old: old.poll() is not None, 30)
        site.workers.remove(old)
    took = site.wait(site.all_came, 300)
    line = site.ledger("F6 workers deployed (SIGTERM) under load", took, "each old one gone within 30 s")
    book.append(line)
    sound(line, doubles=0)


def test_valkey_full(site, book):
    site.start_timetable()
    site.start_worker()
    site.ask("ask", "f10-before", 5)
    site.wait(site.all_came, 120)
    server = redis.Redis(port=site.port)
    server.config_set("maxmemory-policy", "noeviction")
    server.config_set("maxmemory", "1")
    site.ask("ask", "f10", 50)  # a verb succeeds and its bell is lost
    site.ask("ring")
    time.sleep(TICK)
    server.config_set("maxmemory", "0")
    took = site.wait(site.all_came, 120)
    line = site.ledger("F10 Valkey full, then not", took, "after there was room")
    book.append(line)
    sound(line, doubles=0)
    assert took <= 60


def test_valkey_says_nothing_any_more(site, book):
    """A frozen server is what a half-open socket looks like: the connection stands and nobody answers."""
    site.start_timetable()
    worker = site.start_worker()
    site.ask("ask", "f11-before", 5)
    site.wait(site.all_came, 120)
    site.server.send_signal(signal.SIGSTOP)
    site.ask("ask", "f11", 20)
    time.sleep(40)
    site.server.send_signal(signal.SIGCONT)
    took = site.wait(site.all_came, 120)
    line = site.ledger("F11 Valkey silent for 40 s", took, "workers not restarted")
    book.append(line)
    sound(line, doubles=0)
    assert worker.poll() is None
    assert took <= 60
