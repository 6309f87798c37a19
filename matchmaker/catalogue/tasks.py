"""Tasks of the catalogue."""

from celery import shared_task

from matchmaker.catalogue import services


@shared_task(name="catalogue.close_expired_demands")
def close_expired_demands() -> None:
    services.close_expired_demands()


@shared_task(name="catalogue.remind_of_closing")
def remind_of_closing() -> None:
    services.remind_of_closing()
