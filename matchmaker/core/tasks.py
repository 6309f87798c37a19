"""Timed work on files."""

import logging

from celery import shared_task

from matchmaker.core.storage import remove_unclaimed_files

logger = logging.getLogger(__name__)


@shared_task(name="core.remove_unclaimed_files")
def remove_unclaimed() -> None:
    if count := remove_unclaimed_files():
        logger.info("%d files without a row were removed", count)
