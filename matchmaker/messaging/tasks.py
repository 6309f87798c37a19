"""Tasks of enquiries."""

from celery import shared_task

from matchmaker.messaging import services


@shared_task(name="messaging.keep_time")
def keep_time() -> None:
    """Remind the side that owes an answer, end requests without an answer, ask weeks later about the outcome."""
    services.expire_enquiries()
    services.remind_owing()
    services.ask_follow_ups()
