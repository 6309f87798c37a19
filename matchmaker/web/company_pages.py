"""What one's own company says of itself, and where its approval stands; the same page on both desks."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from matchmaker.campaigns.services import submit_company
from matchmaker.campaigns.services.questions import questions_for, questions_waiting
from matchmaker.companies.models import Company, Membership
from matchmaker.companies.services import update_company
from matchmaker.core.formats import capfirst
from matchmaker.core.problems import Refused
from matchmaker.matching.tasks import start_matching
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import buyer, supplier
from matchmaker.web.forms.company import CompanyForm, initial_values
from matchmaker.web.forms.refusals import refusals_in_form

STATES = {
    Company.Status.DRAFT: ("", "pencil"),
    Company.Status.PENDING: ("missing", "hourglass"),
    Company.Status.APPROVED: ("met", "rosette-discount-check"),
    Company.Status.RETURNED: ("missing", "arrow-back-up"),
    Company.Status.SUSPENDED: ("fail", "ban"),
}


def state_of(company: Company) -> dict:
    tone, icon = STATES[Company.Status(company.status)]
    return {"label": capfirst(company.get_status_display()), "tone": tone, "icon": icon}


def new_questions(request: HttpRequest) -> int:
    """How many questions of the campaign wait for this person, who answers for the company as its administrator."""
    is_admin = request.membership.role == Membership.Role.ADMIN  # type: ignore[attr-defined]  # set by the decorator
    return questions_waiting(request.company, request.site_campaign) if is_admin else 0  # type: ignore[attr-defined]


@supplier
def edit_as_supplier(request: HttpRequest) -> HttpResponse:
    return _edit(request, "supplier")


@buyer
def edit_as_buyer(request: HttpRequest) -> HttpResponse:
    return _edit(request, "buyer")


def _edit(request: HttpRequest, side: str) -> HttpResponse:
    company = request.company
    form = CompanyForm(request.POST or None, initial=initial_values(company, CompanyForm), side=side)
    if request.method == "POST" and form.is_valid() and _save(request, form, company):
        return redirect(f"{side}_company")
    company = Company.objects.get(pk=company.pk)  # as it is stored, not as it was tried
    campaign = request.site_campaign
    context = {
        "form": form,
        "side": side,
        "company": company,
        "state": state_of(company),
        "can_submit": company.status in Company.SUBMITTABLE,
        "asked": campaign is not None and questions_for(company, campaign).exists(),
        "questions_waiting": new_questions(request),
        # What a company says of itself is for its administrators to write.
        "may_change": request.membership.role == Membership.Role.ADMIN,
    }
    return render(request, "company/own.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: CompanyForm, company: Company) -> bool:
    was_approved, submits = company.is_approved, "submit" in request.POST
    with refusals_in_form(form):
        with transaction.atomic():
            company = update_company(by=request.user, company=company, **form.cleaned_data)
            if submits:
                campaign = request.site_campaign
                if campaign is None:
                    raise Refused("no_campaign", _("No campaign is open at the moment. What you typed is still here."))
                submit_company(by=request.user, company=company, campaign=campaign)
        transaction.on_commit(start_matching)
        if submits:
            transaction.on_commit(start_delivery)
            messages.success(request, _("Sent to the campaign's team. You hear from us as soon as they have decided."))
        elif was_approved and not company.is_approved:
            messages.warning(
                request, _("Saved. You changed what was approved, so the campaign's team looks at your company again.")
            )
        else:
            messages.success(request, _("Saved."))
        return True
    return False
