"""Tasks of campaigns."""

from celery import shared_task

from matchmaker.campaigns.services import approval, bulk, company_invitations, letters
from matchmaker.core.tasks import start


@shared_task(name="campaigns.send_letters")
def send_letters() -> None:
    """Send the letters that wait for people without an account."""
    letters.send_waiting()
    company_invitations.send_waiting()


@shared_task(name="campaigns.write_reminders")
def write_reminders() -> None:
    """Write the reminders of invitations to companies that no one has answered."""
    company_invitations.write_reminders()


@shared_task(name="campaigns.remind_of_answers")
def remind_of_answers() -> None:
    """In the morning: which companies the team has promised an answer by tomorrow, and which wait longer."""
    approval.remind_of_answers()


def start_letters() -> None:
    start(send_letters)


@shared_task(name="campaigns.work_on_bulk", time_limit=240, soft_time_limit=200)
def work_on_bulk() -> None:
    """Work on the actions on many companies that wait."""
    bulk.work_waiting()
    bulk.forget_prepared()


def start_bulk() -> None:
    start(work_on_bulk)
