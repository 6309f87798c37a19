"""A domain is proven: where the campaign trusts that, the company is let in with it."""

from django.db import transaction

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services.approval import approve_automatically
from matchmaker.companies import domains
from matchmaker.companies.models import DomainProof


@transaction.atomic
def open_letter(*, by: User, token: str, campaign: Campaign | None) -> DomainProof:
    """What `companies.domains.open_letter` does, and the approval that may follow; raises what that raises."""
    proof = domains.open_letter(by=by, token=token)
    if campaign:
        approve_automatically(company=proof.company, campaign=campaign)
    return proof


def look(*, by: User, proof: DomainProof, campaign: Campaign | None) -> bool:
    """What `companies.domains.look` does, and the approval that may follow; raises what that raises."""
    found = domains.look(by=by, proof=proof)
    if found and campaign:
        with transaction.atomic():
            approve_automatically(company=proof.company, campaign=campaign)
    return found
