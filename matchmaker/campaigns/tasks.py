"""Tasks of campaigns."""

from celery import shared_task

from matchmaker.campaigns.services import letters
from matchmaker.core.tasks import start


@shared_task(name="campaigns.send_letters")
def send_letters() -> None:
    """Send the letters that wait for people without an account."""
    letters.send_waiting()


def start_letters() -> None:
    start(send_letters)
