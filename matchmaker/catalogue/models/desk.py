"""What happens around a demand: versions, and what its buyer and the campaign's team say about it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models.demands import Demand
from matchmaker.core.text import validate_text


class DemandVersion(models.Model):
    """A demand as it was when its buyer asked to publish it."""

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
    text = models.CharField(_("comment"), max_length=1000, validators=[validate_text])
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.text[:60]
