"""What a supplier offers in figures."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import DemandLine
from matchmaker.catalogue.models.products import INCOTERMS, validate_national_line
from matchmaker.companies.models import Company
from matchmaker.core.fields import amount_field
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.messaging.models.enquiries import Enquiry
from matchmaker.messaging.models.requests import PaymentTerms, QuoteRequestLine
from matchmaker.messaging.phrases import Note


class QuoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(enquiry__in=Enquiry.objects.visible_to(user))

    def standing(self):
        """Those the buyer can still take: not taken back, not replaced, not refused, not run out."""
        return self.filter(status__in=Quote.STANDING, valid_until__gte=timezone.localdate())

    def for_demand(self, demand):
        return self.filter(line__demand=demand).exclude(status=Quote.Status.REPLACED)

    def for_request(self, request):
        return self.filter(request_line__request=request).exclude(status=Quote.Status.REPLACED)

    def of_buyer(self, company):
        return self.filter(enquiry__buyer=company, enquiry__delivered_at__isnull=False)


class Quote(Public, PaymentTerms):
    """A price with its terms, normalised like a product's; changed by a new version, never in place."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        QUESTION = "question", _("in question")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("taken back")
        REPLACED = "replaced", _("replaced by a newer one")

    STANDING = (Status.OPEN, Status.QUESTION)
    LIVE = (Status.OPEN, Status.QUESTION, Status.ACCEPTED)

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="quotes")
    line = models.ForeignKey(DemandLine, models.CASCADE, null=True, blank=True, related_name="quotes")
    request_line = models.ForeignKey(
        QuoteRequestLine, models.SET_NULL, null=True, blank=True, related_name="quotes"
    )  # the request that it answers
    version = models.PositiveSmallIntegerField(default=1)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=4, validators=[MinValueValidator(0)])
    currency = models.CharField(_("currency"), max_length=3)
    price_unit = models.CharField(_("price is for one"), max_length=10)
    quantity = amount_field(_("for a quantity of"))
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    holds = amount_field(None)
    holds_unit = models.CharField(_("unit"), max_length=10, blank=True)
    min_order = amount_field(_("minimum order"))
    min_order_unit = models.CharField(_("unit"), max_length=10, blank=True)
    incoterm = models.CharField(_("Incoterm"), max_length=3, choices=[(i, i) for i in INCOTERMS])
    incoterm_place = models.CharField(_("named place"), max_length=100, validators=[validate_one_line])
    # The line of the Chinese tariff by which duty is counted; without one, that of the product as it is now.
    national_line = models.CharField(
        _("national line"), max_length=10, blank=True, default="", db_default="", validators=[validate_national_line]
    )
    lead_time_days = models.PositiveSmallIntegerField(_("lead time in days"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"))
    sample_price = amount_field(None, digits=18)  # 0: free of charge
    note = models.CharField(_("note"), max_length=1000, blank=True, validators=[validate_text])
    note_phrases = models.JSONField(default=list, db_default=[], blank=True)  # as `Message.phrases`
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    answer_note = models.CharField(max_length=1000, blank=True, validators=[validate_text])
    answer_phrases = models.JSONField(default=list, db_default=[], blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ["line__number", "-made_at", "-id"]
        verbose_name = _("quote")
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="quote_price_above_zero"),
            models.UniqueConstraint(
                fields=["enquiry", "line"],
                condition=Q(line__isnull=False, status__in=["open", "question", "accepted"]),
                name="one_live_quote_per_line",
            ),
            models.UniqueConstraint(
                fields=["enquiry"],
                condition=Q(line__isnull=True, status__in=["open", "question", "accepted"]),
                name="one_live_quote_without_a_line",
            ),
        ]

    def __str__(self):
        return f"{self.price.normalize():f} {self.currency}/{self.price_unit}"

    @property
    def written_note(self) -> Note:
        return Note(self.note_phrases, self.note)

    @property
    def written_answer(self) -> Note:
        return Note(self.answer_phrases, self.answer_note)

    @property
    def supplier(self) -> Company:
        return self.enquiry.supplier

    @property
    def has_run_out(self) -> bool:
        return self.status in self.STANDING and self.valid_until < timezone.localdate()


class QuoteEvent(models.Model):
    """What happened to a quote after it was made: a question, an answer, a withdrawal. Nothing is overwritten."""

    quote = models.ForeignKey(Quote, models.CASCADE, related_name="events")
    status = models.CharField(max_length=10, choices=Quote.Status)
    note = models.CharField(max_length=1000, blank=True, validators=[validate_text])
    phrases = models.JSONField(default=list, db_default=[], blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.quote_id} {self.status}"

    @property
    def written_note(self) -> Note:
        return Note(self.phrases, self.note)
