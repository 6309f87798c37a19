"""Bells of accounts."""

from celery import shared_task

from matchmaker.accounts import once


@shared_task(name="accounts.forget_stored_answers")
def forget_stored_answers() -> None:
    once.forget_old()
