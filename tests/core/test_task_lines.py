"""One structured line a task: name, id, duration, outcome, retries and the request that caused it; failures count."""

import logging
import time

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker

from matchmaker.core import request_ids, tasks


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setenv("CELERY_SKIP_CHECKS", "1")
    app = Celery("lines", broker="memory://", set_as_current=False)
    app.conf.task_ignore_result = True
    return app


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_each_task_is_one_line_and_a_failure_is_counted_for_all_machines(app, caplog):

    @app.task(name="lines.works", shared=False)
    def works(address):
        return address

    @app.task(name="lines.fails", shared=False, bind=True, max_retries=1, default_retry_delay=0)
    def fails(self):
        if not self.request.retries:
            raise self.retry()
        raise ValueError("jane@example.org")

    before = tasks.failures().get("lines.fails", 0)
    with start_worker(app, perform_ping_check=False, loglevel="CRITICAL", shutdown_timeout=30):
        tasks.ends.addHandler(caplog.handler)  # a worker configures logging anew
        tasks.ends.setLevel(logging.INFO)
        with request_ids.use("from-the-proxy"):
            started = works.delay("jane@example.org")
            fails.delay()
        for _turn in range(100):
            if len(rows := [row for row in caplog.records if row.name == tasks.ends.name]) == 3:
                break
            time.sleep(0.1)
        tasks.ends.removeHandler(caplog.handler)
    done = next(row for row in rows if row.task == "lines.works")
    assert (done.task_id, done.outcome, done.retries) == (started.id, "success", 0)
    assert 0 <= done.duration_ms < 60_000
    again, failed = (row for row in rows if row.task == "lines.fails")
    assert (again.outcome, again.retries, failed.outcome, failed.retries) == ("retry", 0, "failure", 1)
    assert not any("jane" in row.getMessage() for row in rows)
    assert tasks.failures()["lines.fails"] == before + 1
    assert "lines.works" not in tasks.failures()


def test_failures_are_not_known_while_redis_is_away(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert tasks.failures() == {}
