"""Tasks of market access."""

from celery import shared_task

from matchmaker.market_access import services


@shared_task(name="market_access.remind_of_registrations")
def remind_of_registrations() -> None:
    """Once a day: tell of what ends, and let matching see what ended."""
    services.remind_of_registrations()
    services.lower_ended()


@shared_task(name="market_access.announce_coming_rules")
def announce_coming_rules() -> None:
    """Once a day: tell the suppliers of the rules that begin for their goods."""
    services.announce_coming_rules()
