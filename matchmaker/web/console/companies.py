"""Companies of the campaign: look at one, approve it or send it back with a reason."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns import services
from matchmaker.campaigns.services.questions import answers_of
from matchmaker.companies import domains
from matchmaker.companies.models import Asked, Company, Merge
from matchmaker.companies.services import companies_alike
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.check_form import CheckForm
from matchmaker.web.forms.refusals import add_to_messages, refusals_in_messages
from matchmaker.web.rendering.notice_claims import done

LISTS = [
    ("suppliers", gettext_lazy("Suppliers")),
    ("buyers", gettext_lazy("Buyers")),
    ("products", gettext_lazy("Products")),
    ("demands", gettext_lazy("Demands")),
]


def of_campaign(request):
    return Company.objects.filter(campaigns=request.campaign).distinct()


@team
def companies(request):
    status = request.GET.get("status", Company.Status.PENDING)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = of_campaign(request)
    tabs = [
        {"value": value, "label": label, "count": found.filter(status=value).count(), "checked": value == status}
        for value, label in Company.Status.choices
        if value != Company.Status.DRAFT
    ]
    if status in Company.Status.values:
        found = found.filter(status=status)
    if words:
        found = found.filter(Q(name_key__contains=words.casefold()) | Q(identifier__iexact=words))
    page = Paginator(found.order_by("submitted_at", "pk"), 30).get_page(request.GET.get("page"))
    return render(
        request, "console/companies.html", {"page": page, "tabs": tabs, "status": status, "q": words, "lists": LISTS}
    )


@team
def company(request, uid, reason="", errors=None, check=None):
    company = get_object_or_404(of_campaign(request), uid=uid)
    alike = companies_alike(company, of_campaign(request))
    return render(
        request,
        "console/company.html",
        {
            "company": company,
            "may_decide": request.role in ("admin", "organiser"),
            "alike": [{"company": other, "why": why_alike(found.why)} for other, found in alike[:8]],
            "history": history(company),
            "reason": reason,
            "check": check or CheckForm(company=company),
            "documents": company.documents.select_related("uploaded_by"),
            "claims": [
                (claim, domains.proved(company, claim.user))
                for claim in company.claims.filter(status=Asked.OPEN).select_related("user", "first_yes_by")
            ],
            "suspension": company.suspensions.filter(lifted_at__isnull=True).select_related("first_yes_by").first(),
            "merges": Merge.objects.filter(kept=company, done_at__isnull=True, declined_at__isnull=True).select_related(
                "gone", "proposed_by"
            ),
            "domain": domains.proved(company),
            "answers": answers_of(company, request.campaign),
            "enrolments": company.enrolments.filter(partner__campaign=request.campaign).select_related(
                "partner", "vouched_by"
            ),
            "checks": company.checks.select_related("checked_by", "document"),
            "today": timezone.localdate(),
            "errors": errors or [],
        },
        status=422 if check or errors else 200,
    )


def why_alike(reason: str) -> str:
    return {
        "number": _("same number"),
        "domain": _("same domain"),
        "name": _("same name"),
        "words": _("same telling words in the name"),
        "sound": _("same sound of the name"),
        "spelling": _("nearly the same spelling"),
        "domain_name": _("its domain says the other's name"),
    }[reason]


def history(company) -> list[dict]:
    """What was done to the company, newest first, for the timeline."""
    said = {
        "start_company": _("Registration begun"),
        "update_company": _("Details changed"),
        "submit_company": _("Submitted for approval"),
        "company_approved": _("Approved"),
        "company_returned": _("Returned"),
        "answer_questions": _("Answers changed"),
        "enrol_company": _("Followed by a country partner"),
        "vouch": _("Vouched for"),
        "withdraw_vouch": _("Word taken back"),
        "act_on_behalf": _("The team acted for it"),
        "suspend_company": _("Suspended"),
        "lift_suspension": _("Yes to lifting the suspension"),
        "propose_merge": _("Merge proposed"),
        "merge_companies": _("Merged with a duplicate"),
        "decline_merge": _("Merge declined"),
        "prove_domain": _("Domain proved"),
        "verify_company": _("Evidence checked"),
        "withdraw_check": _("Check taken back"),
        "add_document": _("Document sent"),
        "read_document": _("Document read"),
        "refuse_document": _("Document not accepted"),
    }
    entries = AuditEntry.objects.filter(organisation=str(company.uid), verb__in=said).select_related("actor")
    return [
        {
            "what": said[entry.verb],
            "when": entry.at,
            "who": str(entry.actor or ""),
            "more": entry.facts.get("reason", ""),
            "tone": {"company_approved": "met", "company_returned": "missing"}.get(entry.verb, ""),
        }
        for entry in entries.order_by("-id")[:20]
    ]


@organiser
@require_POST
def approve(request, uid):
    company = get_object_or_404(of_campaign(request), uid=uid)
    with refusals_in_messages(request):
        services.approve_company(by=request.user, company=company, campaign=request.campaign)
        transaction.on_commit(start_delivery)
        approved = _("%(company)s is approved.") % {"company": company}
        told = _("It has been told.")
        messages.success(request, done(approved, told, kind="company_approved", companies=[company]))
        return redirect("console_companies")
    return redirect("console_company", uid)


@organiser
@require_POST
def send_back(request, uid):
    row = get_object_or_404(of_campaign(request), uid=uid)
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    try:
        services.return_company(by=request.user, company=row, campaign=request.campaign, reason=reason)
    except ValidationError as error:
        return company(request, uid, reason=reason, errors=error.messages)
    except Refused as problem:
        add_to_messages(request, problem)
        return redirect("console_company", uid)
    transaction.on_commit(start_delivery)
    messages.success(request, _("%(company)s was returned with your reason.") % {"company": row})
    return redirect("console_companies")
