"""Who may open a page. Every view carries one of these decorators; a route without one stops the start.

What a person may not see does not exist for her: it answers 404. Only a person who is not signed in is asked to sign
in, because that tells nothing about what lies behind.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRefresh

from matchmaker.campaigns import second_step
from matchmaker.campaigns.models import Campaign, Organiser, Partner
from matchmaker.companies.models import Company, Membership
from matchmaker.core import site_prefix
from matchmaker.web.access.campaign_of_thing import campaign_of_thing
from matchmaker.web.access.teams import remember_campaign, teams_of, working_campaign
from matchmaker.web.campaign_site import stay_at

View = Callable[..., HttpResponse]


def everyone(view: View) -> View:
    """Anybody, signed in or not."""
    view.policy = "everyone"
    return view


def _declare(policy: str, check: Callable[[HttpRequest], HttpResponse | None]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return _sign_in_first(request)
            return check(request) or view(request, *args, **kwargs)

        guarded = never_cache(guarded)
        guarded.policy = policy
        return guarded

    return decorate


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """A part of a page whose sign-in has expired has the page opened anew, which leads there; drafts are kept."""
    return HttpResponseClientRefresh() if request.htmx else redirect_to_login(request.get_full_path())


def second_step_first(request: HttpRequest, back_to: str = "") -> HttpResponse | None:
    """Leads to the second step where this session has to give it or to set it up first, and from there back."""
    if getattr(request, "acting", None) or not second_step.is_missing(request):
        return None
    if second_step.is_to_set_up(request.user):
        messages.warning(
            request, _("Set up a second step for signing in first: you look after more than yourself here.")
        )
        return redirect("mfa_index")
    has_app = is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
    page = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
    return redirect(f"{page}?{urlencode({'next': back_to or request.get_full_path()})}")


# The only pages of `signed_in` that open before a second step is set up. `tests/web/test_access_generated.py` asks all.
BEFORE_THE_SECOND_STEP = {
    "account",  # one's name, language and clock
    "account_data",  # what an erasure leaves; a right by law, for a person without a telephone, too
    "account_erase",  # asks for the password again
    "join_step",  # the draft of one's own new company; submitting it asks for the second step
}


def _signed_in(request: HttpRequest) -> HttpResponse | None:
    name = request.resolver_match.url_name if request.resolver_match else ""
    if name in BEFORE_THE_SECOND_STEP and second_step.is_to_set_up(request.user):
        return None
    return second_step_first(request)


def _side(request: HttpRequest, **side) -> HttpResponse | None:
    membership = current_membership(request, **side)
    if membership is None:
        return redirect("join")
    request.company, request.membership = membership.company, membership
    return second_step_first(request)


def _check_named(request: HttpRequest) -> HttpResponse | None:
    """The company is the one the address names, whichever she works for right now."""
    found = Membership.objects.select_related("company").filter(
        company__uid=request.resolver_match.kwargs["uid"],  # type: ignore[union-attr]  # a view is always resolved
        user=request.user,
    )
    membership = found.first()
    if membership is None:
        raise Http404
    request.company, request.membership = membership.company, membership
    return second_step_first(request)


def _check_named_admin(request: HttpRequest) -> HttpResponse | None:
    stop = _check_named(request)
    if stop is None and request.membership.role != Membership.Role.ADMIN:
        raise PermissionDenied  # she sees the company, so its existence is no secret from her
    return stop


def _team(*roles: str) -> Callable[[HttpRequest], HttpResponse | None]:
    def check(request):
        campaign = _campaign_of_page(request)
        role = role_in(campaign, request.user)
        if campaign is None or role not in roles:
            raise Http404
        request.campaign, request.role = campaign, role
        return second_step_first(request) or _read_only(request, campaign, redirect("console_campaigns"))

    return check


# Sent by POST because the record notes who took it; nothing in the campaign changes.
READ_BY_POST = {"console_outcomes_data"}


# Pages that are nothing but a form which an archived campaign refuses.
ONLY_FORMS = {
    "console_announcement_new",
    "console_agreement_new",
    "console_admission_new",
    "console_company_invite",
    "console_event_cancel",
    "console_event_copy",
    "console_event_mend",
    "console_event_new",
    "console_event_plan_publish",
    "console_group_new",
    "console_invite",
    "console_partner_new",
    "console_programme_new",
    "console_question_new",
    "console_rule_new",
    "partner_enrol",
}


def _read_only(request: HttpRequest, campaign: Campaign, elsewhere: HttpResponse) -> HttpResponse | None:
    """In an archived campaign nothing is sent, and pages that only ask for something new are not opened.

    `require_organiser` and `require_partner` refuse the same to programs.
    """
    name = request.resolver_match.url_name if request.resolver_match else ""
    reads = (request.method in ("GET", "HEAD", "OPTIONS") and name not in ONLY_FORMS) or name in READ_BY_POST
    if campaign.is_archived and not reads:
        messages.error(request, _("This campaign is archived: it can be read, nothing in it changes."))
        return elsewhere
    return None


def may_change(request: HttpRequest, roles=Organiser.DECIDES) -> bool:
    """Whether the reader changes something in the campaign: by her role, and where `_read_only` does not refuse it."""
    return request.role in roles and not request.campaign.is_archived


def _campaigns(request: HttpRequest) -> HttpResponse | None:
    """Members of any team, and staff of the site: the list of campaigns, and which one they work in."""
    campaign = working_campaign(request)
    if campaign is None and not request.user.is_staff:
        raise Http404
    request.campaign, request.role = campaign, role_in(campaign, request.user)
    return second_step_first(request)


def _partner(request: HttpRequest) -> HttpResponse | None:
    """The desk is the one the address names."""
    found = Partner.objects.open().of(request.user).select_related("campaign")
    partner = found.filter(uid=request.resolver_match.kwargs["uid"]).first()  # type: ignore[union-attr]  # as above
    if partner is None:
        raise Http404
    request.partner = partner
    if request.site_campaign is not None:  # type: ignore[attr-defined]  # set by the middleware
        stay_at(request, partner.campaign)
    return second_step_first(request) or _read_only(request, partner.campaign, redirect("partner_home", partner.uid))


def _staff(request: HttpRequest) -> HttpResponse | None:
    if not request.user.is_staff:
        raise Http404
    request.campaign = working_campaign(request)
    request.role = role_in(request.campaign, request.user)
    return second_step_first(request)


signed_in = _declare("signed in", _signed_in)
supplier = _declare("member of a supplier", lambda request: _side(request, is_supplier=True))
buyer = _declare("member of a buyer", lambda request: _side(request, is_buyer=True))
member = _declare("member of the company named", _check_named)
company_admin = _declare("administrator of the company named", _check_named_admin)
partner = _declare("member of the desk of the partner named", _partner)
# Policy → the roles of the campaign's team that pass.
TEAM_ROLES = {
    "anyone of the campaign's team": ("admin", "organiser", "staff"),
    "organiser of the campaign": ("admin", "organiser"),
    "administrator of the campaign": ("admin",),
}
team, organiser, campaign_admin = (_declare(policy, _team(*roles)) for policy, roles in TEAM_ROLES.items())
campaigns = _declare("anyone of a team, or staff of the site", _campaigns)
staff = _declare("staff of the site", _staff)


def opens_for(role: str, address: str) -> bool:
    """May this role of the campaign's team open the page? Pages that are not for the team alone decide themselves."""
    path = site_prefix.split(address.partition("?")[0])[1]
    roles = TEAM_ROLES.get(getattr(resolve(path).func, "policy", ""))
    return roles is None or role in roles


