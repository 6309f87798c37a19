"""Tasks on files, and how tasks are started."""

import contextlib
import logging

import redis
from celery import Task, shared_task
from celery.signals import before_task_publish, task_failure, task_postrun, task_prerun
from django.conf import settings
from kombu.exceptions import OperationalError

from matchmaker.core import request_ids
from matchmaker.core.storage import remove_unclaimed_files

logger = logging.getLogger(__name__)
FAILURES = "mm:task_failures"  # a hash in Redis


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
        request_ids.begin(getattr(task.request, "request_id", None) or task_id)


@task_postrun.connect
def _forget_request_id(task: Task, **_signal) -> None:
    if not task.request.is_eager:
        request_ids.end()


@task_failure.connect
def _count_failure(sender: Task, **_signal) -> None:
    """Count it in Redis, which workers of all machines share; without Redis no task runs."""
    with contextlib.suppress(redis.RedisError), _redis() as server:
        server.hincrby(FAILURES, sender.name, 1)


def failures() -> dict[str, int]:
    """Task → how often it ended in an error since Redis was last emptied; empty without Redis."""
    with contextlib.suppress(redis.RedisError), _redis() as server:
        return {name.decode(): int(count) for name, count in server.hgetall(FAILURES).items()}  # type: ignore[union-attr]
    return {}


def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


@shared_task(name="core.remove_unclaimed_files")
def remove_unclaimed() -> None:
    if count := remove_unclaimed_files():
        logger.info("%d files without a row were removed", count)
