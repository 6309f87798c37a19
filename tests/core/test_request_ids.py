"""One id from the proxy to the answer, the tasks that the request starts, the mails of its notices and the log."""

import json
import logging
import queue

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from django.urls import reverse

from matchmaker.core import request_ids
from matchmaker.core.logs import Line
from matchmaker.notifications import mail, outbox
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify
from tests import factories

FACTS = {"demand": "Jasmine rice", "closed_on": "2026-11-01"}


@pytest.fixture(autouse=True)
def _no_id():
    request_ids.end()
    yield
    request_ids.end()


@pytest.fixture
def task():
    """A task on a worker of its own; called, it returns the id under which it ran."""
    app, ran = Celery("ids", broker="memory://", set_as_current=False), queue.Queue()
    app.conf.task_ignore_result = True

    @app.task(shared=False)
    def note_id():
        ran.put(request_ids.current())

    note_id.ran = ran
    with start_worker(app, perform_ping_check=False, loglevel="ERROR", shutdown_timeout=30):
        yield note_id


@pytest.mark.slow
def test_a_task_works_under_the_id_of_the_request_that_started_it_and_others_have_their_own(task):
    with request_ids.use("from-the-proxy"):
        task.delay()
    assert task.ran.get(timeout=30) == "from-the-proxy"
    started = task.delay()
    assert task.ran.get(timeout=30) == started.id


def test_a_task_that_runs_inside_of_a_request_keeps_its_id():
    app, seen = Celery("ids", broker="memory://", set_as_current=False), []

    @app.task(shared=False)
    def note_id():
        seen.append(request_ids.current())

    with request_ids.use("from-the-proxy"):
        note_id.apply()
        assert request_ids.current() == "from-the-proxy"
    assert seen == ["from-the-proxy"]


@pytest.mark.django_db
def test_the_mail_of_a_notice_carries_the_id_of_the_request_that_led_to_it(mailoutbox):
    with request_ids.use("from-the-proxy"):
        notify(kind="demand_closed", to=[factories.user()], event_key="k", context=FACTS)
    assert Notice.objects.get().request_id == "from-the-proxy"
    with request_ids.use("a-later-task"), mail.Post() as post:
        outbox.attempt(outbox.claim(outbox.mail_due(), 1)[0], post.send_delivery)
    assert mailoutbox[0].extra_headers["X-Request-ID"] == "from-the-proxy"


@pytest.mark.django_db
def test_the_answer_and_the_log_name_the_id_that_the_proxy_sent(client, caplog):
    answer = client.get(reverse("health_live"), headers={"X-Request-ID": "from-the-proxy"})
    assert answer["X-Request-ID"] == "from-the-proxy"


def test_a_log_line_in_json_has_the_id(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "json")
    record = logging.LogRecord("matchmaker.x", logging.INFO, "", 1, "hello\n%s", ("you",), None)
    with request_ids.use("from-the-proxy"):
        row = json.loads(Line().format(record))
    assert (row["message"], row["request_id"], row["level"]) == ("hello⏎you", "from-the-proxy", "INFO")
