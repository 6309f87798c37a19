"""What the public pages of a campaign show: the rows of companies that take part in it.

At the root of a site where no campaign stands, these are the rows of all campaigns whose pages anybody may read; on a
site without any campaign, all rows.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.events.models import Event
from matchmaker.web.campaign_site import stay_at

Side = Participation.Side


def campaigns_shown(request: Any) -> list[int] | None:
    """Keys of the campaigns this page is about; None where there is no campaign at all."""
    if not hasattr(request, "campaigns_shown"):
        request.campaigns_shown = site.campaigns_shown(request.site_campaign)
    return request.campaigns_shown  # type: ignore[no-any-return]


def filters(request: HttpRequest) -> dict[str, list[str]]:
    """The filter of a directory's index that all its lists and counts get."""
    return site.index_filters(campaigns_shown(request))


def of_campaign(request: HttpRequest, rows: QuerySet, side: str, owner: str = "company") -> QuerySet:
    """Those rows whose company (`owner` leads to it) takes part in the campaign of the page."""
    return site.of_campaigns(rows, campaigns_shown(request), side, owner)


def suppliers(request: HttpRequest) -> QuerySet[Company]:
    return of_campaign(request, Company.objects.public(), Side.SUPPLIER, "pk")


def products(request: HttpRequest) -> QuerySet[Product]:
    return of_campaign(request, Product.objects.published(), Side.SUPPLIER)


def demands(request: HttpRequest) -> QuerySet[Demand]:
    return of_campaign(request, Demand.objects.public(), Side.BUYER)


def demands_of(request: HttpRequest, rows: QuerySet[Demand]) -> QuerySet[Demand]:
    """Those of these demands whose buyer takes part."""
    return of_campaign(request, rows, Side.BUYER)


def similar(request: HttpRequest) -> dict[str, Any]:
    """Among which products similar ones are looked for: arguments of `similar_products`."""
    shown = campaigns_shown(request)
    return {} if shown is None else {"campaigns": tuple(shown)}


def open_event(request: HttpRequest, event: Event) -> None:
    """An event is shown by its own campaign; that of a campaign which is not public yet, to who may see it there."""
    here = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    if here is None or event.campaign_id == here.pk:
        return
    if event.campaign.is_shown:
        stay_at(request, event.campaign)


def events(request: HttpRequest, rows: QuerySet[Event] | None = None) -> QuerySet[Event]:
    """Published events of the campaign, or those of `rows`."""
    rows = Event.objects.published() if rows is None else rows
    shown = campaigns_shown(request)
    return rows if shown is None else rows.filter(campaign__in=shown)


def open_where_it_belongs(request: HttpRequest, company: Company, side: str) -> None:
    """A page of a company that does not take part in this campaign is shown by one in which it does.

    Pages of companies that take part in no campaign that anybody may read stay where they are: only their own people
    get that far.
    """
    here = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    mine = Campaign.objects.shown().filter(participations__company=company, participations__side=side)
    if here is None or mine.filter(pk=here.pk).exists() or company.memberships.filter(user=_user(request)).exists():
        return
    if elsewhere := mine.order_by("-is_current", "-starts_on", "-pk").first():
        stay_at(request, elsewhere)


def _user(request: HttpRequest) -> int | None:
    return request.user.pk if request.user.is_authenticated else None
