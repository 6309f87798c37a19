"""Which campaign stands at which address of the site, and the addresses of a campaign.

One campaign may stand at the root: the current one, or the only one that is open. Every campaign has a prefix
(/c/spring-2027/), and may have a host name of its own.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.http.request import split_domain_port, validate_host

from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.core import site_prefix


def root_of(campaigns: Iterable[Campaign]) -> Campaign | None:
    """Which of all campaigns stands at the root."""
    campaigns = list(campaigns)
    current = next((campaign for campaign in campaigns if campaign.is_current), None)
    shown = [campaign for campaign in campaigns if campaign.state == Campaign.State.OPEN]
    return current or (shown[0] if len(shown) == 1 else None)


def root_campaign() -> Campaign | None:
    """The campaign at the root of the site; None where there is none, or several are open and none was chosen."""
    return root_of(Campaign.objects.exclude(state=Campaign.State.ARCHIVED))


def prefix_of(campaign: Campaign) -> str:
    """What stands before the paths of this campaign's pages: "/c/spring-2027"; "" for the one at the root."""
    return "" if campaign.is_current else f"/c/{campaign.slug}"


def public_prefix_of(campaign: Campaign) -> str:
    """The same for links that people outside its team follow: "" while its pages are for its team only."""
    return prefix_of(campaign) if campaign.is_shown else ""


def url_of(campaign: Campaign) -> str:
    """The absolute address of a campaign without a slash at its end: its host, else the site's with its prefix."""
    return host_url(campaign) or settings.SITE_URL + prefix_of(campaign)


def public_url_of(campaign: Campaign) -> str:
    """The same for links in letters: the site's own address while the pages of the campaign are for its team only."""
    return url_of(campaign) if campaign.is_shown else settings.SITE_URL


def host_url(campaign: Campaign) -> str:
    """The absolute address of its own host without a slash at its end; "" where it has none that works."""
    if not campaign.host or not may_be_host(campaign.host):
        return ""
    site = urlsplit(settings.SITE_URL)
    return f"{site.scheme}://{campaign.host}" + (f":{site.port}" if site.port else "")


def may_be_host(host: str) -> bool:
    """Whether the operator lets the site answer under this name (ALLOWED_HOSTS), and it is not the site's own."""
    return host != urlsplit(settings.SITE_URL).hostname and validate_host(host, settings.ALLOWED_HOSTS)


def name_of_host(host: str) -> str:
    """The host name without its port, in small letters."""
    return split_domain_port(host)[0]


def campaign_at(path: str) -> Campaign | None:
    """The campaign whose prefix a path begins with."""
    slug = site_prefix.slug_of(path)
    return Campaign.objects.filter(slug=slug).first() if slug else None


# -- what a part of the site shows ------------------------------------------------------------------------------------
def campaigns_shown(here: Campaign | None) -> list[int] | None:
    """Keys of the campaigns whose companies anybody sees where `here` stands.

    Where none stands, at the root of a site with several, these are all that anybody may read; None on a site without
    any campaign, which shows all companies.
    """
    if here is not None:
        return [here.pk]
    rows = dict(Campaign.objects.values_list("pk", "state"))
    return [key for key, state in rows.items() if state in Campaign.SHOWN] if rows else None


def of_campaigns(rows: QuerySet, shown: list[int] | None, side: str, owner: str = "company") -> QuerySet:
    """Those rows whose company (`owner` leads to it) takes part in one of the campaigns of `campaigns_shown`."""
    if shown is None:
        return rows
    return rows.filter(**{f"{owner}__in": Participation.objects.companies(shown, side)})


def index_filters(shown: list[int] | None) -> dict[str, list[str]]:
    """The filter of a directory's index for the campaigns of `campaigns_shown`."""
    return {} if shown is None else {"campaign": [str(key) for key in shown] or ["0"]}
