"""The bell of enquiries: no arguments, since the rows say what is to be done."""

from celery import shared_task

from matchmaker.messaging import services


@shared_task(name="messaging.keep_time")
def keep_time() -> None:
    """Remind whoever owes an answer, end requests nobody answered, ask weeks later what became of it."""
    services.expire_requests()
    services.remind_owing()
    services.ask_follow_ups()
