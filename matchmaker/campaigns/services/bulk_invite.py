"""Inviting the contact persons of many companies from the company list, see `company_invitations`."""

from django.db.models import Q

from matchmaker.campaigns.models import BulkAction
from matchmaker.campaigns.services import bulk, company_invitations
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused


def _invitation_exclusions(action: BulkAction) -> list[tuple[str, Q]]:
    """Each reason of `company_invitations` with the companies for which it holds, asked in steps that it takes."""
    keys = list(action.items.values_list("company", flat=True))
    found: dict[str, list[int]] = {}
    for start in range(0, len(keys), company_invitations.MOST):
        step = Company.objects.filter(pk__in=keys[start : start + company_invitations.MOST])
        chosen = company_invitations.select(by=action.by, campaign=action.campaign, companies=step)
        for reason, companies in chosen.left_out.items():
            found.setdefault(_code(reason), []).extend(company.pk for company in companies)
    return [(reason, Q(company__in=companies)) for reason, companies in found.items()]


def _code(reason: str) -> str:
    """As the reason stands on an item; `invited` there means an event."""
    return f"letter_{reason}"


def _invite(action: BulkAction, companies: list[Company]) -> dict[int, str]:
    by, campaign = action.by, action.campaign
    try:
        selection = company_invitations.invite_companies(by=by, campaign=campaign, companies=companies)
    except Refused as refusal:
        return dict.fromkeys((company.pk for company in companies), refusal.code)
    return {company.pk: _code(reason) for reason, left in selection.left_out.items() for company in left}


INVITE = bulk.Work(_invite, _invitation_exclusions)
REASONS = {_code(reason): words for reason, words in company_invitations.REASONS.items()}
