"""Tasks of translation."""

from celery import shared_task

from matchmaker.core.tasks import start
from matchmaker.translation import services


@shared_task(name="translation.translate_waiting")
def translate_waiting() -> None:
    """Translate what waits, and go on at once while there is more."""
    if services.translate_waiting():
        start(translate_waiting)
