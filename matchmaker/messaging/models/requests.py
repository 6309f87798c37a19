"""What a buyer asks several suppliers to quote for, and what it adds to their prices when it compares them."""

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import DemandLine, Product
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.messaging.models.enquiries import Enquiry, Message

LONGEST_REQUEST = 2000
PAYMENT = ("payment", "advance_percent", "credit_days", "payment_words")


class PaymentTerms(models.Model):
    """How and when it is paid: what a request wishes and what a quote offers."""

    class Payment(models.TextChoices):
        NONE = "", _("not stated")
        TRANSFER = "tt", _("T/T (bank transfer)")
        CREDIT_LETTER = "lc", _("L/C at sight")
        OPEN_ACCOUNT = "open", _("open account")
        OTHER = "other", _("other, in words")

    payment = models.CharField(max_length=5, blank=True, choices=Payment)
    advance_percent = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    credit_days = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(365)])
    payment_words = models.CharField(max_length=200, blank=True, validators=[validate_one_line])

    class Meta:
        abstract = True


class QuoteRequestQuerySet(models.QuerySet):
    def of(self, company):
        return self.filter(company=company)

    def visible_to(self, user):
        """Those of one's own companies; a supplier sees its line of it in the conversation."""
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()


class QuoteRequest(Public, PaymentTerms):
    """One question to several suppliers: what would this cost on these terms?"""

    company = models.ForeignKey(Company, models.CASCADE, related_name="quote_requests")
    line = models.ForeignKey(DemandLine, models.SET_NULL, null=True, blank=True, related_name="quote_requests")
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=10)
    incoterm = models.CharField(_("Incoterm"), max_length=3, blank=True, choices=[(i, i) for i in INCOTERMS])
    place = models.CharField(max_length=100, blank=True, validators=[validate_one_line])
    needed_by = models.DateField(null=True, blank=True)
    sample_wanted = models.BooleanField(default=False)
    text = models.TextField(
        _("message"),
        max_length=LONGEST_REQUEST,
        blank=True,
        validators=[validate_text, MaxLengthValidator(LONGEST_REQUEST)],
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = QuoteRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="quote_request_is_for_something")]

    def __str__(self):
        return f"{self.quantity.normalize():f} {self.unit}"


class QuoteRequestLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        messages = Message.objects.visible_to(user)
        return self.filter(message__in=messages)


class QuoteRequestLine(models.Model):
    """A request as it stands in the conversation with one supplier."""

    request = models.ForeignKey(QuoteRequest, models.CASCADE, related_name="lines")
    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="request_lines")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.OneToOneField(Message, models.CASCADE, related_name="request_line")

    objects = QuoteRequestLineQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "enquiry"], name="quote_requested_once")]

    def __str__(self):
        return f"{self.request_id} → {self.enquiry_id}"
