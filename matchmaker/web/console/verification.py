"""Who a company is: what was seen of its evidence, and who claims it."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from matchmaker.campaigns.services import claims, verification
from matchmaker.catalogue.services import refuse_certificate
from matchmaker.companies.models import Check, Claim, Document
from matchmaker.core.downloads import SEALED, attachment
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console import companies
from matchmaker.web.console.check_form import CheckForm
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages


@organiser
@require_POST
def verify(request, uid):
    company = get_object_or_404(companies.of_campaign(request), uid=uid)
    form = CheckForm(request.POST, company=company)
    if form.is_valid():
        with refusals_in_form(form):
            verification.verify_company(
                by=request.user, company=company, campaign=request.campaign, **form.cleaned_data
            )
            messages.success(request, _("Written down: %(level)s.") % {"level": company.get_verification_display()})
            return redirect("console_company", uid)
    return companies.company(request, uid, check=form)


@organiser
@require_POST
def withdraw(request, uid, check):
    row = get_object_or_404(Check, uid=check, company__in=companies.of_campaign(request), company__uid=uid)
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    with refusals_in_messages(request):
        verification.withdraw_check(by=request.user, check=row, campaign=request.campaign, reason=reason)
        messages.success(request, _("Taken back. The company is shown with what still counts."))
    return redirect("console_company", uid)


@organiser
@require_POST
def answer_claim(request, uid, claim):
    row = get_object_or_404(Claim, uid=claim, company__in=companies.of_campaign(request), company__uid=uid)
    verb = claims.agree_to_claim if request.POST.get("answer") == "yes" else claims.decline_claim
    with refusals_in_messages(request):
        verb(by=request.user, claim=row, campaign=request.campaign)
        transaction.on_commit(start_delivery)
        messages.success(request, _("Your answer is written down."))
    return redirect("console_company", uid)


def paper_of(request, uid, key) -> Document:
    """A paper of a company of this campaign, or 404."""
    return get_object_or_404(verification.papers_for(request.user, request.campaign), uid=key, company__uid=uid)


@organiser
@require_safe
@csp_override(SEALED)
def document(request, uid, key):
    """A paper of a company, for who decides; reading it stands in the record (R A c, logged)."""
    row = paper_of(request, uid, key)
    verification.open_document(by=request.user, document=row, campaign=request.campaign)
    return attachment(row)


@organiser
@require_POST
def refuse_document(request, uid, key):
    row = paper_of(request, uid, key)
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    with refusals_in_messages(request):
        refuse_certificate(by=request.user, document=row, campaign=request.campaign, reason=reason)
        messages.success(request, _("Not accepted. The company reads why and can send another."))
    return redirect("console_company", uid)
