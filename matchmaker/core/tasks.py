"""Tasks on files, and how tasks are started."""

import contextlib
import logging

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from matchmaker.core.storage import remove_unclaimed_files

logger = logging.getLogger(__name__)


def start(task: Task) -> None:
    """Start a task now instead of at its next time. Without Redis nothing is lost: the timetable finds the rows."""
    with contextlib.suppress(OperationalError, OSError):
        task.apply_async(expires=60, retry=False)


@shared_task(name="core.remove_unclaimed_files")
def remove_unclaimed() -> None:
    if count := remove_unclaimed_files():
        logger.info("%d files without a row were removed", count)
