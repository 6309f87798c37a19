"""The timetable runs on several machines and works on one; another one takes over."""

import pytest
import redis
from celery import Celery
from django.conf import settings

from matchmaker.celery import app as site
from matchmaker.running import timetable
from matchmaker.running.timetable import NAME, SingleScheduler


@pytest.fixture
def server():
    with redis.Redis.from_url(settings.REDIS_URL) as link:
        link.delete(NAME)
        yield link
        link.delete(NAME)


@pytest.fixture
def machine(server, tmp_path, monkeypatch):
    """Makes the timetable of another machine; `sent` are the tasks that all of them started."""
    app = Celery("timetable", broker=settings.REDIS_URL, set_as_current=False)
    app.conf.beat_schedule = {"match": {"task": "matching.match_waiting", "schedule": 0.0}}
    made, sent = [], []
    monkeypatch.setattr(SingleScheduler, "apply_async", lambda self, entry, **_: sent.append(self.schedule_filename))

    def make(name: str, url: str = "") -> SingleScheduler:
        app.conf.broker_url = url or settings.REDIS_URL
        made.append(SingleScheduler(app, schedule_filename=str(tmp_path / name)))
        return made[-1]

    make.sent = sent
    yield make
    for scheduler in made:
        scheduler.close()


def look(scheduler: SingleScheduler, times: int = 3) -> list[float]:
    return [scheduler.tick() for _time in range(times)]


def names(machine) -> set[str]:
    seen = {path.rpartition("/")[2] for path in machine.sent}
    machine.sent.clear()
    return seen


def test_one_of_two_works_and_the_other_takes_over_when_it_is_stopped(machine):
    first, second = machine("first"), machine("second")
    look(first)
    assert look(second) == [timetable.TRY_EVERY] * 3
    assert names(machine) == {"first"}
    first.close()
    look(second)
    look(first)
    assert names(machine) == {"second"}


def test_a_machine_that_died_is_followed_when_its_lock_ends(machine, server):
    first, second = machine("first"), machine("second")
    look(first)
    look(second)
    assert 0 < server.pttl(NAME) <= timetable.HELD * 1000
    server.delete(NAME)  # as it ends by itself
    look(second)
    look(first)  # it stood still and comes back
    assert names(machine) == {"first", "second"}
    look(first)
    look(second)
    assert names(machine) == {"second"}


def test_the_lock_is_held_for_longer_at_each_look(machine, server):
    first = machine("first")
    look(first)
    server.pexpire(NAME, 1000)
    look(first, 1)
    assert server.pttl(NAME) > 20_000


def test_one_that_was_killed_and_started_again_goes_on_at_once(machine):
    look(machine("first"))
    machine.sent.clear()
    look(machine("first"), 1)
    assert names(machine) == {"first"}


def test_nothing_fails_while_redis_is_away(machine):
    lost = machine("lost", url="redis://127.0.0.1:1/0")
    assert look(lost, 1) == [timetable.TRY_EVERY]
    assert names(machine) == set()


def test_the_site_uses_it():
    module, name = site.conf.beat_scheduler.split(":")
    assert (module, name) == (SingleScheduler.__module__, SingleScheduler.__name__)
