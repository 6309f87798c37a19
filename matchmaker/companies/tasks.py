"""Bells of the companies' floor."""

import contextlib

from celery import shared_task
from kombu.exceptions import OperationalError

from matchmaker.companies import invitations


@shared_task(name="companies.send_invitations")
def send_invitations() -> None:
    """Send the invitations that wait for people without an account."""
    invitations.send_waiting()


def ring() -> None:
    """Wake a worker now; without Redis the timetable finds the rows."""
    with contextlib.suppress(OperationalError, OSError):
        send_invitations.apply_async(expires=60, retry=False)
