"""Whose contact data has left the country of the site, and for whom."""

from django.db import models

from matchmaker.companies.models import Company


class Crossing(models.Model):
    """A buyer's contact was opened to a company abroad: the count that the law's thresholds are compared with."""

    buyer = models.ForeignKey(Company, models.CASCADE, related_name="crossings")
    to = models.ForeignKey(Company, models.CASCADE, related_name="+")
    fields = models.JSONField(default=list)  # which fields left
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "to"], name="crossed_once_to_a_company")]

    def __str__(self):
        return f"{self.buyer} → {self.to}"
