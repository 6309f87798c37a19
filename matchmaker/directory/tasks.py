"""Tasks of the directory."""

from celery import shared_task

from matchmaker.directory import services
from matchmaker.directory.index_service import index_service
from matchmaker.notifications.tasks import start_delivery


@shared_task(name="directory.refresh")
def refresh() -> None:
    """Bring the indexes up to date; tidy them in a task of its own when it is worth it."""
    if index_service().refresh_all():
        compact.delay()


@shared_task(name="directory.compact")
def compact() -> None:
    """Make the indexes smaller and faster."""
    index_service().tidy_all()


@shared_task(name="directory.look_for_news")
def look_for_news() -> None:
    """Notify people of new entries that their saved searches find."""
    if sum(services.look_for_news(search) for search in services.due_searches()):
        start_delivery()
