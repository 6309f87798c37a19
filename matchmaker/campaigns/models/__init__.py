"""The campaign, who runs it, who takes part, and the partners who bring companies to it."""

from matchmaker.campaigns.models.approvals import AutomaticApproval
from matchmaker.campaigns.models.boundary import Crossing
from matchmaker.campaigns.models.bulk import BulkAction, BulkItem
from matchmaker.campaigns.models.campaign import Campaign, CampaignLogo, Organiser, Participation
from matchmaker.campaigns.models.invitations import CompanyInvitation, InvitationReminder
from matchmaker.campaigns.models.partners import Enrolment, Partner, PartnerCode
from matchmaker.campaigns.models.questions import Answer, Question
from matchmaker.campaigns.models.seats import PartnerSeat, Seat, TeamSeat
from matchmaker.campaigns.models.tags import CompanyTag, SavedView, Tag
