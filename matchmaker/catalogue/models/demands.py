"""What is wanted."""

from django.core.validators import MaxLengthValidator, MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models.codes import Category
from matchmaker.catalogue.models.products import INCOTERMS, Period
from matchmaker.catalogue.models.wishes import PublishWish
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.fields import amount_field, price_field
from matchmaker.core.ids import Public
from matchmaker.core.languages import base_of, current
from matchmaker.core.text import validate_name, validate_text
from matchmaker.translation import services as translation

# What a buyer says of a demand and of its lines: form, API, import and services take these and no others.
TERMS = (
    *("title", "language", "description", "visibility", "closing_on", "destination", "delivery_from"),
    *("delivery_until", "incoterm", "value_low", "value_high", "value_currency"),
    *("wanted_verification", "wanted_years", "newcomers", "wanted_sizes", "wanted_languages", "goods_in_china"),
)
LINE_TERMS = (
    *("text", "language", "category_id", "hs_code", "quantity", "unit", "target_price", "currency", "price_unit"),
    *("origins_wanted", "origins_excluded", "certificates_required", "capacity_wanted", "capacity_period"),
)


class DemandQuerySet(models.QuerySet):
    def open(self, on=None):
        """Published, not past its closing date on a day (today), by an approved company."""
        return self.filter(
            status=Demand.Status.PUBLISHED,
            closing_on__gte=on or timezone.localdate(),
            company__status=Company.Status.APPROVED,
        )

    def public(self, on=None):
        return self.open(on).filter(visibility=Demand.Visibility.PUBLIC)

    def of(self, company):
        return self.filter(company=company)

    def visible_to(self, user):
        """Public ones, one's own, and those one's company was invited to."""
        if not user.is_authenticated:
            return self.public()
        own = Company.objects.of(user).values("pk")
        invited = Q(
            visibility=Demand.Visibility.INVITED,
            pk__in=DemandInvitation.objects.filter(company__in=own).values("demand"),
        )
        shown = self.model.objects.open().filter(Q(visibility=Demand.Visibility.PUBLIC) | invited)
        return self.filter(Q(pk__in=shown.values("pk")) | Q(company__in=own))

    def only_for(self, user):
        """Open ones that this person sees and the public does not: her companies' own, and where they are invited."""
        if not user.is_authenticated:
            return self.none()
        return self.visible_to(user).open().exclude(visibility=Demand.Visibility.PUBLIC)

    def waiting(self):
        """Those the campaign's team looks at before others do."""
        return self.filter(status=Demand.Status.SUBMITTED).order_by("submitted_at", "pk")

    def expired(self):
        return self.filter(status=Demand.Status.PUBLISHED, closing_on__lt=timezone.localdate())


