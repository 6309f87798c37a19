"""Partners: those of countries (embassies' desks, chambers) and trading groups of buyers. Both bring companies.

Partners of a kind form a tree of at most three levels, such as province, city and district. What is counted for one
is counted for all above it, too; whom it follows is seen at its own desk only.
"""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models.campaign import Campaign, Organiser
from matchmaker.companies.models import Company
from matchmaker.core import languages, reference
from matchmaker.core.ids import Public
from matchmaker.core.multilingual import MultilingualField, Texts
from matchmaker.core.text import validate_one_line, validate_text

MOST_COMPANIES = 5_000
LEVELS = 3  # of the tree; `within` has one condition for each


def within(partner: "Partner", path: str = "") -> Q:
    """Rows of a partner and of all below it; `path` is how a row names its partner, with `__` at its end."""
    steps = ["pk", "parent", "parent__parent"]
    condition = Q()
    for step in steps[:LEVELS]:
        condition |= Q(**{f"{path}{step}": partner.pk})
    return condition


class PartnerQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def within(self, partner):
        """It and all below it."""
        return self.filter(within(partner))

    def with_parents(self):
        return self.select_related("parent__parent")

    def of(self, user):
        """Those whose desk this person sits at."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(seats__user=user, seats__withdrawn_at__isnull=True).distinct()

    def visible_to(self, user):
        """One's own, and those of a campaign one runs."""
        if not user.is_authenticated:
            return self.none()
        runs = Organiser.objects.filter(user=user).values("campaign")
        return self.filter(Q(pk__in=self.of(user).values("pk")) | Q(campaign__in=runs))


class Partner(Public):
    """An organisation that brings companies to a campaign, up to a quota. The quota holds for all below it together."""

    class Kind(models.TextChoices):
        COUNTRY = "country", _("country partner")
        GROUP = "group", _("trading group")  # a delegation of buyers, such as a province's

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="partners")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COUNTRY, db_default=Kind.COUNTRY)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = MultilingualField(_("name"), max_length=160, required_languages=[languages.ENGLISH])
    country = models.CharField(_("country"), max_length=2, blank=True)  # '' where it speaks for several
    quota = models.PositiveIntegerField(
        _("companies it may bring"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_COMPANIES)],
    )
    is_trusted = models.BooleanField(_("its word approves"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = [KT("name__en")]
        constraints = [
            models.UniqueConstraint(
                "campaign",
                Lower(KT("name__en")),
                condition=Q(parent__isnull=True),
                name="partner_named_once",
                violation_error_message=_("Another one has this name already."),
            ),
            models.UniqueConstraint(
                "parent",
                Lower(KT("name__en")),
                condition=Q(parent__isnull=False),
                name="partner_named_once_below",
                violation_error_message=_("Another one has this name already."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="partner_is_not_its_own_parent"
            ),
            models.CheckConstraint(condition=Q(quota__gte=1), name="partner_may_bring_somebody"),
        ]

    def __str__(self):
        return str(self.name)

    @property
    def is_group(self) -> bool:
        return self.kind == self.Kind.GROUP

    def chain(self) -> list["Partner"]:
        """It and those above it, the highest first."""
        above = [] if self.parent is None else self.parent.chain()
        return [*above, self]

    @property
    def full_name(self) -> str:
        """With those above it, the highest first."""
        return " / ".join(str(one) for one in self.chain())

    @property
    def names(self) -> dict[str, Texts]:
        """Its name and that of its campaign by language, for letters."""
        return {"partner": self.name, "campaign": self.campaign.name}

    @property
    def country_name(self) -> str:
        return reference.name(reference.countries().get(self.country), self.country)


class CodeQuerySet(models.QuerySet):
    def open(self):
        """Codes that can still be used."""
        alive = self.filter(withdrawn_at__isnull=True, expires_at__gt=timezone.now(), partner__closed_at__isnull=True)
        alive = alive.exclude(partner__campaign__state=Campaign.State.ARCHIVED)
        return alive.counted().filter(used__lt=F("quota"))

    def counted(self):
        """Each with `used`, its places that are taken: also those of companies that do not follow the partner now."""
        return self.annotate(used=models.Count("enrolments") + F("ended"))


class PartnerCode(Public):
    """What a partner hands to its companies: so many may register with it, until a day."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="codes")
    code = models.CharField(max_length=20, unique=True)
    label = models.CharField(_("for whom"), max_length=80, validators=[validate_one_line])
    quota = models.PositiveIntegerField(_("companies"), default=20, validators=[MinValueValidator(1)])
    ended = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # companies that used it and left
    vouches = models.BooleanField(_("we answer for those who use it"), default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CodeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(quota__gte=1), name="code_lets_somebody_in")]

    def __str__(self):
        return f"{self.code} of {self.partner}"

    @property
    def is_over(self) -> bool:
        return self.withdrawn_at is not None or self.expires_at <= timezone.now()


class EnrolmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of one's own desk, and those of one's own companies."""
        if not user.is_authenticated:
            return self.none()
        mine = Q(partner__in=Partner.objects.of(user)) | Q(company__in=Company.objects.of(user))
        return self.filter(mine)

    def within(self, partner):
        """Those of a partner and of all below it."""
        return self.filter(within(partner, "partner__"))

    def vouched(self):
        return self.filter(vouched_at__isnull=False, partner__closed_at__isnull=True)


class Enrolment(Public):
    """A partner follows a company it brought, and may vouch for it."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="enrolments")
    company = models.ForeignKey(Company, models.CASCADE, related_name="enrolments")
    code = models.ForeignKey(PartnerCode, models.SET_NULL, null=True, blank=True, related_name="enrolments")
    enrolled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    enrolled_at = models.DateTimeField(auto_now_add=True)
    vouched_at = models.DateTimeField(null=True, blank=True)
    vouched_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    vouch = models.CharField(_("what you know of it"), max_length=500, blank=True, validators=[validate_text])

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "company"], name="enrolled_once"),
            models.CheckConstraint(
                condition=Q(vouched_at__isnull=False, vouch__gt="") | Q(vouched_at__isnull=True, vouch=""),
                name="vouch_says_what_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.partner} follows {self.company}"
