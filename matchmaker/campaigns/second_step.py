"""The second step for signing in: who has to set it up, and whether this session gave it."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Organiser, PartnerSeat
from matchmaker.companies.models import Membership
from matchmaker.core.problems import Refused

SET_UP_HERE = "second_step_set_up"  # in the session: the key of the authenticator that was set up during it


def is_needed(user: User) -> bool:
    """For the site's administrators, a campaign's team, administrators of a company, and people at a partner's desk."""
    administers = Membership.objects.filter(user=user, role=Membership.Role.ADMIN).exists()
    return (
        user.is_staff
        or administers
        or Organiser.objects.filter(user=user).exists()
        or PartnerSeat.objects.standing().filter(user=user).exists()
    )


def is_to_set_up(user: User) -> bool:
    """True where the site asks for it (MFA_REQUIRED), this person needs it and has set up none yet."""
    return settings.MFA_REQUIRED and not is_mfa_enabled(user) and is_needed(user)


def require_set_up(user: User) -> None:
    """Refuse what outlives a session, such as a key, to a person who still has to set up a second step.

    Raises:
        Refused: `mfa_missing`.
    """
    if is_to_set_up(user):
        sentence = _("Set up a second step on the site first: you look after more than yourself.")
        raise Refused("mfa_missing", sentence, status=403)


def is_given(request: HttpRequest) -> bool:
    """True when this session gave the second step: a code, a key or a passkey at sign-in, or its set-up."""
    if SET_UP_HERE in request.session:
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def is_missing(request: HttpRequest) -> bool:
    """True when the second step is to be set up, or is set up and was not given in this session.

    A session from before the set-up, or one that came to be without the site's sign-in, has not given it.
    """
    user = request.user
    if not isinstance(user, User) or is_given(request):
        return False
    return is_mfa_enabled(user) or is_to_set_up(user)


@receiver(authenticator_added)
def note_set_up(*, request: HttpRequest, user: User, authenticator: Authenticator, **more) -> None:
    """Who sets up her first second step shows it in doing so. A further one proves nothing about the first."""
    others = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if not others.exclude(pk=authenticator.pk).exists():
        request.session[SET_UP_HERE] = authenticator.pk
