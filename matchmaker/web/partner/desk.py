"""A country partner's desk: its companies and how far they are, its codes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import Partner
from matchmaker.campaigns.services import partners
from matchmaker.companies.models import Company
from matchmaker.web.access.decorators import partner, signed_in
from matchmaker.web.forms.refusals import refusals_in_form
from matchmaker.web.partner.follow import followed
from matchmaker.web.partner.forms import CodeForm


@signed_in
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Where the letter leads: to one's desk. Whoever confirmed her address meanwhile sits down here."""
    partners.take_seats(by=request.user)
    own = Partner.objects.open().of(request.user).first()
    if own is None:
        raise Http404
    return redirect("partner_home", own.uid)


@partner
@require_safe
def home(request: HttpRequest, uid) -> HttpResponse:
    """The companies this partner brought, with what they have reached."""
    enrolments = request.partner.enrolments.all()
    statuses = list(enrolments.values_list("company__status", flat=True))
    context = {
        "partner": request.partner,
        "page": Paginator(followed(enrolments).order_by("-pk"), 30).get_page(request.GET.get("page")),
        "figures": [
            {"label": _("companies brought"), "value": len(statuses)},
            {"label": _("approved"), "value": statuses.count(Company.Status.APPROVED), "first": True},
            {"label": _("waiting for approval"), "value": statuses.count(Company.Status.PENDING)},
            {"label": _("you may still bring"), "value": partners.places_left(request.partner)},
        ],
        "others": Partner.objects.open().of(request.user).exclude(pk=request.partner.pk),
    }
    return render(request, "partner/home.html", context)


@partner
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest, uid) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            made = partners.make_code(by=request.user, partner=request.partner, **form.cleaned_data)
            messages.success(request, _("The code is %(code)s. Pass it on with its address.") % {"code": made.code})
            return redirect("partner_codes", uid)
    context = {
        "partner": request.partner,
        "form": form,
        "codes": request.partner.codes.counted().order_by("-pk"),
        "left": partners.places_left(request.partner),
    }
    return render(request, "partner/codes.html", context, status=422 if form.errors else 200)


@partner
@require_POST
def withdraw_code(request: HttpRequest, uid, code) -> HttpResponse:
    found = get_object_or_404(request.partner.codes.select_related("partner__campaign"), uid=code)
    partners.withdraw_code(by=request.user, code=found)
    messages.success(request, _("The code %(code)s lets nobody in any more.") % {"code": found.code})
    return redirect("partner_codes", uid)
