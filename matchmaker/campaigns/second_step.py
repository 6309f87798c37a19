"""Who has to use a second step for signing in, because others would suffer if her password leaked."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Organiser, PartnerSeat
from matchmaker.companies.models import Membership


def is_needed(user: User) -> bool:
    """For everybody of a campaign's team, every administrator of a company, everybody at a partner's desk."""
    administers = Membership.objects.filter(user=user, role=Membership.Role.ADMIN).exists()
    return (
        administers
        or Organiser.objects.filter(user=user).exists()
        or PartnerSeat.objects.standing().filter(user=user).exists()
    )


def is_missing(user: User) -> bool:
    """True where the site asks for it (MFA_REQUIRED), this person needs it and has set up none yet."""
    return settings.MFA_REQUIRED and is_needed(user) and not is_mfa_enabled(user)
