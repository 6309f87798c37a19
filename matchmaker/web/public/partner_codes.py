"""A company's side of country partners: where a code leads, using one, and ending it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from matchmaker.campaigns.models import Enrolment, PartnerCode
from matchmaker.campaigns.services import partners
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import company_admin, everyone

KEPT = "partner_code"  # in the session, until the company is submitted


@everyone
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, code: str) -> HttpResponse:
    """Who invites and what she will see, before anything is given; a POST keeps the code for the registration."""
    found = partners.open_code(code)
    if found and request.method == "POST":
        request.session[KEPT] = found.code
        side = side_of(found)
        return redirect(way_in(request, side) if side else reverse("join"))
    return render(request, "public/join/invited.html", {"code": found}, status=200 if found else 404)


def side_of(code: PartnerCode) -> str:
    """A trading group brings buyers, a partner abroad companies that sell to China; "" where the company says it."""
    if code.partner.is_group:
        return "buyer"
    return "supplier" if code.partner.country not in ("", "CN") else ""


def way_in(request: HttpRequest, side: str) -> str:
    """The first step of joining on a side; who has no account makes one first and comes back."""
    step = reverse("join_step", args=[side, 1])
    if request.user.is_authenticated:
        return step
    return f"{reverse('account_signup')}?{urlencode({'next': step})}"


@company_admin
@require_POST
def use(request: HttpRequest, uid) -> HttpResponse:
    try:
        enrolment = partners.use_code(by=request.user, company=request.company, text=request.POST.get("code", "")[:40])
    except (ValidationError, Refused) as refusal:
        messages.error(request, getattr(refusal, "message", "") or str(refusal))
    else:
        transaction.on_commit(start_delivery)
        messages.success(request, _("%(partner)s follows your company from now on.") % {"partner": enrolment.partner})
    return redirect("members", uid)


@company_admin
@require_POST
def leave(request: HttpRequest, uid, key) -> HttpResponse:
    rows = Enrolment.objects.filter(company=request.company).select_related("partner", "company")
    enrolment = get_object_or_404(rows, uid=key)
    partners.leave_partner(by=request.user, enrolment=enrolment)
    messages.success(request, _("%(partner)s no longer follows your company.") % {"partner": enrolment.partner})
    return redirect("members", uid)
