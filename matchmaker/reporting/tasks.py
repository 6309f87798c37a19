"""Tasks of reporting."""

from celery import shared_task

from matchmaker.core.tasks import start
from matchmaker.reporting import services


@shared_task(name="reporting.send_surveys")
def send_surveys() -> None:
    """Ask the people of events that are over."""
    services.send_surveys()


@shared_task(name="reporting.count_reports", time_limit=600, soft_time_limit=540)
def count_reports() -> None:
    """Count the reports of many companies that were requested."""
    services.count_waiting()


def start_counting() -> None:
    start(count_reports)
