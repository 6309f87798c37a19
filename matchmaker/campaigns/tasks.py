"""Bells of the campaigns' floor."""

import contextlib

from celery import shared_task
from kombu.exceptions import OperationalError

from matchmaker.campaigns.services import letters


@shared_task(name="campaigns.send_letters")
def send_letters() -> None:
    """Send the letters that wait for people without an account."""
    letters.send_waiting()


def start_letters() -> None:
    """Wake a worker now; without Redis the timetable finds the rows."""
    with contextlib.suppress(OperationalError, OSError):
        send_letters.apply_async(expires=60, retry=False)
