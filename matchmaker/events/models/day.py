"""What the day itself leaves behind: devices at the gates, their scans, badges taken back, contacts kept."""

import hashlib
import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.events.models.event import Event
from matchmaker.events.models.participants import Attendee, EventParticipation


def new_secret() -> str:
    return secrets.token_urlsafe(24)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class GateDeviceQuerySet(models.QuerySet):
    def of_secret(self, secret: str):
        """The device that holds this secret, taken back or not."""
        return self.filter(digest=digest_of(secret)).select_related("event__campaign").first()


class GateDevice(Public):
    """A phone at a gate. Its secret lets people into one event and does nothing else; we keep only its digest."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="gate_devices")
    gate = models.CharField(_("gate"), max_length=40, validators=[validate_one_line])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = GateDeviceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("device at a gate")

    def __str__(self):
        return self.gate


class Scan(Public):
    """One badge held before one device, whatever came of it. Its `key` is the device's own: sent twice, kept once."""

    class Outcome(models.TextChoices):
        ENTERED = "entered", _("let in")
        AGAIN = "again", _("was in already")
        REFUSED = "refused", _("refused")

    device = models.ForeignKey(GateDevice, models.CASCADE, related_name="scans")
    key = models.UUIDField()
    code = models.CharField(max_length=64, blank=True)
    attendee = models.ForeignKey(Attendee, models.SET_NULL, null=True, blank=True, related_name="scans")
    scanned_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=30, blank=True)  # the code of a refusal
    seen_at = models.DateTimeField(null=True, blank=True)  # a member of the team has dealt with it

    class Meta:
        ordering = ["-id"]
        verbose_name = _("scan")
        constraints = [models.UniqueConstraint(fields=["device", "key"], name="scan_once")]

    def __str__(self):
        return f"{self.code} {self.outcome}"


class RevokedBadge(models.Model):
    """A code that was replaced: anyone who shows it is told so instead of being let in."""

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="revoked")
    code = models.CharField(max_length=10, unique=True)
    revoked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.code


class SavedContactQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those one's own companies have kept."""
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()

    def saved_at_event(self, event, company):
        """What a company has saved at an event, the most promising first."""
        rows = self.filter(company=company, attendee__participation__event=event)
        return rows.select_related("company", "attendee__participation__company").order_by(
            F("score").desc(nulls_last=True), "-pk"
        )


class SavedContact(Public):
    """A visitor whose badge was scanned by another participant, kept with the visitor's consent.

    What may be read is what the visitor's company shares now: with the consent withdrawn the entry shows a name only.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="saved_contacts")
    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="saved_by")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])
    score = models.PositiveSmallIntegerField(
        _("how promising, 1 to 5"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    saved_at = models.DateTimeField(auto_now_add=True)

    objects = SavedContactQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("contact")
        constraints = [models.UniqueConstraint(fields=["company", "attendee"], name="contact_kept_once")]

    def __str__(self):
        return f"{self.company_id} keeps {self.attendee_id}"


class AgendaReminder(models.Model):
    """A company was reminded of a day's meetings. The row is why it happens once, however often the bell rings."""

    participation = models.ForeignKey(EventParticipation, models.CASCADE, related_name="reminders")
    day = models.DateField()
    first_at = models.DateTimeField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["participation", "day"], name="reminded_once_a_day")]

    def __str__(self):
        return f"{self.participation_id} {self.day}"
