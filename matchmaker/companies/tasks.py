"""Bells of the companies' floor."""

import contextlib

from celery import shared_task
from kombu.exceptions import OperationalError

from matchmaker.companies import domains, invitations, verification


@shared_task(name="companies.send_invitations")
def send_invitations() -> None:
    """Send the invitations that wait for people without an account, and the letters that prove a domain."""
    invitations.send_waiting()
    domains.send_waiting()


@shared_task(name="companies.lower_expired_levels")
def lower_expired_levels() -> None:
    """Evidence that ran out is not shown any more."""
    verification.lower_expired()


def start_invitations() -> None:
    """Wake a worker now; without Redis the timetable finds the rows."""
    with contextlib.suppress(OperationalError, OSError):
        send_invitations.apply_async(expires=60, retry=False)
