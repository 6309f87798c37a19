"""Tasks of reporting."""

from celery import shared_task

from matchmaker.reporting import services


@shared_task(name="reporting.send_surveys")
def send_surveys() -> None:
    """Ask the people of events that are over."""
    services.send_surveys()
