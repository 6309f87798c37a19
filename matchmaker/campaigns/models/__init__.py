"""The campaign, who runs it, who takes part, and the partners who bring companies to it."""

from matchmaker.campaigns.models.campaign import Campaign, Organiser, Participation
from matchmaker.campaigns.models.partners import Enrolment, Partner, PartnerCode, PartnerSeat

__all__ = ["Campaign", "Enrolment", "Organiser", "Participation", "Partner", "PartnerCode", "PartnerSeat"]
