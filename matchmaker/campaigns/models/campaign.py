"""The campaign, who runs it and who takes part."""

from collections.abc import Collection

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matchmaker.companies.models import CONTACT_FIELDS, Company
from matchmaker.core.ids import Public
from matchmaker.core.multilingual import MultilingualField
from matchmaker.core.text import validate_one_line, validate_text


def every_contact_field() -> list[str]:
    return list(CONTACT_FIELDS)


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those whose team one belongs to; all of them for staff of the site."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(pk__in=Organiser.objects.filter(user=user).values("campaign"))

    def decided_by(self, user):
        """Those in which one decides about companies; all of them for staff of the site."""
        if not user.is_authenticated:
            return self.none()
        seats = Organiser.objects.filter(user=user, role__in=Organiser.DECIDES)
        return self if user.is_staff else self.filter(pk__in=seats.values("campaign"))

    def run_by(self, user):
        """Those whose team one belongs to, the newest first."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organisers__user=user).order_by("-starts_on", "-pk")

    def shown(self):
        """Those whose pages anybody may read."""
        return self.filter(state__in=Campaign.SHOWN)


def _share(label, **options) -> models.DecimalField:
    """A share of the price of goods, in percent; None where nothing is assumed."""
    options |= {"null": True, "blank": True, "validators": [MinValueValidator(0), MaxValueValidator(100)]}
    return models.DecimalField(label, max_digits=5, decimal_places=2, **options)


class Campaign(Public):
    """A campaign. While it is planned its team prepares it; closed, nothing new begins; archived, it is only read."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", pgettext_lazy("campaign", "open")
        CLOSED = "closed", pgettext_lazy("campaign", "closed")
        ARCHIVED = "archived", _("archived")

    SHOWN = (State.OPEN, State.CLOSED)  # planned and archived ones are for their people only

    slug = models.SlugField(unique=True)
    name = MultilingualField(_("name"), max_length=160, required_languages=settings.STAFF_LANGUAGES)
    about = MultilingualField(_("about"), max_length=4000, multiline=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    is_current = models.BooleanField(default=False)  # stands at the address of the site without a prefix
    host = models.CharField(
        _("host name of its own"),
        max_length=253,
        blank=True,
        default="",
        db_default="",
        help_text=_("Such as fair.example.org. The site’s operator first puts it into ALLOWED_HOSTS."),
    )
    categories = models.JSONField(default=list, blank=True)  # category codes; empty means all
    # What of a contact person's data may leave the country of the site, see boundary.py.
    crossing_fields = models.JSONField(default=every_contact_field, blank=True)
    answer_days = models.PositiveSmallIntegerField(
        _("working days until a company gets an answer"),
        default=3,
        validators=[MaxValueValidator(60)],
        help_text=_("Companies read the day when they join. 0 promises nothing."),
    )
    trusts_partners = models.BooleanField(
        _("A partner's word lets a company in at once"),
        default=True,
        help_text=_("Only of partners whose word approves."),
    )
    trusts_domains = models.BooleanField(
        _("A proven domain lets a company in at once"),
        default=False,
        help_text=_("An administrator has shown that the website or an address there is theirs."),
    )
    freight_percent = _share(
        _("freight, percent of the price"),
        help_text=_("Landed costs count it where nobody typed the freight, and say so. Empty: it is not known."),
    )
    insurance_percent = _share(
        _("insurance, percent of the price"), help_text=_("The same for the insurance of the carriage.")
    )
    # The brand: how the site, letters and papers of the campaign look.
    short_name = MultilingualField(_("short name"), max_length=40, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True)
    sender_name = models.CharField(_("sender of emails"), max_length=60, blank=True, validators=[validate_one_line])
    reply_to = models.EmailField(_("answers to emails go to"), max_length=254, blank=True, default="", db_default="")
    footer = MultilingualField(_("footer of emails and papers"), max_length=300, blank=True)
    # Words of the letter that invites companies, in place of the site's; see services/invitation_texts.py.
    invitation_subject = MultilingualField(_("subject"), max_length=200, blank=True, db_default={})
    invitation_text = MultilingualField(_("text"), max_length=5000, multiline=True, blank=True, db_default={})
    logo_digest = models.CharField(max_length=64, blank=True, editable=False)  # of the picture in `CampaignLogo`
    companies = models.ManyToManyField(Company, through="Participation", related_name="campaigns")

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"),
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_campaign"),
            models.UniqueConstraint(fields=["host"], condition=~Q(host=""), name="one_campaign_per_host"),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(state__in=["open", "closed"]), name="current_campaign_was_opened"
            ),
        ]

    def __str__(self):
        return str(self.name)

    @property
    def is_shown(self) -> bool:
        """What `shown` is for a query."""
        return self.state in self.SHOWN

    @property
    def is_archived(self) -> bool:
        return self.state == self.State.ARCHIVED

    @property
    def takes_new(self) -> bool:
        """May something new begin in it: a company, an event, a registration?"""
        return self.state in (self.State.PLANNED, self.State.OPEN)


class CampaignLogo(models.Model):
    """The logo, small and written anew; a table of its own, because each page reads the campaign."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="logo")
    picture = models.BinaryField()  # PNG

    def __str__(self):
        return f"logo of {self.campaign_id}"


class Organiser(models.Model):
    """A member of the campaign's team."""

    class Role(models.TextChoices):
        ADMIN = "admin", _("campaign administrator")
        ORGANISER = "organiser", _("organiser")
        STAFF = "staff", _("event staff")

    DECIDES = (Role.ADMIN, Role.ORGANISER)  # about companies and demands

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="organisers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="organiser_of")
    role = models.CharField(max_length=10, choices=Role, default=Role.ORGANISER)
    last_worked_at = models.DateTimeField(null=True, blank=True)  # the newest names the campaign one worked in last

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "user"], name="organiser_once")]

    def __str__(self):
        return f"{self.user} {self.role} {self.campaign}"


class ParticipationQuerySet(models.QuerySet):
    def companies(self, campaigns: Collection[int], side: str):
        """Keys of the companies that take part in any of these campaigns (primary keys) on this side."""
        return self.filter(campaign__in=campaigns, side=side).values("company")


class Participation(models.Model):
    """A company takes part in a campaign on one side."""

    class Side(models.TextChoices):
        SUPPLIER = "supplier", _("supplier")
        BUYER = "buyer", _("buyer")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="participations")
    company = models.ForeignKey(Company, models.CASCADE, related_name="participations")
    side = models.CharField(max_length=10, choices=Side)
    # As a list of the campaign's team says; the company's people are offered it when they list a product.
    listed_goods = models.CharField(_("what they sell or look for"), max_length=1000, blank=True, db_default="")
    # For the team alone: neither the company nor its partner reads it.
    team_note = models.TextField(
        _("note of the team"),
        max_length=2000,
        blank=True,
        db_default="",
        validators=[validate_text, MaxLengthValidator(2000)],
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "company", "side"], name="participation_once")]
        indexes = [models.Index(fields=["campaign", "side", "company"], name="participation_by_campaign")]

    def __str__(self):
        return f"{self.company} {self.side} {self.campaign}"
