"""Tasks of accounts."""

from celery import shared_task
from django.db import transaction

from matchmaker.accounts import changes, idempotency, letters
from matchmaker.core.tasks import start


@shared_task(name="accounts.send_letters")
def send_letters() -> None:
    """Send the letters about accounts that wait."""
    letters.send_waiting()


@shared_task(name="accounts.forget_stored_answers")
def forget_stored_answers() -> None:
    idempotency.forget_old()
    changes.forget_old()


@shared_task(name="accounts.forget_old_letters")
def forget_old_letters() -> None:
    letters.forget_old()


def start_letters() -> None:
    start(send_letters)


def start_letters_on_commit() -> None:
    transaction.on_commit(start_letters)
