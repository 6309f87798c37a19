"""Programs that want to be told: where, what was sent, and what they answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line
from matchmaker.notifications.models.outbox import Promise


class WebhookEndpoint(Public):
    """The address of a program of a person or an organisation.

    It belongs to a person (`user`) or to an organisation named by its uid (`owner_uid`). Its secrets are derived from
    the site's key, the uid and the generation, so that no copy of the database holds one.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="webhook_endpoints"
    )
    owner_uid = models.UUIDField(null=True, blank=True, db_index=True)
    url = models.CharField(_("address"), max_length=500)
    name = models.CharField(_("name"), max_length=80, validators=[validate_one_line])
    types = models.JSONField(default=list)  # event types; empty means all
    generation = models.PositiveIntegerField(default=1)
    previous_until = models.DateTimeField(null=True, blank=True)  # till then the secret before this one signs too
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    open_until = models.DateTimeField(null=True, blank=True)  # the breaker: nothing is sent before

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, owner_uid__isnull=True) | Q(user__isnull=True, owner_uid__isnull=False),
                name="endpoint_has_one_owner",
            )
        ]

    def __str__(self):
        return self.name


class WebhookDelivery(Promise):
    """One event for one endpoint; `id` is its webhook-id, the same on every repeat."""

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries", db_index=False)
    event_type = models.CharField(max_length=60)
    event_key = models.CharField(max_length=160)
    payload = models.JSONField(default=dict)  # thin: type, time, ids; the program fetches the rest

    class Meta(Promise.Meta):
        verbose_name_plural = "webhook deliveries"
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(fields=["endpoint", "event_key"], name="webhook_once_per_event"),
        ]
        indexes = [
            models.Index(fields=["endpoint", "not_before"], condition=Q(state="waiting"), name="webhook_waiting"),
        ]

    def __str__(self):
        return f"{self.event_type} {self.id}"


class WebhookAttempt(models.Model):
    """One try, written before the socket opens. Of the answer only status and time are stored."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="tries")
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField(null=True)  # null: never came back
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.status or self.error or 'open'} at {self.started_at}"
