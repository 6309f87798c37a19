"""The campaign, who runs it, who takes part, and the partners who bring companies to it."""

from matchmaker.campaigns.models.campaign import Campaign, Organiser, Participation
from matchmaker.campaigns.models.partners import Enrolment, Partner, PartnerCode, PartnerSeat
from matchmaker.campaigns.models.questions import Answer, Question

__all__ = [
    "Answer",
    "Campaign",
    "Enrolment",
    "Organiser",
    "Participation",
    "Partner",
    "PartnerCode",
    "PartnerSeat",
    "Question",
]
