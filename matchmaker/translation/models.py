"""Translations of what people wrote, as rows, and what the organisers decided about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a text is. The organisers decide for each kind whether it may go to an engine outside this site."""

    PRODUCT = "product", _("products")
    COMPANY = "company", _("descriptions of companies")
    DEMAND = "demand", _("demands that are open to everybody")
    PRIVATE_DEMAND = "private_demand", _("private demands")
    MESSAGE = "message", _("messages, quotes and questions")


PUBLIC_KINDS = (Kind.PRODUCT, Kind.COMPANY, Kind.DEMAND)


class Translation(models.Model):
    """One text in one other language, by one engine. It waits, is made by a task, or has failed.

    The digest is of the original: an edited text has another digest, so an old row is never shown for a new text.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("translated")
        REFUSED = "refused", _("refused by a check")
        FAILED = "failed", _("failed")

    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=10)
    target = models.CharField(max_length=10)
    kind = models.CharField(max_length=20, choices=Kind)
    original = models.TextField()
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    engine = models.CharField(max_length=40, blank=True)
    version = models.CharField(max_length=80, blank=True)
    problem = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "source", "target"], name="translation_once")]
        indexes = [
            models.Index(fields=["next_at"], name="translation_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self):
        return f"{self.source} → {self.target}: {self.original[:40]}"


class KindPolicy(models.Model):
    """What the organisers decided about one kind of text. Without a row: public texts may be sent, others may not."""

    kind = models.CharField(max_length=20, choices=Kind, unique=True)
    may_leave = models.BooleanField(_("may be sent to the engine"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self):
        return self.kind


class Usage(models.Model):
    """Characters sent in one month: the record of what left the site, compared with the budget."""

    month = models.DateField()  # its first day
    engine = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind)
    characters = models.PositiveBigIntegerField(default=0)
    texts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "engine", "kind"], name="translation_usage_once")]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.engine} {self.kind}"
