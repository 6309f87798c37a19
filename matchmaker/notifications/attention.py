"""When a person may be notified, in the person's own time zone."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from matchmaker.core.clocks import known_zone, usual_zone
from matchmaker.notifications import topics
from matchmaker.notifications.models import Attention
from matchmaker.notifications.outbox import Later


def respect_quiet_hours(person, topic: str) -> None:
    """
    Raises:
        Later: it is quiet time for the person now, and this is no security matter.
    """
    wish: Attention | None = getattr(person, "attention", None)
    if wish is None or wish.quiet_from is None or wish.quiet_until is None or topic == topics.ACCOUNT:
        return
    until = quiet_until(timezone.now(), zone(person), wish.quiet_from, wish.quiet_until)
    if until:
        raise Later(until)


def quiet_until(now: datetime, place: ZoneInfo, starts: time, ends: time) -> datetime | None:
    """When the quiet that holds now ends; None when it is not quiet. Quiet may run over midnight."""
    here = now.astimezone(place)
    clock = here.time().replace(tzinfo=None)
    quiet = starts <= clock < ends if starts <= ends else clock >= starts or clock < ends
    if not quiet:
        return None
    day = here.date() if clock < ends else here.date() + timedelta(days=1)
    return datetime.combine(day, ends, tzinfo=place)


def zone(person) -> ZoneInfo:
    """The person's time zone, or the usual one of her language."""
    return known_zone(person.time_zone) or usual_zone(person.language)
