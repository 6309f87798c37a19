"""Texts that the team of the site writes: custom wording for a kind of notice, and announcements."""

import hashlib
import json

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text

ALONE = 1000  # people at most whom one person may write to without a second one's consent


class Wording(Public):
    """Subject and body of one kind of notice in one language, in place of the templates' own."""

    kind = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    variant = models.PositiveSmallIntegerField(default=0)  # see `wording.variants`
    subject = models.CharField(_("subject"), max_length=200, validators=[validate_one_line])
    body = models.TextField(_("text"), max_length=5000, validators=[validate_text, MaxLengthValidator(5000)])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "language", "variant"], name="wording_once")]

    def __str__(self):
        return f"{self.kind} in {self.language}"


class MutedKind(models.Model):
    """A kind of notice that is shown on the site only: no mail is sent."""

    kind = models.CharField(max_length=60, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"no letters of {self.kind}"


class Announcement(Public):
    """A letter to many, written by hand. Its notices point to this row, so that a long text is stored once."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        WAITING = "waiting", _("waiting for a second person")
        SENT = "sent", _("sent")

    owner_uid = models.UUIDField(db_index=True)  # the organisation that writes
    sender = models.JSONField(default=dict)  # its name by language
    audience = models.JSONField(default=dict)  # who is meant, in the terms of the layer that selects the people
    texts = models.JSONField(default=dict)  # language → {"subject", "body"}
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    reached = models.PositiveIntegerField(default=0)  # people

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="announcement_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(reached__lte=ALONE) | (Q(agreed_by__isnull=False) & ~Q(agreed_by=F("written_by"))),
                name="announcement_to_many_by_two",
            ),
        ]

    def __str__(self):
        return f"announcement {self.uid}"

    @property
    def revision(self) -> str:
        """Another one after each change of who is meant or what they read."""
        written = json.dumps([self.audience, self.texts], sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()

    @property
    def event_key(self) -> str:
        """Under which its notices stand."""
        return f"announcement:{self.uid}"
