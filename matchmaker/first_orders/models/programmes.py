"""A programme of a campaign: its rules, its budget, and the draw of its vouchers."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.core.ids import Public
from matchmaker.core.multilingual import MultilingualField
from matchmaker.core.text import validate_one_line


class CostKind(models.TextChoices):
    """What a first order costs beside the goods, and a voucher can cover."""

    FREIGHT = "freight", _("Freight")
    DUTY = "duty", _("Duty")
    SAMPLE = "sample", _("Sample")
    INSPECTION = "inspection", _("Inspection")


def money_field(label=None, **options) -> models.DecimalField:
    """An amount in the currency of the programme."""
    return models.DecimalField(label, max_digits=18, decimal_places=2, **options)


class ProgrammeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Published ones of shown campaigns, and all of campaigns that one decides in."""
        published = ~Q(state=Programme.State.DRAFT) & Q(campaign__state__in=Campaign.SHOWN)
        if not user.is_authenticated:
            return self.filter(published)
        seats = Organiser.objects.filter(user=user, role__in=Organiser.DECIDES).values("campaign")
        return self.filter(published | Q(campaign__in=seats))

    def taking_applications(self):
        today = timezone.localdate()
        return self.filter(state=Programme.State.OPEN, opens_on__lte=today, closes_on__gte=today)


class Programme(Public):
    """Pays a part of the costs of first orders. Its rules do not change after it was opened.

    `available`, `reserved` and `paid` are the balances of the accounts; they change only with a `Posting`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("programme", "draft")
        OPEN = "open", pgettext_lazy("programme", "open for applications")
        LISTED = "listed", pgettext_lazy("programme", "list of applications published")
        DRAWN = "drawn", pgettext_lazy("programme", "drawn")
        ENDED = "ended", pgettext_lazy("programme", "ended")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="first_order_programmes")
    name = MultilingualField(_("name"), max_length=160, required_languages=settings.STAFF_LANGUAGES)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    budget = money_field(_("budget"), validators=[MinValueValidator(1)])
    opens_on = models.DateField(_("applications from"))
    closes_on = models.DateField(_("applications until"))
    share_percent = models.PositiveSmallIntegerField(
        _("share of the costs, percent"), default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    cap = money_field(_("at most, for one order"), validators=[MinValueValidator(1)])
    covers = models.JSONField(_("costs that are covered"), default=list)  # of CostKind
    small_only = models.BooleanField(_("only suppliers with fewer than 50 employees"), default=False)
    first_time_only = models.BooleanField(_("only suppliers that sell to China for the first time"), default=False)
    small_first = models.BooleanField(_("small companies and first-time exporters are drawn first"), default=True)
    categories = models.JSONField(_("categories"), default=list, blank=True)  # codes; empty means all
    countries = models.JSONField(_("countries of suppliers"), default=list, blank=True)  # codes; empty means all
    # Documents without which nothing is paid out, of VoucherDocument.Kind.
    proofs = models.JSONField(_("documents needed for the payment"), default=list, blank=True)
    # A public source named before applications open; empty: a secret seed whose hash is published.
    seed_source = models.CharField(
        _("public source of the seed"), max_length=200, blank=True, validators=[validate_one_line]
    )
    secret_seed = models.CharField(max_length=64, blank=True, editable=False)
    seed_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    available = money_field(default=0)
    reserved = money_field(default=0)
    paid = money_field(default=0)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_on", "-id"]
        verbose_name = _("first-order programme")
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="programme_closes_after_opening"),
            models.CheckConstraint(condition=Q(budget__gt=0, cap__gt=0), name="programme_has_money"),
            models.CheckConstraint(
                condition=Q(available__gte=0, reserved__gte=0, paid__gte=0), name="programme_spends_no_more_than_it_has"
            ),
            models.CheckConstraint(
                condition=Q(available__lte=F("budget") - F("reserved") - F("paid")),
                name="programme_accounts_within_budget",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(seed_sha256="") | ~Q(seed_source=""), name="open_programme_has_a_seed"
            ),
        ]

    def __str__(self):
        return str(self.name)

    @property
    def takes_applications(self) -> bool:
        """What `taking_applications` is for a query."""
        return self.state == self.State.OPEN and self.opens_on <= timezone.localdate() <= self.closes_on

    @property
    def cost_labels(self) -> list[str]:
        return [str(CostKind(code).label) for code in self.covers]


class Draw(models.Model):
    """The list of applications as it was published, and the seed with which it was drawn."""

    programme = models.OneToOneField(Programme, models.CASCADE, related_name="draw")
    entries = models.JSONField()  # [{"number": …, "group": 0 or 1, "amount": "1200.00"}], by number
    list_sha256 = models.CharField(max_length=64)
    listed_at = models.DateTimeField()
    listed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    withdrawn = models.JSONField(default=list)  # numbers taken back between the list and the draw
    seed = models.CharField(max_length=200, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True, seed="") | Q(drawn_at__isnull=False) & ~Q(seed=""),
                name="draw_has_a_seed",
            )
        ]

    def __str__(self):
        return f"{self.programme_id} {self.list_sha256[:8]}"
