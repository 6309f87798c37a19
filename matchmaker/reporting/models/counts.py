"""The figures of a report with many companies, as they were last counted."""

from django.db import models
from django.utils import timezone

from matchmaker.core.leases import unleased
from matchmaker.events.models import Event


class ReportCountQuerySet(models.QuerySet):
    def waiting(self):
        """To be counted, and no worker is at it."""
        return self.filter(unleased(timezone.now()), wanted_at__isnull=False)


class ReportCount(models.Model):
    """One report: what it is about, its figures, and since when newer ones are waited for.

    `figures` holds `cells` (figure, split, group, count, companies, total), `rates` (currency, day) and `without_rate`.
    It is empty until `counted_at`.
    """

    key = models.TextField(unique=True)  # campaigns, event and period in one text
    campaigns = models.JSONField(default=list)  # keys
    event = models.ForeignKey(Event, models.CASCADE, null=True, blank=True, related_name="+")
    period = models.CharField(max_length=10)
    figures = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(default=0)  # that the last count took
    wanted_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = ReportCountQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.key