def _campaign_of_page(request: HttpRequest) -> Campaign | None:
    """The campaign that a page of the team is about: that of the thing it shows, else the working one.

    Opens the page again at the campaign's own address, so that its links and other tabs stay with it.
    """
    campaign = working_campaign(request)
    about = campaign_of_thing(request, campaign)
    if about is not None:
        campaign = about
    if campaign is None:
        return None
    here = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    if about is not None or here is not None or len(teams_of(request)) > 1:
        stay_at(request, campaign)
    remember_campaign(request, campaign)
    return campaign


def role_in(campaign: Campaign | None, user) -> str:
    """'admin', 'organiser', 'staff' or ''."""
    if campaign is None or not user.is_authenticated:
        return ""
    return Organiser.objects.filter(campaign=campaign, user=user).values_list("role", flat=True).first() or ""


def current_company(request: HttpRequest, **side) -> Company | None:
    """The company this person works for right now: the one she chose, otherwise her first on that side."""
    membership = current_membership(request, **side)
    return membership.company if membership else None


def current_membership(request: HttpRequest, **side) -> Membership | None:
    """This person in the company that she works for right now."""
    if not request.user.is_authenticated:
        return None
    own = memberships_of(request)
    fit = [one for one in own if all(getattr(one.company, name) == value for name, value in side.items())]
    chosen = request.session.get("company")
    return next((one for one in fit if str(one.company.uid) == chosen), None) or next(iter(fit), None)


def memberships_of(request: HttpRequest) -> list[Membership]:
    """The companies of the person who is signed in, her first one first.

    A page and its header look for them five times: they are read once, except in an action, which may change them.
    """
    reader, found = getattr(request, "memberships", (None, []))
    if reader != request.user.pk or request.method not in ("GET", "HEAD"):
        found = list(Membership.objects.filter(user=request.user).select_related("company").order_by("pk"))
        request.memberships = request.user.pk, found  # type: ignore[attr-defined]
    return found
