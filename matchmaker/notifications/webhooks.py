"""Programs that are told by signed HTTP requests."""

from matchmaker.notifications.models import WebhookDelivery


def due():
    return WebhookDelivery.objects.none()


def deliver_waiting() -> None: ...
