"""Seats reserved for an e-mail address: at a partner's desk, in the campaign's team."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models.campaign import Campaign, Organiser
from matchmaker.campaigns.models.partners import Partner
from matchmaker.notifications.fanout import BELONGS_TO
from matchmaker.notifications.models import Promise, PromiseQuerySet


class SeatQuerySet(PromiseQuerySet):
    def standing(self):
        return self.filter(withdrawn_at__isnull=True)


class Seat(Promise):
    """One e-mail address has a place; the row is also the promise of the letter that says so.

    The person who has confirmed the address takes the seat at the first visit.
    """

    email = models.EmailField(_("email address"), max_length=254)
    language = models.CharField(max_length=10, default="en")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="%(class)ss")
    taken_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    kind: str  # of the notice that tells of it
    path: str  # where it is taken

    class Meta(Promise.Meta):
        abstract = True
        ordering = ["created_at"]

    def __str__(self):
        return self.email

    @property
    def uid(self):
        """Its name in the audit."""
        return self.pk

    def facts(self) -> dict[str, Any]:
        """What its letter shows."""
        raise NotImplementedError


class PartnerSeat(Seat):
    """Sits at the desk of a country partner."""

    kind, path = "partner_invited", "/partner/"

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="seats")

    class Meta(Seat.Meta):
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(
                "partner", Lower("email"), condition=Q(withdrawn_at__isnull=True), name="one_seat_per_address"
            ),
        ]

    def facts(self):
        return {**self.partner.names, BELONGS_TO: self.partner.campaign.slug}


class TeamSeat(Seat):
    """Is wanted in the campaign's team; taking it makes an `Organiser`, and with that it is over."""

    kind, path = "team_invited", "/team/"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="seats")
    role = models.CharField(_("role"), max_length=10, choices=Organiser.Role, default=Organiser.Role.ORGANISER)

    class Meta(Seat.Meta):
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(
                "campaign",
                Lower("email"),
                condition=Q(withdrawn_at__isnull=True, taken_at__isnull=True),
                name="one_open_team_seat_per_address",
            ),
        ]

    def facts(self):
        return {"campaign": self.campaign.name, BELONGS_TO: self.campaign.slug}
