"""Approvals that no person of the team gave: on the word of a partner, or for a proven domain."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models.campaign import Campaign, Organiser
from matchmaker.campaigns.models.partners import Partner
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text


class AutomaticApprovalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of a campaign one runs."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(campaign__in=Organiser.objects.filter(user=user).values("campaign"))


class AutomaticApproval(Public):
    """A company was let in at once. The team sees it in a list and can withdraw it."""

    class Ground(models.TextChoices):
        VOUCHED = "vouched", _("vouched for by a country partner")
        DOMAIN = "domain", _("domain proven")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="automatic_approvals")
    company = models.ForeignKey(Company, models.CASCADE, related_name="automatic_approvals")
    ground = models.CharField(max_length=10, choices=Ground)
    partner = models.ForeignKey(Partner, models.SET_NULL, null=True, blank=True, related_name="+")
    domain = models.CharField(max_length=253, blank=True)
    approved_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, validators=[validate_text])  # why it was withdrawn

    objects = AutomaticApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ground="domain") ^ Q(domain=""), name="proven_domain_is_named"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) ^ Q(reason__gt=""), name="withdrawn_approval_says_why"
            ),
        ]

    def __str__(self):
        return f"{self.company} {self.ground}"
