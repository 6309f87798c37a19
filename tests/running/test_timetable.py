"""The timetable runs on several machines and works on one; another one takes over."""

from datetime import timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from matchmaker.celery import app as site
from matchmaker.notifications import leases
from matchmaker.notifications.models import Lease
from matchmaker.running import timetable
from matchmaker.running.timetable import SingleScheduler

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _looks_each_time(monkeypatch):
    """The lease is asked for at each look, and connections stay open inside the transaction of a test."""
    monkeypatch.setattr(timetable, "TRY_EVERY", 0)
    monkeypatch.setattr(timetable, "close_old_connections", lambda: None)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Makes the timetable of another machine; `sent` are the tasks that all of them started."""
    app = Celery("timetable", broker=settings.REDIS_URL, set_as_current=False)
    app.conf.beat_schedule = {"match": {"task": "matching.match_waiting", "schedule": 0.0}}
    made, sent = [], []
    monkeypatch.setattr(SingleScheduler, "apply_async", lambda self, entry, **_: sent.append(self.schedule_filename))

    def make(name: str) -> SingleScheduler:
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


def lasts() -> float:
    """Seconds until the lease ends."""
    return (Lease.objects.get(name=leases.TIMETABLE).until - timezone.now()).total_seconds()


def end_soon(seconds: float) -> None:
    Lease.objects.filter(name=leases.TIMETABLE).update(until=timezone.now() + timedelta(seconds=seconds))


def test_a_machine_that_died_is_followed_when_its_lease_ends(machine):
    first, second = machine("first"), machine("second")
    look(first)
    look(second)
    assert 0 < lasts() <= timetable.HELD
    end_soon(-1)
    look(second)
    look(first)  # it stood still and comes back
    assert names(machine) == {"first", "second"}
    look(first)
    look(second)
    assert names(machine) == {"second"}


def test_the_lease_is_held_for_longer_at_each_look(machine):
    first = machine("first")
    look(first)
    end_soon(1)
    look(first, 1)
    assert lasts() > 20


def test_the_lease_is_renewed_only_every_few_seconds(machine, monkeypatch):
    monkeypatch.setattr(timetable, "TRY_EVERY", 5)
    first = machine("first")
    look(first)
    end_soon(20)
    look(first)
    assert lasts() <= 20


def test_one_that_was_killed_and_started_again_goes_on_at_once(machine):
    look(machine("first"))
    machine.sent.clear()
    look(machine("first"), 1)
    assert names(machine) == {"first"}


def test_nothing_is_started_while_the_database_is_away(machine, monkeypatch):
    def fail(*_args, **_named):
        raise DatabaseError("the database is away")

    lost, take = machine("lost"), leases.take
    monkeypatch.setattr(leases, "take", fail)
    assert look(lost) == [timetable.TRY_EVERY] * 3
    assert names(machine) == set()
    monkeypatch.setattr(leases, "take", take)
    look(lost)
    assert names(machine) == {"lost"}


def test_a_lease_is_of_one_holder_until_it_is_released():
    with leases.hold("work", seconds=30) as is_mine, leases.hold("work", seconds=30) as is_anothers:
        assert (is_mine, is_anothers) == (True, False)
    with leases.hold("work", seconds=30) as is_mine:
        assert is_mine


def test_the_site_uses_it():
    module, name = site.conf.beat_scheduler.split(":")
    assert (module, name) == (SingleScheduler.__module__, SingleScheduler.__name__)
