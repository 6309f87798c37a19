"""Tasks of notifications. They take no arguments: the rows say what is to be done."""

from celery import shared_task

from matchmaker.core.tasks import start
from matchmaker.notifications import addresses, digests, mail, outbox, texts, webhooks


@shared_task(name="notifications.deliver_waiting")
def deliver_waiting() -> None:
    """Deliver the mail that waits, and start the other channels. Any number may run at once."""
    outbox.record_heartbeat()
    if outbox.text_due().exists():
        deliver_texts.apply_async(expires=60)
    if outbox.channels_due().exists():
        deliver_to_addresses.apply_async(expires=60)
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


@shared_task(name="notifications.deliver_to_addresses")
def deliver_to_addresses() -> None:
    addresses.deliver_waiting()


@shared_task(name="notifications.deliver_webhooks")
def deliver_webhooks() -> None:
    webhooks.deliver_waiting()


def start_delivery() -> None:
    start(deliver_waiting)
