"""The time in which no mail can leave, because the mail server cannot be reached or refuses our password."""

import logging

from django.utils import timezone

from matchmaker.notifications.models import Outage

log = logging.getLogger(__name__)


def begin(reason: str) -> None:
    """Write down that no mail can leave; the first time it is logged, every time `seen_at` moves on."""
    now, why = timezone.now(), " ".join(reason.split())[:300]
    if Outage.objects.filter(pk=1).update(seen_at=now, reason=why):
        return
    Outage.objects.get_or_create(pk=1, defaults={"since": now, "seen_at": now, "reason": why})
    log.error("No mail can leave: %s", why)


def end() -> None:
    """A letter left, or the server answered again."""
    if Outage.objects.all().delete()[0]:
        log.warning("Mail leaves again.")
