"""The campaign's team holds, releases and retries deliveries: `notifications` does it, each act is recorded."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser, Participation, PartnerSeat
from matchmaker.campaigns.services import require_organiser
from matchmaker.campaigns.services.team import require_campaign_admin
from matchmaker.companies.models import Membership
from matchmaker.notifications import services
from matchmaker.notifications.models import Hold
from matchmaker.notifications.models.outbox import Promise


def people_of(campaign: Campaign) -> QuerySet[User]:
    """Its team, the people of its companies, and those at the desks of its partners."""
    companies = Participation.objects.filter(campaign=campaign).values("company")
    return User.objects.filter(
        Q(pk__in=Membership.objects.filter(company__in=companies).values("user"))
        | Q(pk__in=Organiser.objects.filter(campaign=campaign).values("user"))
        | Q(pk__in=PartnerSeat.objects.standing().filter(partner__campaign=campaign, user__isnull=False).values("user"))
    ).order_by()


@transaction.atomic
def hold_deliveries(*, by: User, campaign: Campaign, reason: str) -> Hold:
    """Stop all sending of the site; deliveries are still written and wait.

    Raises:
        Refused: no reason is given, or they are held already.
    """
    require_campaign_admin(by, campaign)
    hold = services.hold_deliveries(by=by, reason=reason)
    record(by=by, verb="hold_deliveries", on=campaign, facts={"reason": hold.reason})
    return hold


@transaction.atomic
def release_deliveries(*, by: User, campaign: Campaign) -> None:
    """Allow sending again; the entry has the reason for which they were held.

    Raises:
        Refused: they are not held.
    """
    require_campaign_admin(by, campaign)
    reason = services.release_deliveries()
    record(by=by, verb="release_deliveries", on=campaign, facts={"reason": reason})


@transaction.atomic
def retry_parked(*, by: User, campaign: Campaign, promises: Sequence[Promise]) -> int:
    """Give parked promises a new start; returns how many were parked."""
    require_organiser(by, campaign)
    count = services.retry_parked(promises=promises)
    if count:
        record(by=by, verb="retry_deliveries", on=campaign, facts={"count": count})
    return count
