"""What a load balancer reads: a process is ready when it has loaded what its first answers need."""

import pytest

from matchmaker.core import readiness

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """Seconds that the test moves on: `clock[0] += 1`."""
    now = [1000.0]
    monkeypatch.setattr(readiness.time, "monotonic", lambda: now[0])
    yield now
    readiness.end()


def test_a_process_that_loads_is_alive_and_not_ready(client, clock):
    readiness.begin()
    waiting = client.get("/health/ready")
    assert (waiting.status_code, waiting.json()) == (503, {"ready": False, "loading": True})
    assert waiting["Retry-After"] == "5"
    assert client.get("/health/live").status_code == 200


def test_a_process_that_has_loaded_is_ready(client, clock):
    readiness.begin()
    readiness.end()
    assert client.get("/health/ready").json() == {"ready": True}


def test_a_process_whose_loading_hangs_is_ready_after_five_minutes(client, clock):
    readiness.begin()
    clock[0] += 299
    assert client.get("/health/ready").status_code == 503
    clock[0] += 1
    assert client.get("/health/ready").status_code == 200
