"""Bells of the post office: no arguments, since the rows say what is to be done."""

import contextlib

from celery import shared_task
from kombu.exceptions import OperationalError

from matchmaker.notifications import digests, mail, outbox, texts, webhooks


@shared_task(name="notifications.deliver_waiting")
def deliver_waiting() -> None:
    """Deliver the mail that waits, and wake the other channels. Any number may run at once."""
    outbox.be_seen()
    if outbox.text_due().exists():
        deliver_texts.apply_async(expires=60)
    if webhooks.due().exists():
        deliver_webhooks.apply_async(expires=60)
    mail.deliver_waiting()
    digests.gather()
    digests.deliver_waiting()
    if not outbox.is_held() and (outbox.mail_due().exists() or outbox.digests_due().exists()):
        deliver_waiting.apply_async(expires=60)


@shared_task(name="notifications.deliver_texts")
def deliver_texts() -> None:
    texts.deliver_waiting()


@shared_task(name="notifications.deliver_webhooks")
def deliver_webhooks() -> None:
    webhooks.deliver_waiting()


def start_delivery() -> None:
    """Wake a worker now instead of at the next tick. Without Redis nothing is lost: the timetable finds the row."""
    with contextlib.suppress(OperationalError, OSError):
        deliver_waiting.apply_async(expires=60, retry=False)
