"""An address that bounces permanently, or whose owner complains, gets no more mail until the owner asks for it."""

from anymail.signals import EventType, tracking
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from matchmaker.notifications.models import Delivery, Promise, Suppression

REASONS = {
    EventType.BOUNCED: "mail to this address came back",
    EventType.COMPLAINED: "a mail was reported as unwanted",
    EventType.REJECTED: "the mail service refuses this address",
}


@receiver(tracking, dispatch_uid="matchmaker.notifications.bounces")
def handle_tracking_event(sender, event, **kwargs) -> None:
    """A mail service reports what became of a mail; soft failures that it repeats itself are no reason to stop."""
    if event.event_type in REASONS and event.recipient:
        suppress(address=event.recipient, reason=REASONS[event.event_type])


@transaction.atomic
def suppress(*, address: str, reason: str) -> Suppression:
    """Stop writing to an address, also what waits already; a second report changes nothing."""
    row, _new = Suppression.objects.get_or_create(address=address.lower(), defaults={"reason": reason[:200]})
    waiting = Delivery.objects.waiting().filter(
        channel="email", notice__recipient__email__iexact=address, lease_token__isnull=True
    )
    waiting.update(state=Promise.State.CANCELLED, finished_at=timezone.now(), last_error=f"Not sent: {reason}"[:300])
    return row


def of(person) -> Suppression | None:
    return Suppression.objects.filter(address=person.email.lower()).first()


def lift(*, by) -> None:
    """Write to this person's address again, because she says that it works."""
    Suppression.objects.filter(address=by.email.lower()).delete()
