"""What a campaign wants to reach."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Campaign


class Target(models.Model):
    """A number for one figure of the report (see `reporting/figures.py`), typed by the organiser."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="targets")
    figure = models.CharField(max_length=20)
    value = models.PositiveIntegerField(_("target"), validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "figure"], name="one_target_per_figure"),
            models.CheckConstraint(condition=Q(value__gte=1), name="target_above_zero"),
        ]

    def __str__(self):
        return f"{self.figure}: {self.value}"
