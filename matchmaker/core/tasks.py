"""Tasks on files, and how tasks are started."""

import contextlib
import logging
import time
from contextvars import ContextVar

import redis
from celery import Task, shared_task
from celery.signals import before_task_publish, task_postrun, task_prerun
from celery.states import FAILURE
from django.conf import settings
from kombu.exceptions import OperationalError

from matchmaker.core import request_ids
from matchmaker.core.storage import remove_unclaimed_files

logger = logging.getLogger(__name__)
ends = logging.getLogger("site.tasks")
FAILURES = "mm:task-failures"
_began: ContextVar[float] = ContextVar("task_began", default=0.0)


def start(task: Task) -> None:
    """Start a task now instead of at its next time. Without Redis nothing is lost: the timetable finds the rows."""
    with contextlib.suppress(OperationalError, OSError):
        task.apply_async(expires=60, retry=False)


@before_task_publish.connect
def _send_request_id(headers: dict, **_signal) -> None:
    if request_ids.current():
        headers["request_id"] = request_ids.current()


@task_prerun.connect
def _use_request_id(task: Task, task_id: str, **_signal) -> None:
    """A task of the timetable has an id of its own, so that its lines belong together in the log."""
    if not task.request.is_eager:
        _began.set(time.perf_counter())
        request_ids.begin(getattr(task.request, "request_id", None) or task_id)


@task_postrun.connect
def _end(task: Task, task_id: str, state: str | None = None, **_signal) -> None:
    """One line for each task. Its arguments stay out of the log; the request that caused it is its `request_id`."""
    if task.request.is_eager:
        return
    facts = {
        "task": task.name,
        "task_id": task_id,
        "outcome": str(state).lower(),
        "duration_ms": round((time.perf_counter() - _began.get()) * 1000),
        "retries": task.request.retries or 0,
    }
    ends.info("%(task)s: %(outcome)s in %(duration_ms)s ms", facts, extra=facts)
    if state == FAILURE:
        _count_failure(task.name)
    request_ids.end()


def _count_failure(name: str) -> None:
    """In Redis, for all machines: it may be emptied, and a monitor takes that for a restart of the counter."""
    with (
        contextlib.suppress(redis.RedisError),
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as server,
    ):
        server.hincrby(FAILURES, name, 1)


def failures() -> dict[str, int]:
    """Task → how many of its runs failed since Redis was emptied; nothing while Redis is away."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as server:
            counts = server.hgetall(FAILURES).items()  # type: ignore[union-attr]
            return {name.decode(): int(count) for name, count in counts}
    except redis.RedisError:
        return {}


@shared_task(name="core.remove_unclaimed_files")
def remove_unclaimed() -> None:
    if count := remove_unclaimed_files():
        logger.info("%d files without a row were removed", count)
