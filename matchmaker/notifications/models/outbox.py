"""Notices, their deliveries, and the state of each delivery."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from matchmaker.core.ids import new_id
from matchmaker.core.leases import unleased
from matchmaker.core.multilingual_texts import Texts
from matchmaker.notifications.models.people import Frequency


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(recipient=user, in_app=True).due() if user.is_authenticated else self.none()

    def due(self):
        """Without those that were written for a later moment."""
        return self.exclude(not_before__gt=timezone.now())

    def unread(self):
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing one person is told. The in-app list shows this row; mail and others are its deliveries."""

    # Looked up among one person's notices only, so without an index of its own.
    uid = models.UUIDField(default=new_id, editable=False)
    kind = models.CharField(max_length=60)  # the file name below templates/notifications/
    topic = models.CharField(max_length=30)
    event_key = models.CharField(max_length=160)  # the same happening always has the same key
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    # The organisation she is told for, named by its uid: nothing of it reaches her once she has left (`take_back`).
    about = models.UUIDField(null=True, blank=True)
    context = models.JSONField(default=dict)  # everything the templates may show, and nothing private to others
    path = models.CharField(max_length=300, blank=True)  # where on the site to act on it
    in_app = models.BooleanField(default=True)  # false where the person wants this topic by mail only
    created_at = models.DateTimeField(auto_now_add=True)
    not_before = models.DateTimeField(null=True, blank=True)  # written ahead, as a reminder is: not shown before
    read_at = models.DateTimeField(null=True, blank=True)
    # Of the request that led to it, for its mail and the log. The default in the database serves older code beside it.
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["event_key", "recipient"], name="notice_once_per_person")]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_of_person"),  # also counts what is unread
        ]

    def __str__(self):
        return f"{self.kind} to {self.recipient_id}"

    @property
    def part_of(self) -> str:
        """What it is part of, in the reader's language; "" for people who take part in one such thing only."""
        return str(Texts(self.context.get("part_of", {})))


LETTER = "letter"  # in the query of an address: the delivery whose link was followed


class PromiseQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Promise.State.WAITING)

    def parked(self):
        return self.filter(state=Promise.State.PARKED)

    def due(self, now):
        """Those a worker may claim: they are due and have no running lease."""
        return self.waiting().filter(unleased(now), not_before__lte=now)


class Promise(models.Model):
    """Something that has to be sent: claimed by a lease, sent once, or parked where a person sees it.

    `opened_at` is written before the socket opens and cleared after; a claim that finds it set knows that the worker
    before died in the middle, and counts it in `crashes`.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        PARKED = "parked"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # the stable name outside
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    tried_since = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    forgotten: Mapping[str, Any] = {}  # what fields become once it left or is no longer wanted: they held a secret

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", finished_at__isnull=True)
                | (~Q(state="waiting") & Q(finished_at__isnull=False, lease_token__isnull=True)),
                name="%(class)s_on_its_way_or_finished",
            )
        ]


def kinds() -> list[type[Promise]]:
    """Every table of promises, also of the layers above."""
    return [model for model in apps.get_models() if issubclass(model, Promise)]


def other_letters() -> dict[str, type[Promise]]:
    """The letters of the layers above by the name of their model, such as `teamseat`; none is left out."""
    own = (Digest, Delivery)
    return {
        kind._meta.model_name or "": kind
        for kind in kinds()
        if not issubclass(kind, own) and kind._meta.app_label != Notice._meta.app_label
    }


class Digest(Promise):
    """One morning's mail of one person: everything that was not worth a mail of its own."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    period = models.DateField()  # the recipient's own day

    class Meta(Promise.Meta):
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(fields=["recipient", "period"], name="digest_once_a_day"),
        ]
        indexes = [models.Index(fields=["not_before"], condition=Q(state="waiting"), name="digest_waiting")]

    def __str__(self):
        return f"digest of {self.period} to {self.recipient_id}"


class Delivery(Promise):
    """The promise to bring one notice through one channel, at once or in the next digest. `id` is the Message-ID."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=20)
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.NOW)
    digest = models.ForeignKey(
        Digest, models.SET_NULL, null=True, blank=True, related_name="deliveries", db_index=False
    )
    followed_at = models.DateTimeField(null=True, blank=True)  # when its reader first came by its link

    class Meta(Promise.Meta):
        verbose_name_plural = "deliveries"
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once_per_channel"),
        ]
        indexes = [
            models.Index(
                F("channel"),
                F("not_before"),
                condition=Q(state="waiting", frequency="now"),
                name="delivery_waiting",
            ),
            models.Index(
                F("notice"),
                condition=Q(state="waiting", digest__isnull=True) & ~Q(frequency="now"),
                name="delivery_to_gather",
            ),
            models.Index(fields=["digest"], condition=Q(digest__isnull=False), name="delivery_of_digest"),
            models.Index(
                fields=["state", "finished_at"], condition=Q(finished_at__isnull=False), name="delivery_finished"
            ),
        ]

    def __str__(self):
        return f"{self.channel} {self.state} {self.id}"

    @property
    def path(self) -> str:
        """Where its link leads: to the page of the notice, with the mark by which its reader's coming is counted."""
        page, hash_sign, place = self.notice.path.partition("#")
        return f"{page}{'&' if '?' in page else '?'}{LETTER}={self.pk}{hash_sign}{place}" if page else ""


class Hold(models.Model):
    """The one switch that stops everything from leaving; rows go on being written."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    reason = models.CharField(max_length=200)
    since = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="hold_is_one_row")]

    def __str__(self):
        return f"held since {self.since}: {self.reason}"


class Heartbeat(models.Model):
    """When the sweeper was last seen, so that its silence can be seen too."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="heartbeat_is_one_row")]

    def __str__(self):
        return f"seen {self.seen_at}"


class Outage(models.Model):
    """A mail server that cannot be reached: the row is there from the first failure to the next success."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()  # of the last try
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="outage_is_one_row")]

    def __str__(self):
        return f"no mail since {self.since}: {self.reason}"
