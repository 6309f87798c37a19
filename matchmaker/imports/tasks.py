"""Bells of imports."""

import contextlib

from celery import shared_task
from kombu.exceptions import OperationalError

from matchmaker.imports import services
from matchmaker.matching.tasks import start_matching


@shared_task(name="imports.work_waiting")
def work_waiting() -> None:
    """Read, bring in or undo what waits; what was published is matched next."""
    if services.work_waiting():
        start_matching()


@shared_task(name="imports.work_feeds")
def work_feeds() -> None:
    """Read what is due; the rows come in as those of a sheet do."""
    if services.work_feeds():
        start_imports()


@shared_task(name="imports.forget_old")
def forget_old() -> None:
    services.forget_old()


def start_imports() -> None:
    """Wake a worker now instead of at the next tick. Without Redis nothing is lost: the timetable finds the row."""
    _ring(work_waiting)


def start_feeds() -> None:
    """The same for feeds."""
    _ring(work_feeds)


def _ring(task) -> None:
    with contextlib.suppress(OperationalError):
        task.apply_async(expires=60, retry=False)
