"""Who a company is: what was seen of its evidence, and who claims it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.campaigns import claims, verification
from matchmaker.companies.models import Check, Claim
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import ring
from matchmaker.web.access import organiser
from matchmaker.web.console import companies
from matchmaker.web.console.check_form import CheckForm
from matchmaker.web.refusals import say_why, show_on


@organiser
@require_POST
def verify(request, uid):
    company = get_object_or_404(companies.of_campaign(request), uid=uid)
    form = CheckForm(request.POST)
    if form.is_valid():
        try:
            verification.verify_company(
                by=request.user, company=company, campaign=request.campaign, **form.cleaned_data
            )
        except (ValidationError, Refused) as problem:
            show_on(form, problem)
        else:
            messages.success(request, _("Written down: %(level)s.") % {"level": company.get_verification_display()})
            return redirect("console_company", uid)
    return companies.company(request, uid, check=form)


@organiser
@require_POST
def withdraw(request, uid, check):
    row = get_object_or_404(Check, uid=check, company__in=companies.of_campaign(request), company__uid=uid)
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    try:
        verification.withdraw_check(by=request.user, check=row, campaign=request.campaign, reason=reason)
    except ValidationError as problem:
        say_why(request, problem)
    else:
        messages.success(request, _("Taken back. The company is shown with what still counts."))
    return redirect("console_company", uid)


@organiser
@require_POST
def answer_claim(request, uid, claim):
    row = get_object_or_404(Claim, uid=claim, company__in=companies.of_campaign(request), company__uid=uid)
    verb = claims.agree_to_claim if request.POST.get("answer") == "yes" else claims.decline_claim
    try:
        verb(by=request.user, claim=row, campaign=request.campaign)
    except Refused as problem:
        say_why(request, problem)
    else:
        transaction.on_commit(ring)
        messages.success(request, _("Your answer is written down."))
    return redirect("console_company", uid)
