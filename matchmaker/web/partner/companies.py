"""What a partner does with one company: enrol it, see where it stands, vouch for it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.services import partners
from matchmaker.companies.models import Invitation
from matchmaker.companies.tasks import start_invitations
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import partner
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.partner.follow import followed
from matchmaker.web.partner.forms import EnrolForm, VouchForm


@partner
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, uid) -> HttpResponse:
    """Open a draft for a company; its contact person gets the letter that lets her take it over."""
    first = {"country": request.partner.country, "side": "supplier"}
    form = EnrolForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            made = partners.enrol_company(by=request.user, partner=request.partner, **form.cleaned_data)
            transaction.on_commit(start_invitations)
            transaction.on_commit(start_delivery)
            messages.success(
                request, _("%(company)s is enrolled; its contact person gets a letter.") % {"company": made.company}
            )
            return redirect("partner_company", uid, made.uid)
    left = partners.places_left(request.partner)
    context = {"partner": request.partner, "form": form, "left": left}
    return render(request, "partner/enrol.html", context, status=422 if form.errors else 200)


def _page(request: HttpRequest, key, form: VouchForm) -> HttpResponse:
    enrolment = get_object_or_404(followed(request.partner.enrolments.all()), uid=key)
    company = enrolment.company
    context = {
        "partner": request.partner,
        "enrolment": enrolment,
        "company": company,
        "form": form,
        "invited": Invitation.objects.open().filter(company=company).first() if not company.members.exists() else None,
        "figures": [
            {"label": _("products published"), "value": enrolment.products},
            {"label": _("matches"), "value": enrolment.matches},
            {"label": _("contacts opened"), "value": enrolment.mutual, "first": True},
            {"label": _("meetings"), "value": enrolment.meetings},
        ],
    }
    return render(request, "partner/company.html", context, status=422 if form.errors else 200)


@partner
@require_safe
def show(request: HttpRequest, uid, key) -> HttpResponse:
    return _page(request, key, VouchForm())


@partner
@require_POST
def vouch(request: HttpRequest, uid, key) -> HttpResponse:
    enrolment = get_object_or_404(request.partner.enrolments.select_related("company", "partner__campaign"), uid=key)
    form = VouchForm(request.POST)
    if form.is_valid():
        with refusals_in_form(form):
            partners.vouch(by=request.user, enrolment=enrolment, text=form.cleaned_data["vouch"])
            transaction.on_commit(start_delivery)
            messages.success(request, _("You vouch for %(company)s.") % {"company": enrolment.company})
            return redirect("partner_company", uid, key)
    return _page(request, key, form)


@partner
@require_POST
def take_back(request: HttpRequest, uid, key) -> HttpResponse:
    enrolment = get_object_or_404(request.partner.enrolments.select_related("company", "partner__campaign"), uid=key)
    reason = request.POST.get("reason", "").replace("\x00", "")
    with refusals_in_messages(request):
        partners.withdraw_vouch(by=request.user, enrolment=enrolment, reason=reason)
        messages.success(request, _("Your word is taken back."))
    return redirect("partner_company", uid, key)
