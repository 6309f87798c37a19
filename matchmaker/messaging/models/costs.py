"""What a buyer adds to the quotes that it compares. Only the buyer's people see it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import DemandLine
from matchmaker.core.fields import amount_field
from matchmaker.messaging.models.quotes import Quote
from matchmaker.messaging.models.requests import QuoteRequest


def percent_field() -> models.DecimalField:
    limits = [MinValueValidator(0), MaxValueValidator(1000)]
    return models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True, validators=limits)


class CostSheet(models.Model):
    """The currency, rates and fees of one comparison, and what counts most; of a request or of a line of a demand."""

    request = models.OneToOneField(QuoteRequest, models.CASCADE, null=True, blank=True, related_name="cost_sheet")
    line = models.OneToOneField(DemandLine, models.CASCADE, null=True, blank=True, related_name="cost_sheet")
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    vat_percent = percent_field()
    fees = amount_field(None, digits=18)
    order = models.JSONField(default=list, blank=True)
    # The way into China that duty and taxes are computed for, by its kind; empty for general trade.
    regime = models.CharField(_("way into China"), max_length=20, default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(request__isnull=True, line__isnull=False) | Q(request__isnull=False, line__isnull=True),
                name="cost_sheet_of_one_comparison",
            )
        ]

    def __str__(self):
        return f"{self.request_id or ''} {self.line_id or ''}".strip()


class QuoteCost(models.Model):
    """What the buyer knows of the way of one quote's goods, in the currency of the sheet."""

    sheet = models.ForeignKey(CostSheet, models.CASCADE, related_name="costs")
    quote = models.ForeignKey(Quote, models.CASCADE, related_name="costs")
    freight = amount_field(None, digits=18)
    insurance = amount_field(None, digits=18)
    duty_percent = percent_field()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "quote"], name="quote_cost_once")]

    def __str__(self):
        return f"{self.sheet_id} {self.quote_id}"
