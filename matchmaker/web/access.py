"""Who may open a page. Every view carries one of these decorators; a route without one stops the start.

What a person may not see does not exist for her: it answers 404. Only somebody who is not signed in is asked to sign
in, because that tells nothing about what lies behind.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.companies.models import Company, Membership

View = Callable[..., HttpResponse]


def everyone(view: View) -> View:
    """Anybody, signed in or not."""
    view.policy = "everyone"
    return view


def _declared(policy: str, gate: Callable[[HttpRequest], HttpResponse | None]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            return gate(request) or view(request, *args, **kwargs)

        guarded = never_cache(guarded)
        guarded.policy = policy
        return guarded

    return decorate


def _side(request: HttpRequest, **side) -> HttpResponse | None:
    company = current_company(request, **side)
    if company is None:
        return redirect("join")
    request.company = company
    request.membership = Membership.objects.get(company=company, user=request.user)
    return None


def _team(*roles: str) -> Callable[[HttpRequest], HttpResponse | None]:
    def gate(request):
        campaign = current_campaign()
        role = role_in(campaign, request.user)
        if campaign is None or role not in roles:
            raise Http404
        request.campaign, request.role = campaign, role
        return None

    return gate


def _staff(request):
    if not request.user.is_staff:
        raise Http404


signed_in = _declared("signed in", lambda request: None)
supplier = _declared("member of a supplier", lambda request: _side(request, is_supplier=True))
buyer = _declared("member of a buyer", lambda request: _side(request, is_buyer=True))
team = _declared("anyone of the campaign's team", _team("admin", "organiser", "staff"))
organiser = _declared("organiser of the campaign", _team("admin", "organiser"))
campaign_admin = _declared("administrator of the campaign", _team("admin"))
staff = _declared("staff of the site", _staff)


def current_campaign() -> Campaign | None:
    return Campaign.objects.filter(is_current=True).first()


def role_in(campaign: Campaign | None, user) -> str:
    """'admin', 'organiser', 'staff' or ''."""
    if campaign is None or not user.is_authenticated:
        return ""
    return Organiser.objects.filter(campaign=campaign, user=user).values_list("role", flat=True).first() or ""


def current_company(request: HttpRequest, **side) -> Company | None:
    """The company this person works for right now: the one she chose, otherwise her first on that side."""
    if not request.user.is_authenticated:
        return None
    companies = Company.objects.of(request.user).filter(**side).order_by("memberships__id")
    chosen = request.session.get("company")
    return (companies.filter(uid=chosen).first() if chosen else None) or companies.first()
