"""What happens around a demand: versions, what is said about it, and who would like to supply it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models.demands import Demand, DemandLine
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import sound_text


class DemandVersion(models.Model):
    """A demand as it was when somebody asked for it to be shown."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    said = models.JSONField()  # the demand's fields and its lines
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["demand", "number"], name="demand_version_once")]

    def __str__(self):
        return f"{self.demand} · {self.number}"


class DemandComment(models.Model):
    """A sentence between the campaign's team and the buyer about one demand; suppliers never see it."""

    demand = models.ForeignKey(Demand, models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    is_team = models.BooleanField(default=False)
    text = models.CharField(_("comment"), max_length=1000, validators=[sound_text])
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.text[:60]


class InterestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of one's own company, on either side."""
        if not user.is_authenticated:
            return self.none()
        own = Company.objects.of(user).values("pk")
        return self.filter(Q(company__in=own) | Q(line__demand__company__in=own))


class Interest(Public):
    """A supplier would like to deliver one line of a demand."""

    class State(models.TextChoices):
        OPEN = "open", _("waiting for the buyer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("not this time")
        WITHDRAWN = "withdrawn", _("withdrawn")

    line = models.ForeignKey(DemandLine, models.CASCADE, related_name="interests")
    company = models.ForeignKey(Company, models.CASCADE, related_name="interests")
    message = models.CharField(_("what you offer"), max_length=1000, validators=[sound_text])
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    question = models.CharField(_("question"), max_length=500, blank=True, validators=[sound_text])  # of the buyer
    answer = models.CharField(_("answer"), max_length=1000, blank=True, validators=[sound_text])  # of the supplier
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("expression of interest")
        constraints = [models.UniqueConstraint(fields=["line", "company"], name="interest_once_per_line")]

    def __str__(self):
        return f"{self.company} → {self.line}"
