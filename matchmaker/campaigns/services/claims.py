"""The campaign's team decides about a claim: one of it where the domain is shown and no one is there, else two."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.claims import give_time_to_object, votes_needed
from matchmaker.companies.members import add_member
from matchmaker.companies.models import Claim, Membership, RequestStatus
from matchmaker.core.problems import Refused
from matchmaker.notifications.services import notify


def agree_to_claim(*, by: User, claim: Claim, campaign: Campaign) -> Claim:
    """The first yes is stored; the second, of another person and after the week for objections, gives access.

    Where one vote is enough (`companies.claims.votes_needed`) the first gives access.

    People who came to the company after the claim are notified by the first answer, and have their week from then on.

    Raises:
        Refused: for one's own claim, a second yes by the same person, an objection, or before the week is over.
    """
    require_organiser(by, campaign)
    give_time_to_object(claim)  # a transaction of its own: it stands although this answer is refused as too early
    return _agree(by, claim)


@transaction.atomic
def _agree(by: User, claim: Claim) -> Claim:
    claim = Claim.objects.select_for_update().select_related("company", "user").get(pk=claim.pk)
    if claim.status != RequestStatus.OPEN:
        raise Refused("already_answered", _("This claim has been answered already."))
    if claim.user_id == by.pk or claim.company.members.filter(pk=by.pk).exists():
        raise Refused("own_company", _("Another person of the team must decide about your own company."), status=403)
    if claim.objection:
        raise Refused("objected", _("The company objected. Speak to both, then decline or ask the company."))
    needed = votes_needed(claim)
    if claim.first_yes_by_id == by.pk and needed == 2:
        raise Refused("second_person", _("You agreed already. A second person of the team must agree, too."))
    if claim.first_yes_by_id is None and needed == 2:
        claim.first_yes_by = by
        claim.save(update_fields=["first_yes_by"])
        record(by=by, verb="agree_to_claim", on=claim, organisation=claim.company, facts={"yes": 1})
        return claim
    return _accept(claim, by)


def _accept(claim: Claim, by: User) -> Claim:
    """The last yes that was needed; a company with people may object until its week is over."""
    if timezone.now() < claim.objection_until:
        raise Refused(
            "too_early",
            _("The company may object until %(day)s. The second yes is possible after that.")
            % {"day": claim.objection_until.date().isoformat()},
        )
    votes = 2 if claim.first_yes_by_id and claim.first_yes_by_id != by.pk else 1
    if votes == 2:
        claim.second_yes_by = by
    else:
        claim.first_yes_by = by
    claim.status, claim.decided_at = RequestStatus.ACCEPTED, timezone.now()
    claim.save(update_fields=["first_yes_by", "second_yes_by", "status", "decided_at"])
    record(by=by, verb="agree_to_claim", on=claim, organisation=claim.company, facts={"yes": votes})
    add_member(by=by, company=claim.company, user=claim.user, role=Membership.Role.ADMIN)
    _tell(claim, accepted=True)
    return claim


def open_claims(campaign: Campaign) -> QuerySet[Claim]:
    """What the team has to decide about, the oldest first."""
    rows = Claim.objects.filter(status=RequestStatus.OPEN, company__campaigns=campaign)
    return rows.select_related("company", "user", "first_yes_by").distinct().order_by("created_at", "pk")


@transaction.atomic
def decline_claim(*, by: User, claim: Claim, campaign: Campaign) -> None:
    require_organiser(by, campaign)
    open_claim = Claim.objects.filter(pk=claim.pk, status=RequestStatus.OPEN)
    if not open_claim.update(status=RequestStatus.DECLINED, decided_at=timezone.now()):
        raise Refused("already_answered", _("This claim has been answered already."))
    record(by=by, verb="decline_claim", on=claim, organisation=claim.company)
    _tell(claim, accepted=False)


def _tell(claim: Claim, *, accepted: bool) -> None:
    notify(
        kind="claim_answered",
        to=[claim.user],
        about=None,
        event_key=f"claim_answered:{claim.uid}",
        context={"company": claim.company, "accepted": accepted},
        path="/companies/",
    )
