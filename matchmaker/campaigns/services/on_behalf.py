"""A member of the team acts for a company: with a reason, for half an hour, visible to the company."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.members import admins
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.notifications.services import notify

LIFE = dt.timedelta(minutes=30)


@transaction.atomic
def begin(*, by: User, company: Company, campaign: Campaign, reason: str) -> User:
    """Returns the administrator who is acted for; her company is told who acts, and why.

    Raises:
        ValidationError: without a reason.
        Refused: for whom does not run the campaign, one's own company, or a company without an administrator.
    """
    require_organiser(by, campaign)
    if company.members.filter(pk=by.pk).exists():
        raise Refused("own_company", _("You belong to this company: act for it as yourself."), status=403)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, for those who read the record.")})
    people = list(admins(company).order_by("memberships__id"))
    if not people or company.status == Company.Status.SUSPENDED:
        raise Refused("nobody_there", _("Nobody administers this company."))
    why = reason.strip()[:500]
    record(by=by, verb="act_on_behalf", on=company, facts={"reason": why, "for": str(people[0].uid)})
    notify(
        kind="company_acted",
        to=people,
        about=company.uid,
        event_key=f"company_acted:{company.uid}:{timezone.now().isoformat()}",
        context={"company": company, "person": str(by), "person_uid": str(by.uid), "reason": why},
        path=f"/companies/{company.uid}/record/",
    )
    return people[0]


def may_go_on(*, actor: User, person: User, company: Company, began_at: dt.datetime) -> bool:
    """Asked at every request: the half hour, the actor's place in the team and the person's in the company."""
    return (
        timezone.now() - began_at < LIFE
        and actor.is_active
        and Organiser.objects.filter(user=actor, campaign__in=company.campaigns.all())
        .exclude(role=Organiser.Role.STAFF)
        .exists()
        and admins(company).filter(pk=person.pk).exists()
    )
