"""Claiming a registered company whose people do not let one in.

A claim alone gives nothing. The company's administrators are told and have a week to object; after it, two people of
the campaign's team have to agree (`campaigns.claims`). Every step is in the company's record.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies.members import admins, require_admin
from matchmaker.companies.models import Claim, Company, Membership, RequestStatus
from matchmaker.core.problems import Refused
from matchmaker.notifications.services import notify

OBJECTION = dt.timedelta(days=7)
A_MONTH = 3  # claims of one person


@transaction.atomic
def claim_company(*, by: User, company: Company, evidence: str) -> Claim:
    """Say that a company one can see is one's own, and with what one shows it (B41).

    Raises:
        ValidationError: by field.
        Refused: for a member, while an earlier claim waits (B42), or above three claims in a month.
    """
    if not Company.objects.visible_to(by).filter(pk=company.pk).exists():
        raise Refused("not_found", _("There is nothing here for you."), status=404)
    if Membership.objects.filter(company=company, user=by).exists():
        raise Refused("already_member", _("You already belong to this company."))
    if Claim.objects.filter(company=company, user=by, status=RequestStatus.OPEN).exists():
        raise Refused("already_claimed", _("Your claim is with the campaign's team already."))
    now = timezone.now()
    if Claim.objects.filter(user=by, created_at__gte=now - dt.timedelta(days=30)).count() >= A_MONTH:
        raise Refused("too_many_claims", _("That were enough claims for a month. Write to the team."), status=429)
    claim = Claim(company=company, user=by, evidence=evidence.strip(), objection_until=now + OBJECTION)
    claim.full_clean()
    claim.save()
    record(by=by, verb="claim_company", on=claim, organisation=company)
    notify(
        kind="company_claimed",
        to=admins(company),
        about=company.uid,
        event_key=f"company_claimed:{claim.uid}",
        context={
            "company": str(company),
            "person": str(by),
            "person_uid": str(by.uid),
            "until": claim.objection_until.date().isoformat(),
        },
        path=f"/companies/{company.uid}/members/",
    )
    return claim


@transaction.atomic
def object_to_claim(*, by: User, claim: Claim, reason: str) -> None:
    """An administrator says that it is wrong; then the team cannot agree to it."""
    require_admin(by, claim.company)
    reason = reason.strip()[:500] or _("No reason given.")
    if not Claim.objects.filter(pk=claim.pk, status=RequestStatus.OPEN).update(objection=reason):
        raise Refused("already_answered", _("This claim has been answered already."))
    record(by=by, verb="object_to_claim", on=claim, organisation=claim.company, facts={"reason": reason})


@transaction.atomic
def withdraw_claim(*, by: User, claim: Claim) -> None:
    if claim.user_id != by.pk:
        raise Refused("not_found", _("There is nothing here for you."), status=404)
    open_claim = Claim.objects.filter(pk=claim.pk, status=RequestStatus.OPEN)
    if open_claim.update(status=RequestStatus.WITHDRAWN, decided_at=timezone.now()):
        record(by=by, verb="withdraw_claim", on=claim, organisation=claim.company)
