"""What the team of a campaign notes for its own work: tags on companies, and views of its list."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models.campaign import Campaign, Organiser
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line


class TagQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the campaigns whose team one belongs to."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(campaign__in=Organiser.objects.filter(user=user).values("campaign"))


class Tag(Public):
    """A word that the team of a campaign puts on companies. Companies never see it."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="tags")
    name = models.CharField(_("tag"), max_length=40, validators=[validate_one_line])
    companies = models.ManyToManyField(Company, through="CompanyTag", related_name="tags")

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint("campaign", Lower("name"), name="tag_named_once")]

    def __str__(self):
        return self.name


class CompanyTag(models.Model):
    """A company has a tag."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="uses")
    company = models.ForeignKey(Company, models.CASCADE, related_name="company_tags")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "company"], name="company_tagged_once")]

    def __str__(self):
        return f"{self.tag}: {self.company}"


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those that colleagues of the same team share."""
        if not user.is_authenticated:
            return self.none()
        runs = Organiser.objects.filter(user=user).values("campaign")
        return self.filter(Q(owner=user) | Q(is_shared=True), campaign__in=runs)


class SavedView(Public):
    """Filters of the company list under a name."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60, validators=[validate_one_line])
    query = models.CharField(max_length=1000)
    is_shared = models.BooleanField(_("the whole team sees it"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["campaign", "owner", "name"], name="view_named_once")]

    def __str__(self):
        return self.name
