"""Tasks of events: no arguments, since the rows say what is to be done."""

from celery import shared_task

from matchmaker.core.tasks import start
from matchmaker.engines import planning
from matchmaker.events import services
from matchmaker.events.services import interpreters


# A plan may take three minutes; the limit stays below the 300 s after which Redis hands the message to another worker.
@shared_task(name="events.compute_plans", time_limit=240, soft_time_limit=225)
def compute_plans() -> None:
    """Compute the next waiting plan, and start again while there is more."""
    if services.compute_plan():
        start_planning()


@shared_task(name="events.get_ready")
def get_ready() -> None:
    """Load the compiled loops, or compile them the first time on a machine, so that the next plan does not wait."""
    planning.warm()


@shared_task(name="events.remind_of_meetings")
def remind_of_meetings() -> None:
    """Write the reminders that are due, and end requests for meetings that no one answered."""
    services.expire_requests()
    services.remind_of_meetings()
    services.remind_of_requests()
    services.remind_of_invitations()


@shared_task(name="events.send_letters")
def send_letters() -> None:
    """Write and send the letters to interpreters that are due."""
    services.tell_interpreters()
    interpreters.send_waiting()


def start_planning() -> None:
    """Wake a worker now instead of at the next tick. Without Redis nothing is lost: the timetable finds the row."""
    start(compute_plans)


def announce() -> None:
    """A person looks at the page from which plans are started."""
    start(get_ready)
