"""Tasks of imports and feeds."""

from celery import shared_task

from matchmaker.core.tasks import start
from matchmaker.imports import services
from matchmaker.matching.tasks import start_matching
from matchmaker.notifications.tasks import start_delivery


@shared_task(name="imports.work_waiting")
def work_waiting() -> None:
    """Read, apply or undo the imports that wait; then match what was published and send the letters about it."""
    if services.work_waiting():
        start_matching()
        start_delivery()


@shared_task(name="imports.work_feeds")
def work_feeds() -> None:
    """Read the feeds that are due; their rows are applied like those of a sheet."""
    if services.work_feeds():
        start_imports()


@shared_task(name="imports.forget_old")
def forget_old() -> None:
    services.forget_old()
    services.forget_readings()


@shared_task(name="imports.read_pictures")
def read_pictures() -> None:
    """Read the photographs that wait for the fields of a form."""
    services.read_waiting()


def start_imports() -> None:
    start(work_waiting)


def start_feeds() -> None:
    start(work_feeds)


def start_readings() -> None:
    start(read_pictures)
