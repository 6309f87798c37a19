"""The trial lot of two companies: its terms, and which version each side confirmed."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue.models.products import INCOTERMS
from matchmaker.core.fields import amount_field
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line
from matchmaker.first_orders.models.programmes import CostKind
from matchmaker.messaging.models import Enquiry, PaymentTerms, Side

COSTS = tuple(f"{kind}_cost" for kind in CostKind)
BEARERS = tuple(f"{kind}_by" for kind in CostKind)
# What both sides confirm; the names of the API, the form and the stored copy of an application.
TERMS = (
    *("goods", "quantity", "unit", "price", "currency", "price_unit", "incoterm", "incoterm_place", "ships_by"),
    *BEARERS,
    *COSTS,
    *("inspection", "payment", "advance_percent", "credit_days", "payment_words", "success", "success_by", "note"),
)


class Bearer(models.TextChoices):
    """Who pays a cost."""

    SUPPLIER = "supplier", _("supplier")
    BUYER = "buyer", _("buyer")
    HALF = "half", _("half each")


class TrialLotQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of one's own companies; the campaign's team sees what was handed in with an application."""
        return self.filter(enquiry__in=Enquiry.objects.visible_to(user))

    def living(self):
        return self.filter(ended_at__isnull=True)


class TrialLot(Public, PaymentTerms):
    """A small first order that two companies plan, within one campaign. A change makes a new version."""

    class Inspection(models.TextChoices):
        NONE = "none", _("none")
        SHIPMENT = "shipment", _("before shipment")
        PORT = "port", _("at the port of arrival")
        BUYER = "buyer", _("at the buyer’s")

    class Success(models.TextChoices):
        QUALITY = "quality", _("the goods are as the sample")
        CLEARED = "cleared", _("the goods clear customs")
        SOLD = "sold", _("the lot is sold")
        REPEAT = "repeat", _("the buyer orders again")

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="trial_lots")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="trial_lots")
    version = models.PositiveSmallIntegerField(default=1)
    goods = models.CharField(_("goods"), max_length=160, validators=[validate_one_line])
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    unit = models.CharField(_("unit"), max_length=10)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=4, validators=[MinValueValidator(0)])
    currency = models.CharField(_("currency"), max_length=3)
    price_unit = models.CharField(_("price is for one"), max_length=10)
    incoterm = models.CharField(_("Incoterm"), max_length=3, choices=[(i, i) for i in INCOTERMS])
    incoterm_place = models.CharField(_("named place"), max_length=100, validators=[validate_one_line])
    ships_by = models.DateField(_("shipped by"), null=True, blank=True)
    freight_by = models.CharField(max_length=10, choices=Bearer)
    duty_by = models.CharField(max_length=10, choices=Bearer)
    sample_by = models.CharField(max_length=10, choices=Bearer)
    inspection_by = models.CharField(max_length=10, choices=Bearer)
    # Estimates in the currency of the lot; empty where they are not known.
    freight_cost = amount_field(None, digits=18)
    duty_cost = amount_field(None, digits=18)
    sample_cost = amount_field(None, digits=18)
    inspection_cost = amount_field(None, digits=18)
    inspection = models.CharField(_("inspection"), max_length=10, choices=Inspection, default=Inspection.NONE)
    success = models.CharField(_("it succeeds when"), max_length=10, choices=Success)
    success_by = models.DateField(_("by"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, validators=[validate_one_line])
    written_by = models.CharField(max_length=10, choices=Side)
    written_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TrialLotQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("trial lot")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, price__gt=0), name="trial_lot_is_for_something"),
            models.UniqueConstraint(
                fields=["enquiry"], condition=Q(ended_at__isnull=True), name="one_trial_lot_per_enquiry"
            ),
        ]

    def __str__(self):
        return self.goods

    @property
    def confirmed_by(self) -> set[str]:
        """The sides that confirmed the version as it stands."""
        return {row.side for row in self.confirmations.all() if row.version == self.version}

    @property
    def is_confirmed(self) -> bool:
        return len(self.confirmed_by) == len(Side)


class LotConfirmation(models.Model):
    """One side confirmed one version. A later version needs both again; the row stays."""

    lot = models.ForeignKey(TrialLot, models.CASCADE, related_name="confirmations")
    version = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=10, choices=Side)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["lot", "version", "side"], name="lot_version_confirmed_once")]

    def __str__(self):
        return f"{self.lot_id} v{self.version} {self.side}"
