"""Tasks of enquiries."""

from celery import shared_task

from matchmaker.matching.services import release_early
from matchmaker.messaging import services
from matchmaker.notifications.tasks import start_delivery


@shared_task(name="messaging.keep_time")
def keep_time() -> None:
    """Remind the side that owes an answer, end requests without an answer, ask weeks later about the outcome."""
    services.expire_enquiries()
    services.remind_owing()
    services.ask_follow_ups()


@shared_task(name="messaging.send_what_waited")
def send_what_waited() -> None:
    """Answers and first messages of companies that were approved since: the answers first, they open the way."""
    answered = release_early()
    if answered + services.send_prepared():
        start_delivery()
