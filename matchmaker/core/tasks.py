"""Tasks on files, and how tasks are started."""

import contextlib
import logging

from celery import Task, shared_task
from celery.signals import before_task_publish, task_postrun, task_prerun
from kombu.exceptions import OperationalError

from matchmaker.core import request_ids
from matchmaker.core.storage import remove_unclaimed_files

logger = logging.getLogger(__name__)


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


@shared_task(name="core.remove_unclaimed_files")
def remove_unclaimed() -> None:
    if count := remove_unclaimed_files():
        logger.info("%d files without a row were removed", count)
