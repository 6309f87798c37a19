"""The campaign, who runs it and who takes part."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.multilingual import MultilingualField
from matchmaker.core.text import validate_one_line

CONTACT_FIELDS = ("contact_name", "contact_email", "contact_phone")


def every_contact_field() -> list[str]:
    return list(CONTACT_FIELDS)


class Campaign(Public):
    slug = models.SlugField(unique=True)
    name = MultilingualField(_("name"), max_length=160, required_languages=settings.STAFF_LANGUAGES)
    about = MultilingualField(_("about"), max_length=4000, multiline=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    is_current = models.BooleanField(default=False)
    categories = models.JSONField(default=list, blank=True)  # category codes; empty means all
    # What of a contact person's data may leave the country of the site, see boundary.py.
    crossing_fields = models.JSONField(default=every_contact_field, blank=True)
    # The brand: how the site, letters and papers of the campaign look.
    short_name = MultilingualField(_("short name"), max_length=40, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True)
    sender_name = models.CharField(_("sender of letters"), max_length=60, blank=True, validators=[validate_one_line])
    footer = MultilingualField(_("footer of letters and papers"), max_length=300, blank=True)
    logo_digest = models.CharField(max_length=64, blank=True, editable=False)  # of the picture in `CampaignLogo`
    companies = models.ManyToManyField(Company, through="Participation", related_name="campaigns")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"),
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_campaign"),
        ]

    def __str__(self):
        return str(self.name)


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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "user"], name="organiser_once")]

    def __str__(self):
        return f"{self.user} {self.role} {self.campaign}"


class Participation(models.Model):
    """A company takes part in a campaign on one side."""

    class Side(models.TextChoices):
        SUPPLIER = "supplier", _("supplier")
        BUYER = "buyer", _("buyer")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="participations")
    company = models.ForeignKey(Company, models.CASCADE, related_name="participations")
    side = models.CharField(max_length=10, choices=Side)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "company", "side"], name="participation_once")]

    def __str__(self):
        return f"{self.company} {self.side} {self.campaign}"
