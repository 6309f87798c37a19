"""Claiming a registered company whose people do not let one in.

Where the company has people, a claim alone gives nothing: its administrators are told and have a week to object; after
it, two people of the campaign's team have to agree (`campaigns.services.claims`). A company from a list has no one who
could object, so it is short: the contact person's confirmed address opens it at once, an address or a proof of its
domain needs one of the team, anything else two. An address or website that a list wrote is no proof for a month. Every
step is in the company's record.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.companies import domains
from matchmaker.companies.duplicates import domain
from matchmaker.companies.invitations import addresses
from matchmaker.companies.members import add_member, admins, require_admin
from matchmaker.companies.models import Claim, Company, Invitation, ListedFields, Membership, RequestStatus
from matchmaker.core.problems import NotFound, Refused
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify

OBJECTION = dt.timedelta(days=7)
A_MONTH = 3  # claims of one person
LISTED_WAITS = dt.timedelta(days=30)  # until a value that a list wrote may count as a proof
PROVING_FIELDS = ("contact_email", "website", "identifier")  # what a proof is made of


class Proof(TextChoices):
    """What shows that a company without people belongs to who claims it."""

    ADDRESS = "address", gettext_lazy("the confirmed address is that of its contact person")
    DOMAIN = "domain", gettext_lazy("the confirmed address or a proof shows its domain")
    NONE = "", gettext_lazy("nothing but what the person writes")


def proof_of(user: User, company: Company) -> Proof:
    """The strongest proof there is now. A company with people has none: they decide first.

    What a list wrote proves nothing for a month, and never where the company took part in another campaign, too: else
    who brings the list would say who the company belongs to.
    """
    if company.memberships.exists():
        return Proof.NONE
    mine = {email.lower() for email in addresses(user)}
    listed = _listed_fields(company)
    theirs = {name: getattr(company, name) for name in ("contact_email", "website") if name not in listed}
    if theirs.get("contact_email", "").strip().lower() in mine:
        return Proof.ADDRESS
    hosts = {domain(host) for host in theirs.values()} - {""}
    proof = domains.newest_proof(company, user)
    if hosts & {domain(email) for email in mine} or (proof and proof.domain in hosts):
        return Proof.DOMAIN
    return Proof.NONE


def _listed_fields(company: Company) -> set[str]:
    """Fields that a list wrote and that do not count as a proof yet, or ever."""
    is_new = Q(written_at__gt=timezone.now() - LISTED_WAITS)
    rows = ListedFields.objects.filter(is_new | Q(is_shared=True), company=company)
    return {name for fields in rows.values_list("fields", flat=True) for name in fields}


def votes_needed(claim: Claim) -> int:
    """How many of the campaign's team have to agree."""
    return 2 if proof_of(claim.user, claim.company) == Proof.NONE else 1


@transaction.atomic
def claim_company(*, by: User, company: Company, evidence: str) -> Claim:
    """Say that a company one can see is one's own, and with what one shows it (B41).

    Raises:
        ValidationError: by field.
        Refused: for a member, while an earlier claim waits (B42), or above three claims in a month.
    """
    if not Company.objects.claimable_by(by).filter(pk=company.pk).exists():
        raise NotFound()
    if Membership.objects.filter(company=company, user=by).exists():
        raise Refused("already_member", _("You already belong to this company."))
    if Claim.objects.filter(company=company, user=by, status=RequestStatus.OPEN).exists():
        raise Refused("already_claimed", _("Your claim is with the campaign's team already."))
    now = timezone.now()
    if Claim.objects.filter(user=by, created_at__gte=now - dt.timedelta(days=30)).count() >= A_MONTH:
        sentence = _("You have made as many claims as a month allows. Write to the team.")
        raise Refused("too_many_claims", sentence, status=429)
    Company.objects.select_for_update().get(pk=company.pk)  # the first to come, of two at once, is its people
    proof, has_people = proof_of(by, company), company.memberships.exists()
    wait = OBJECTION if has_people else dt.timedelta(0)
    claim = Claim(company=company, user=by, evidence=evidence.strip(), objection_until=now + wait)
    claim.full_clean()
    claim.save()
    record(by=by, verb="claim_company", on=claim, organisation=company, facts={"proof": proof.value})
    if proof == Proof.ADDRESS:
        _take_over(claim)
    _notify_company(claim)
    return claim


@transaction.atomic
def give_time_to_object(claim: Claim) -> None:
    """Tell people who came to the company after it was claimed; they may object for a week, like all others.

    Does nothing where one of its administrators has a notice of it, and for a company without people.
    """
    claim = Claim.objects.select_for_update(of=("self",)).select_related("company", "user").get(pk=claim.pk)
    people = admins(claim.company)
    notices = Notice.objects.filter(recipient__in=people, event_key=_event_key(claim))
    if claim.status == RequestStatus.OPEN and people.exists() and not notices.exists():
        claim.objection_until = timezone.now() + OBJECTION
        claim.save(update_fields=["objection_until"])
        _notify_company(claim)


def _event_key(claim: Claim) -> str:
    return f"company_claimed:{claim.uid}"


def _notify_company(claim: Claim) -> None:
    notify(
        kind="company_claimed",
        to=admins(claim.company),
        about=claim.company.uid,
        event_key=_event_key(claim),
        context={
            "company": claim.company,
            "person": str(claim.user),
            "person_uid": str(claim.user.uid),
            "until": claim.objection_until.date().isoformat(),
        },
        path=f"/companies/{claim.company.uid}/members/",
    )


def _take_over(claim: Claim) -> None:
    """The contact person has come: she administers the company, and what she was invited by is answered."""
    company, by, now = claim.company, claim.user, timezone.now()
    claim.status, claim.decided_at = RequestStatus.ACCEPTED, now
    claim.save(update_fields=["status", "decided_at"])
    invited = Invitation.objects.open().filter(company=company, email=company.contact_email.strip().lower())
    invited.update(accepted_at=now, accepted_by=by)
    add_member(by=by, company=company, user=by, role=Membership.Role.ADMIN)


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
        raise NotFound()
    open_claim = Claim.objects.filter(pk=claim.pk, status=RequestStatus.OPEN)
    if open_claim.update(status=RequestStatus.WITHDRAWN, decided_at=timezone.now()):
        record(by=by, verb="withdraw_claim", on=claim, organisation=claim.company)
