"""The tables of notifications."""

from matchmaker.notifications.models.leases import Lease
from matchmaker.notifications.models.outbox import (
    Delivery,
    Digest,
    Heartbeat,
    Hold,
    Notice,
    Outage,
    Promise,
    PromiseQuerySet,
    kinds,
    other_letters,
)
from matchmaker.notifications.models.people import Attention, ChannelAddress, Frequency, Preference, Suppression
from matchmaker.notifications.models.texts import Announcement, MutedKind, Wording
from matchmaker.notifications.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
