"""Writing down what was seen of a company's evidence."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.campaigns import verification
from matchmaker.companies.models import Check
from matchmaker.core.problems import Refused
from matchmaker.web.access import organiser
from matchmaker.web.console import companies
from matchmaker.web.console.check_form import CheckForm
from matchmaker.web.refusals import show_on


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
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("Taken back. The company is shown with what still counts."))
    return redirect("console_company", uid)
