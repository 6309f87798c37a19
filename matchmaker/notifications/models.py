"""The post office: what was promised to whom, and what became of it. It knows no word of the trade."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from matchmaker.core.ids import Public


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient=user) if user.is_authenticated else self.none()

    def unread(self):
        return self.filter(read_at__isnull=True)


class Notice(Public):
    """One thing one person is told. The in-app list shows this row; mail and others are its deliveries."""

    kind = models.CharField(max_length=60)  # folder name below templates/notifications/
    event_key = models.CharField(max_length=160)  # the same happening always has the same key
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    context = models.JSONField(default=dict)  # everything the templates may show, and nothing private to others
    path = models.CharField(max_length=300, blank=True)  # where on the site to act on it
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["event_key", "recipient"], name="notice_once_per_person")]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_of_person"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self):
        return f"{self.kind} to {self.recipient_id}"


class Delivery(models.Model):
    """The promise to bring one notice through one channel: claimed by a lease, done once, or parked where a person sees it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        PARKED = "parked"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # also the Message-ID
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_per_channel")]
        indexes = [models.Index(fields=["not_before"], condition=Q(state="waiting"), name="delivery_waiting")]

    def __str__(self):
        return f"{self.channel} {self.state} {self.id}"