class Demand(Public, PublishWish):
    """A purchase a buyer plans, of one or several lines."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("with the campaign's team")
        RETURNED = "returned", _("returned")
        PUBLISHED = "published", _("open")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("public: anyone can read it, your company's name stays hidden")
        INVITED = "invited", _("invited: only suppliers you invite")
        PRIVATE = "private", _("private: only matching sees it, suppliers do not")

    class Newcomers(models.TextChoices):
        NOT_STATED = "", _("not stated")
        WELCOME = "welcome", _("first-time exporters are welcome")
        EXPERIENCE = "experience", _("only who has sold to China before")

    class InChina(models.TextChoices):
        NOT_STATED = "", _("not needed")
        ANY = "any", _("in China already, bonded or cleared")
        CLEARED = "cleared", _("in China already and cleared")

    company = models.ForeignKey(Company, models.CASCADE, related_name="demands")
    title = models.CharField(_("title"), max_length=160, validators=[validate_name])
    language = models.CharField(_("language"), max_length=10, default="zh")
    description = models.TextField(
        _("description"), max_length=5000, blank=True, validators=[validate_text, MaxLengthValidator(5000)]
    )
    visibility = models.CharField(_("who may see it"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    closing_on = models.DateField(_("closes on"))
    destination = models.CharField(_("port of destination"), max_length=5, blank=True)
    delivery_from = models.DateField(_("delivery from"), null=True, blank=True)
    delivery_until = models.DateField(_("delivery until"), null=True, blank=True)
    incoterm = models.CharField(_("Incoterm"), max_length=3, blank=True, choices=[(i, i) for i in INCOTERMS])
    value_low = amount_field(_("value from"), digits=18)
    value_high = amount_field(_("value to"), digits=18)
    value_currency = models.CharField(_("currency of the value"), max_length=3, blank=True)
    wanted_verification = models.PositiveSmallIntegerField(
        _("supplier checked at least"), choices=Company.Verification, default=Company.Verification.CLAIMED
    )
    wanted_sizes = models.JSONField(_("supplier's size"), default=list, blank=True)
    wanted_years = models.PositiveSmallIntegerField(
        _("supplier's years in business, at least"), null=True, blank=True, validators=[MaxValueValidator(200)]
    )
    newcomers = models.CharField(
        _("suppliers new to China"), max_length=10, blank=True, choices=Newcomers, default=Newcomers.NOT_STATED
    )
    wanted_languages = models.JSONField(_("supplier speaks one of"), default=list, blank=True)
    goods_in_china = models.CharField(
        _("goods in China already"), max_length=10, blank=True, choices=InChina, default="", db_default=""
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    status_reason = models.CharField(max_length=500, blank=True)  # why it was returned
    findings = models.JSONField(default=list, blank=True)  # what screening saw: [{kind, found, group}]
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DemandQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("demand")
        constraints = [
            models.CheckConstraint(
                condition=Q(delivery_from__isnull=True)
                | Q(delivery_until__isnull=True)
                | Q(delivery_until__gte=F("delivery_from")),
                name="demand_delivery_window_in_order",
                violation_error_message=_("The end of the delivery window must not be before its beginning."),
            ),
            models.CheckConstraint(
                condition=Q(value_low__isnull=True) | Q(value_high__isnull=True) | Q(value_high__gte=F("value_low")),
                name="demand_value_band_in_order",
                violation_error_message=_("The upper value must not be below the lower one."),
            ),
        ]
        indexes = [models.Index(fields=["status", "closing_on"], name="demand_by_closing")]

    def __str__(self):
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.PUBLISHED and self.closing_on >= timezone.localdate()

    @property
    def title_for_reader(self) -> translation.Readable:
        """The title as this reader can read it; where nothing translates it, the category of the first line."""
        made = _for_reader(self.title, self.language)
        first = None if made.is_readable else self.lines.select_related("category").first()
        return _for_reader(self.title, self.language, category=first.category) if first else made

    @property
    def destination_name(self) -> str:
        return reference.name(reference.ports().get(self.destination), self.destination)


class DemandLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(demand__in=Demand.objects.visible_to(user))


class DemandLine(Public):
    """One item of a demand; matching works line by line."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    text = models.CharField(_("what you want to buy"), max_length=1000, validators=[validate_text])
    language = models.CharField(_("language"), max_length=10, default="zh")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="demand_lines")
    hs_code = models.CharField(
        _("HS code"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^\d{2}(\d{2}){0,2}$", _("2, 4 or 6 digits."))],
    )
    code_is_confirmed = models.BooleanField(default=True, db_default=True)  # as of a product
    quantity = amount_field(_("quantity"))
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    target_price = price_field(_("target price"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    price_unit = models.CharField(_("price is for one"), max_length=10, blank=True)
    origins_wanted = models.JSONField(_("origins wanted"), default=list, blank=True)
    # Countries that the text asks for, as read when it was saved; None where it was never read.
    origins_in_text = models.JSONField(null=True, blank=True, editable=False)
    origins_excluded = models.JSONField(_("origins excluded"), default=list, blank=True)
    certificates_required = models.JSONField(_("certificates required"), default=list, blank=True)
    capacity_wanted = amount_field(_("supplier's capacity, at least"))
    capacity_period = models.CharField(_("period"), max_length=10, blank=True, choices=Period)
    revision = models.PositiveIntegerField(default=1)  # raised by every change that matching must see

    objects = DemandLineQuerySet.as_manager()

    class Meta:
        ordering = ["demand_id", "number"]
        verbose_name = _("demand line")
        constraints = [models.UniqueConstraint(fields=["demand", "number"], name="demand_line_number_once")]

    def __str__(self):
        return self.text

    @property
    def is_origin_read(self) -> bool:
        """Whether the origins wanted are those that stand in the text."""
        return bool(self.origins_wanted) and sorted(self.origins_wanted) == self.origins_in_text

    @property
    def text_for_reader(self) -> translation.Readable:
        """What is wanted as this reader can read it: as written, translated, as a gloss, or its category."""
        return _for_reader(self.text, self.language, self.hs_code, self.category)


def _for_reader(text: str, language: str, hs_code: str = "", category: Category | None = None) -> translation.Readable:
    code = base_of(language)
    name = str(category.name) if category else ""
    return translation.read(translation.Source({code: text}, code, hs_code, category=name), base_of(current()))


class DemandInvitation(models.Model):
    demand = models.ForeignKey(Demand, models.CASCADE, related_name="invitations")
    company = models.ForeignKey(Company, models.CASCADE, related_name="demand_invitations")
    invited_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["demand", "company"], name="invited_to_demand_once")]

    def __str__(self):
        return f"{self.company} → {self.demand}"
