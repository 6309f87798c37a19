"""What a person wants to hear, when, and which addresses must not be written to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line


class Frequency(models.TextChoices):
    NOW = "now", _("at once")
    DAILY = "daily", _("once a day")
    WEEKLY = "weekly", _("once a week")
    NEVER = "never", pgettext_lazy("how often notices come", "never")


class Preference(models.Model):
    """Where a person differs from the default: one topic, one channel."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences", db_index=False
    )
    topic = models.CharField(max_length=30)
    channel = models.CharField(max_length=20)
    frequency = models.CharField(max_length=10, choices=Frequency)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "topic", "channel"], name="preference_once"),
            models.CheckConstraint(
                condition=Q(channel="email") | Q(frequency__in=["now", "never"]), name="only_mail_is_gathered"
            ),
        ]

    def __str__(self):
        return f"{self.topic} by {self.channel}: {self.frequency}"


class Attention(models.Model):
    """When a person wants quiet, and where short messages reach her."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attention")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)  # in the person's own time zone
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    phone = models.CharField(_("mobile number"), max_length=30, blank=True, validators=[validate_one_line])
    wechat = models.CharField(_("WeChat ID"), max_length=60, blank=True, validators=[validate_one_line])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_both_ends",
            )
        ]

    def __str__(self):
        return f"attention of {self.user_id}"


class ChannelAddress(Public):
    """Where a person reads: the robot of her chat group, or one of her browsers. Its address is a secret of hers."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="channel_addresses", db_index=False)
    channel = models.CharField(max_length=20)
    url = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("secret for signing"), max_length=200, blank=True, validators=[validate_one_line])
    keys = models.JSONField(default=dict)  # of a browser: what messages to it are encrypted with
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "channel addresses"
        ordering = ["channel", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "channel", "url"], name="channel_address_once")]

    def __str__(self):
        return f"{self.channel} of {self.user_id}"


class Suppression(models.Model):
    """An address that bounced for good or complained: nothing is sent to it until the person lifts this."""

    address = models.EmailField(max_length=254, unique=True)  # lower case
    reason = models.CharField(max_length=200)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.address}: {self.reason}"
