"""Tasks of companies."""

from celery import shared_task

from matchmaker.companies import domains, invitations, verification
from matchmaker.core.tasks import start


@shared_task(name="companies.send_invitations")
def send_invitations() -> None:
    """Send the invitations that wait for people without an account, and the letters that prove a domain."""
    invitations.send_waiting()
    domains.send_waiting()


@shared_task(name="companies.lower_expired_levels")
def lower_expired_levels() -> None:
    """Show no level of verification whose evidence has expired."""
    verification.lower_expired()


def start_invitations() -> None:
    start(send_invitations)
