"""Who may write to whom, and how often."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text
from matchmaker.messaging.models.enquiries import Enquiry, Message, Side


class ContactLimit(models.Model):
    """How many companies one may write to for the first time, by how well one's own company is checked."""

    level = models.PositiveSmallIntegerField(primary_key=True, choices=Company.Verification)
    per_day = models.PositiveSmallIntegerField(_("first messages a day"))
    open_requests = models.PositiveSmallIntegerField(_("requests without a match that wait at the same time"))

    class Meta:
        ordering = ["level"]

    def __str__(self):
        return f"{self.level}: {self.per_day}/{self.open_requests}"


class ContactUse(models.Model):
    """One of the day's first messages. The database itself refuses one more than allowed on that day."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="contact_uses")
    day = models.DateField()
    number = models.PositiveSmallIntegerField()
    allowed = models.PositiveSmallIntegerField()
    enquiry = models.OneToOneField(Enquiry, models.CASCADE, related_name="use")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "day", "number"], name="contact_number_once_a_day"),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(number__lte=F("allowed")), name="contacts_within_the_limit"
            ),
        ]

    def __str__(self):
        return f"{self.company_id} {self.day} {self.number}/{self.allowed}"


class ContactPreference(models.Model):
    """From whom a company takes enquiries."""

    class Takes(models.TextChoices):
        EVERYONE = "everyone", _("from every approved company")
        MATCHED = "matched", _("only from companies we match with")
        NOBODY = "nobody", _("from nobody; we write first")

    company = models.OneToOneField(Company, models.CASCADE, primary_key=True, related_name="contact_preference")
    takes = models.CharField(_("we take enquiries"), max_length=10, choices=Takes, default=Takes.EVERYONE)

    def __str__(self):
        return f"{self.company_id} {self.takes}"


class BlockQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A company sees whom it blocked, never who blocked it."""
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()

    def between(self, one, other):
        return self.filter(Q(company=one, other=other) | Q(company=other, other=one))


class Block(models.Model):
    """A company does not want to hear from another."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="blocks")
    other = models.ForeignKey(Company, models.CASCADE, related_name="blocked_by")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "other"], name="blocked_once"),
            models.CheckConstraint(condition=~Q(company=F("other")), name="nobody_blocks_herself"),
        ]

    def __str__(self):
        return f"{self.company_id} blocks {self.other_id}"


class ReportQuerySet(models.QuerySet):
    def open(self):
        return self.filter(decision=Report.Decision.OPEN)

    def visible_to(self, user):
        """Those one's own side made."""
        if not user.is_authenticated:
            return self.none()
        own = Company.objects.of(user).values("pk")
        return self.filter(
            Q(side=Side.SUPPLIER, message__enquiry__supplier__in=own)
            | Q(side=Side.BUYER, message__enquiry__buyer__in=own)
        )


class Report(Public):
    """The receiver says that a message is junk or worse; the campaign's team decides about it."""

    class Reason(models.TextChoices):
        JUNK = "junk", _("advertising or junk")
        FRAUD = "fraud", _("fraud or phishing")
        ABUSE = "abuse", _("insult or threat")
        PROHIBITED = "prohibited", _("prohibited goods")
        OTHER = "other", _("something else")

    class Decision(models.TextChoices):
        OPEN = "", _("waiting")
        UPHELD = "upheld", _("upheld: the message is taken out")
        DISMISSED = "dismissed", _("dismissed: the message stays")

    message = models.ForeignKey(Message, models.CASCADE, related_name="reports")
    side = models.CharField(max_length=10, choices=Side)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(_("why"), max_length=12, choices=Reason)
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])
    created_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=10, blank=True, choices=Decision)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["message"], name="message_reported_once")]

    def __str__(self):
        return f"{self.reason} {self.decision or '?'}"
