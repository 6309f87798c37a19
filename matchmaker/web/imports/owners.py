"""For whom a person may bring sheets in: her company, or the campaign she organises."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company, Membership
from matchmaker.core.problems import Refused
from matchmaker.imports import services
from matchmaker.imports.models import Import
from matchmaker.web.access.decorators import current_company, role_in
from matchmaker.web.access.teams import working_campaign
from matchmaker.web.campaign_site import stay_at

TEAM, COMPANY = "team", "company"
KINDS_OF = {
    TEAM: [kind.value for kind in Import.Kind if kind != Import.Kind.FEED],
    COMPANY: [Import.Kind.PRODUCTS.value, Import.Kind.DEMANDS.value],
}
SIDES = {"products": "is_supplier", "demands": "is_buyer"}


@dataclass(frozen=True, slots=True)
class Owner:
    """`name` is the part of the address; exactly one of the others is set."""

    name: str
    company: Company | None = None
    campaign: Campaign | None = None

    def takes(self) -> dict:
        return {"company": self.company, "campaign": self.campaign}


def owner_for(request: HttpRequest, name: str, kind: str) -> Owner:
    """Who the address means, or 404 when this person may not bring this in."""
    if kind not in KINDS_OF.get(name, ()):
        raise Http404
    if name == TEAM:
        campaign = working_campaign(request)
        if role_in(campaign, request.user) not in ("admin", "organiser"):
            raise Http404
        return _at_desk(request, Owner(TEAM, campaign=campaign))
    company = current_company(request, **{SIDES[kind]: True})
    if company is None or not _administers(request, company):
        raise Http404
    return _at_desk(request, Owner(COMPANY, company=company))


def why_not(request: HttpRequest, owner: Owner, kind: str) -> str:
    """The sentence that says why nothing can be brought in here yet; '' when it can."""
    try:
        services.may_bring_in(request.user, kind, **owner.takes())
    except Refused as refusal:
        return str(refusal.message)
    return ""


def owners(request: HttpRequest) -> list[tuple[Owner, list[str]]]:
    """Everything this person may bring in, for the start page."""
    found = []
    campaign = working_campaign(request)
    if role_in(campaign, request.user) in ("admin", "organiser"):
        found.append((Owner(TEAM, campaign=campaign), KINDS_OF[TEAM]))
    for kind, side in SIDES.items():
        company = current_company(request, **{side: True})
        if company is not None and _administers(request, company):
            found.append((Owner(COMPANY, company=company), [kind]))
    if found:
        _at_desk(request, found[0][0])
    return found


def import_for(request: HttpRequest, uid) -> Import:
    """One import this person may see, or 404; the page shows the desk it belongs to."""
    batch = get_object_or_404(
        Import.objects.visible_to(request.user).select_related("company", "by", "campaign"), uid=uid
    )
    if batch.campaign is not None:
        stay_at(request, batch.campaign)
    _at_desk(request, Owner(COMPANY, company=batch.company) if batch.company else Owner(TEAM, campaign=batch.campaign))
    return batch


def _at_desk(request: HttpRequest, owner: Owner) -> Owner:
    if owner.company is None:
        request.area, request.campaign = "console", owner.campaign
    else:
        request.area = "supplier" if owner.company.is_supplier else "buyer"
    return owner


def _administers(request: HttpRequest, company: Company) -> bool:
    return Membership.objects.filter(company=company, user=request.user, role=Membership.Role.ADMIN).exists()
