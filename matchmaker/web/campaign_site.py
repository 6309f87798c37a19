"""Which campaign a request belongs to, by its address; see docs/architecture.md.

After the middleware every request has `site_campaign` (None at the root of a site where no campaign stands there),
`site_prefix` ("/c/spring-2027", "" at the root and on a host) and `site_url` (the absolute address of scheme and host).
`campaign_is_addressed` says that prefix or host names the campaign.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes

from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign, CompanyInvitation, Organiser, PartnerSeat
from matchmaker.companies import invitations
from matchmaker.core import site_prefix

# Asked by machines, also while the database is away.
WITHOUT_CAMPAIGN = ("/health/", "/metrics", "/static/", "/.well-known/")
INVITED = "invited_to_campaign"  # in the session: the campaign of which this visitor has a letter
READS = ("GET", "HEAD")


class AtCampaign(Exception):
    """Raised by a page that belongs to another campaign than its address says: it is opened again at the right one."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(campaign.slug)
        self.campaign = campaign


class CampaignSite:
    """Finds the campaign of the request and takes its prefix off the path, so that the same routes serve them all."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        set_site(request, None, "", is_addressed=False)
        if request.path_info.startswith(WITHOUT_CAMPAIGN):
            return self.get_response(request)
        campaigns = list(Campaign.objects.order_by("pk"))
        if (of_host := _campaign_of_host(request, campaigns)) and _may_enter(request, of_host, request.path_info):
            set_site(request, of_host, "", is_addressed=True)
            return self.get_response(request)
        set_site(request, root := site.root_of(campaigns), "", is_addressed=False)
        prefix, path = site_prefix.split(request.path_info)
        named = next((one for one in campaigns if prefix == f"/c/{one.slug}"), None)
        if named is None or not _may_enter(request, named, path):
            return self.get_response(request)  # no route begins with /c/: 404
        if (named == root and request.method in READS) or not path:
            return _move(request, "" if named == root else prefix, path or "/")
        request.path_info = path
        set_site(request, named, prefix, is_addressed=True)
        with site_prefix.script_prefix(prefix):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, AtCampaign):
            return HttpResponseRedirect(link(request, exception.campaign, full_path(request)))
        return None


def set_site(request: Any, campaign: Campaign | None, prefix: str, *, is_addressed: bool) -> None:
    """Write on the request which campaign it belongs to."""
    request.site_campaign, request.site_prefix = campaign, prefix
    request.campaign_is_addressed = is_addressed
    on_host = is_addressed and not prefix and campaign is not None
    request.site_url = site.host_url(campaign) if on_host and campaign is not None else settings.SITE_URL


def _campaign_of_host(request: HttpRequest, campaigns: list[Campaign]) -> Campaign | None:
    hosts = {campaign.host: campaign for campaign in campaigns if campaign.host and site.may_be_host(campaign.host)}
    return hosts.get(site.name_of_host(request.get_host())) if hosts else None


def _move(request: HttpRequest, prefix: str, path: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    address = escape_leading_slashes(prefix + escape_uri_path(path)) + (f"?{query}" if query else "")
    return HttpResponseRedirect(address)


def _may_enter(request: HttpRequest, campaign: Campaign, path: str) -> bool:
    """Whether this visitor may know of the campaign: anybody once it was opened, before only those it invited."""
    if campaign.is_shown:
        return True
    if request.session.get(INVITED) == campaign.pk or _holds_letter(request, campaign, path):
        return True
    user = request.user
    if not user.is_authenticated:
        return False
    if user.is_staff or Organiser.objects.filter(campaign=campaign, user=user).exists():
        return True
    return PartnerSeat.objects.standing().filter(partner__campaign=campaign, user=user).exists()


def _holds_letter(request: HttpRequest, campaign: Campaign, path: str) -> bool:
    """Whether the path is that of a letter which invites into the campaign; its other pages open then, too."""
    area, _slash, rest = path.removeprefix("/").partition("/")
    invitation = invitations.find(rest.partition("/")[0]) if area == "invitations" else None
    if invitation is None:
        return False
    is_of_it = CompanyInvitation.objects.filter(invitation=invitation, campaign=campaign).exists()
    if is_of_it:
        request.session[INVITED] = campaign.pk
    return is_of_it


# -- addresses --------------------------------------------------------------------------------------------------------
def full_path(request: HttpRequest) -> str:
    """The path of the request with its query and without the prefix of a campaign."""
    return site_prefix.split(request.get_full_path())[1]


def link(request: HttpRequest, campaign: Campaign, path: str) -> str:
    """The address of a page (a path without prefix) of a campaign, from the page that is being shown."""
    here = getattr(request, "site_campaign", None)
    if campaign == here:
        return request.site_prefix + path  # type: ignore[attr-defined]  # set by the middleware
    address = site.prefix_of(campaign) + path
    on_host = here is not None and request.site_url != settings.SITE_URL  # type: ignore[attr-defined]  # as above
    return settings.SITE_URL + address if on_host else address


def link_to(request: HttpRequest, campaign: Campaign, name: str, *args: Any) -> str:
    """The address of a named page of a campaign; see `link`."""
    with site_prefix.script_prefix(""):
        path = reverse(name, args=args)
    return link(request, campaign, path)


def stay_at(request: HttpRequest, campaign: Campaign) -> None:
    """Opens the page again at the address of this campaign, unless it stands there or something is being sent.

    Raises:
        AtCampaign: the middleware redirects.
    """
    here = getattr(request, "site_campaign", None)
    if request.method in READS and here != campaign:
        raise AtCampaign(campaign)
