"""What the directory keeps beside the catalogue: rates, saved searches, what was seen, and what is not for a buyer."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue.models import Product, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line


class Kind(models.TextChoices):
    """The three directories."""

    PRODUCTS = "products", _("Products")
    SUPPLIERS = "suppliers", _("Suppliers")
    DEMANDS = "demands", _("Demands")


SAMPLE_SOURCE = "sample"  # source of the rates that come with the sample campaign


class ExchangeRate(models.Model):
    """What one unit of a currency is worth in yuan on a day, as the organiser set it, with where it comes from.

    Rates only order and compare prices; no payment uses them. The newest day of a currency holds.
    """

    currency = models.CharField(_("currency"), max_length=3)
    yuan = models.DecimalField(
        _("yuan for one unit"), max_digits=18, decimal_places=8, validators=[MinValueValidator(0)]
    )
    as_of = models.DateField(_("rate of"))
    source = models.CharField(_("source"), max_length=200, validators=[validate_one_line])
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["currency", "-as_of"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "as_of"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(yuan__gt=0), name="rate_is_positive"),
        ]

    def __str__(self):
        return f"1 {self.currency} = {self.yuan.normalize():f} CNY"

    @property
    def source_name(self) -> str:
        """The source as it was written; of a rate of the sample campaign, in the active language, that it is none."""
        return str(_("sample rate, not a market rate")) if self.source == SAMPLE_SOURCE else self.source


class ShortlistDetail(models.Model):
    """What colleagues say of a product on their shortlist beside the note: where it stands, tags, its place."""

    class Status(models.TextChoices):
        NEW = "", _("to look at")
        ASKED = "asked", _("asked")
        TESTING = "testing", _("testing samples")
        CHOSEN = "chosen", _("chosen")
        SET_ASIDE = "aside", _("set aside")

    item = models.OneToOneField(ShortlistItem, models.CASCADE, primary_key=True, related_name="detail")
    status = models.CharField(_("status"), max_length=10, blank=True, choices=Status)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    position = models.IntegerField(default=0)  # smaller comes first; new ones stand at 0

    def __str__(self):
        return f"{self.item} {self.status}"


class NotForUs(models.Model):
    """A buying company does not want to see this product, or anything of this supplier, again."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="not_for_us")
    product = models.ForeignKey(Product, models.CASCADE, null=True, blank=True, related_name="+")
    supplier = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="+")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "product"], condition=Q(product__isnull=False), name="product_not_for_us_once"
            ),
            models.UniqueConstraint(
                fields=["company", "supplier"], condition=Q(supplier__isnull=False), name="supplier_not_for_us_once"
            ),
            models.CheckConstraint(
                condition=Q(product__isnull=True) ^ Q(supplier__isnull=True), name="not_for_us_names_one_thing"
            ),
        ]

    def __str__(self):
        return f"{self.company} ✕ {self.product or self.supplier}"


class SavedSearchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own: a search says what a person looks for."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def alerting(self):
        return self.filter(alerts=True, user__is_active=True)


class SavedSearch(Public):
    """A search a person wants to come back to; with `alerts`, she hears of entries that are new under it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="saved_searches")
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, blank=True, related_name="+")  # whose companies
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=120, validators=[validate_one_line])
    query = models.CharField(max_length=2000, blank=True)  # the address without its place in the list
    alerts = models.BooleanField(_("notify me of new ones"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    looked_at = models.DateTimeField(null=True, blank=True)  # when alerts were last worked out

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "query"], condition=Q(campaign=None), name="search_saved_once_anywhere"
            ),
            models.UniqueConstraint(fields=["user", "kind", "query", "campaign"], name="search_saved_once_a_campaign"),
        ]
        indexes = [models.Index(fields=["alerts", "looked_at"], name="search_by_turn")]

    def __str__(self):
        return self.name

    @property
    def path(self) -> str:
        """The page of the directory with this search, in its campaign."""
        prefix = site.public_prefix_of(self.campaign) if self.campaign else ""
        return f"{prefix}/{self.kind}/" + (f"?{self.query}" if self.query else "")


class Alerted(models.Model):
    """A person was told of an entry, or saw it when she saved a search; she never hears of it again by an alert."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "key"], name="alerted_once")]

    def __str__(self):
        return f"{self.user_id} {self.kind} {self.key}"


class Visit(models.Model):
    """A person looked at a product on a day: her own list of what she saw, and one more in its supplier's count."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="+")  # the buyer, if one
    product = models.ForeignKey(Product, models.CASCADE, related_name="visits")
    day = models.DateField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["user", "product", "day"], name="visit_once_a_day")]
        indexes = [
            models.Index(fields=["user", "-at"], name="visit_by_person"),
            models.Index(fields=["product", "day"], name="visit_by_product"),
        ]

    def __str__(self):
        return f"{self.product_id} {self.day}"


class ShowsVisits(models.Model):
    """A buying company lets suppliers see that it looked at their products; without the row it is a number only."""

    company = models.OneToOneField(Company, models.CASCADE, primary_key=True, related_name="shows_visits")
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    chosen_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return str(self.company)
