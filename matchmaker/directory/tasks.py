"""Bells of the directory."""

from celery import shared_task

from matchmaker.directory import keeping, services
from matchmaker.notifications.tasks import ring as ring_post_office


@shared_task(name="directory.refresh")
def refresh() -> None:
    """Bring this machine's copy of the index up to date; making its files few again is rung for when it is worth it."""
    if keeping.refresh_all():
        compact.delay()


@shared_task(name="directory.compact")
def compact() -> None:
    """Several segments as one."""
    keeping.compact_all()


@shared_task(name="directory.look_for_news")
def look_for_news() -> None:
    """Tell of new entries under saved searches."""
    if sum(services.look_for_news(search) for search in services.due_searches()):
        ring_post_office()
