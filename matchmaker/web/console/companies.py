"""Companies of the campaign: look at one, approve it or send it back with a reason."""

import datetime as dt
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Prefetch
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns import services
from matchmaker.campaigns.answer_days import answer_day_of
from matchmaker.campaigns.models import AutomaticApproval, BulkAction, Organiser, SavedView, Tag
from matchmaker.campaigns.services import bank_accounts, claims, company_imports, identity, tags, verification
from matchmaker.campaigns.services import on_behalf as verbs
from matchmaker.campaigns.services.questions import answers_of
from matchmaker.catalogue.services import refuse_certificate
from matchmaker.companies import domains
from matchmaker.companies.claims import proof_of, votes_needed
from matchmaker.companies.identifiers import register_for
from matchmaker.companies.models import Check, Claim, Company, Document, Merge, RequestStatus, Suspension
from matchmaker.companies.services import companies_alike
from matchmaker.core.downloads import SEALED, attachment
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_text
from matchmaker.events.models import EventInvitation
from matchmaker.matching.tasks import start_matching
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access import acting_for_company
from matchmaker.web.access.decorators import may_change, organiser, signed_in, team
from matchmaker.web.console import invitations
from matchmaker.web.console.company_list import CompanyFilter, companies_of, facts_of
from matchmaker.web.forms import fields
from matchmaker.web.forms.fields import text_beside
from matchmaker.web.forms.refusals import add_to_messages, refusals_in_form, refusals_in_messages
from matchmaker.web.rendering.look_alikes import why_alike
from matchmaker.web.rendering.notice_claims import describe_result

PER_PAGE, CLAIMS_PER_PAGE = 50, 20
LISTS = [
    ("suppliers", gettext_lazy("Suppliers")),
    ("buyers", gettext_lazy("Buyers")),
    ("products", gettext_lazy("Products")),
    ("demands", gettext_lazy("Demands")),
]


def of_campaign(request):
    return companies_of(request.campaign)


@team
def companies(request):
    """The list by filters, with its tabs by state, saved views, and boxes to tick for actions on many."""
    filters = CompanyFilter(request.GET, campaign=request.campaign)
    counts, status = filters.counts(), filters.values.get("status", "")
    tabs = [{"value": "", "label": _("All"), "count": sum(counts.values()), "checked": not status}]
    tabs += [
        {"value": value, "label": label, "count": counts.get(value, 0), "checked": value == status}
        for value, label in Company.Status.choices
        if value != Company.Status.DRAFT or counts.get(value)
    ]
    rows = filters.rows().order_by(*filters.order).prefetch_related(tags_of(request.campaign))
    paginator = FromBothEnds(rows, PER_PAGE)
    paginator.count = counts.get(status, 0) if status else sum(counts.values())
    page = paginator.get_page(request.GET.get("page"))
    facts = facts_of(request.campaign, list(page.object_list))
    context = {
        "page": page,
        "rows": [(row, answer_day_of(row, request.campaign), facts[row.pk]) for row in page.object_list],
        "today": timezone.localdate(),
        "tabs": tabs,
        "filters": filters,
        "is_narrowed": bool(filters.values.keys() - {"status", "sort"}),
        "views": SavedView.objects.visible_to(request.user).filter(campaign=request.campaign),
        "query": _query(request),
        "verbs": BulkAction.Verb.choices,
        "lists": LISTS,
    }
    return render(request, "console/companies.html", context)


class FromBothEnds(Paginator):
    """Reads a page of the second half from the end, since a database reads and skips all rows that stand before."""

    def page(self, number) -> Page:
        number = self.validate_number(number)
        first, last = (number - 1) * self.per_page, min(number * self.per_page, self.count)
        if first <= self.count // 2:
            return super().page(number)
        rows = list(self.object_list.reverse()[self.count - last : self.count - first])
        return Page(rows[::-1], number, self)


def tags_of(campaign) -> Prefetch:
    """The tags of this campaign alone, as `own_tags` of each company."""
    return Prefetch("tags", Tag.objects.filter(campaign=campaign), to_attr="own_tags")


def _query(request) -> str:
    """The filters as they stand in the address, without the page."""
    values = request.GET.copy()
    values.pop("page", None)
    return values.urlencode()[:1000]


# Companies that no member of the team let in: on the word of a partner, or for a proven domain.


@team
@require_safe
def automatic(request):
    found = AutomaticApproval.objects.visible_to(request.user).filter(campaign=request.campaign)
    found = found.select_related("company", "partner", "withdrawn_by")
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    return render(request, "console/automatic.html", {"page": page, "role": request.role})


@organiser
@require_POST
def withdraw_automatic(request, uid):
    approvals = AutomaticApproval.objects.visible_to(request.user).filter(campaign=request.campaign)
    approval = get_object_or_404(approvals, uid=uid)
    with refusals_in_messages(request):
        services.withdraw_automatic_approval(by=request.user, approval=approval, reason=_reason(request))
        transaction.on_commit(start_matching)
        transaction.on_commit(start_delivery)
        sentence = _("Withdrawn. %(company)s is hidden and waits for your decision.")
        messages.success(request, sentence % {"company": approval.company})
        return redirect("console_company", approval.company.uid)
    return redirect("console_automatic")


@organiser
@require_POST
def set_tags(request, uid):
    row = get_object_or_404(of_campaign(request), uid=uid)
    names = request.POST.get("tags", "").replace("\x00", "").replace("，", ",").split(",")
    with refusals_in_messages(request):
        with transaction.atomic():
            tags.set_tags(by=request.user, campaign=request.campaign, company=row, names=names)
            if "note" in request.POST:
                note = request.POST["note"].replace("\x00", "").replace("\r\n", "\n")
                company_imports.write_team_note(by=request.user, campaign=request.campaign, company=row, note=note)
        messages.success(request, _("Saved."))
    return redirect("console_company", uid)


@organiser
@require_POST
def save_view(request):
    values = QueryDict(request.POST.get("query", "")[:1000])
    with refusals_in_messages(request):
        view = tags.save_view(
            by=request.user,
            campaign=request.campaign,
            name=request.POST.get("name", "").replace("\x00", ""),
            query=values.urlencode(),
            is_shared=bool(request.POST.get("shared")),
        )
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(f"{reverse('console_companies')}?{values.urlencode()}")


@organiser
@require_POST
def delete_view(request, uid):
    mine = SavedView.objects.filter(owner=request.user, campaign=request.campaign)
    tags.delete_view(by=request.user, view=get_object_or_404(mine, uid=uid))
    messages.success(request, _("The view is gone."))
    return redirect("console_companies")


@team
def company(request, uid, reason="", errors=None, check=None):
    company = get_object_or_404(of_campaign(request), uid=uid)
    alike = companies_alike(company, of_campaign(request))
    return render(
        request,
        "console/company.html",
        {
            "company": company,
            "may_decide": may_change(request),
            "reads_documents": request.role in Organiser.DECIDES,
            "alike": [{"company": other, "why": why_alike(found.why)} for other, found in alike[:8]],
            "history": history(company),
            "invitation": invitations.latest(request.campaign, company),
            "may_be_invited": not company.memberships.exists() and company.status != Company.Status.SUSPENDED,
            "reason": reason,
            "check": check or CheckForm(company=company),
            "register": register_for(country=company.country, kind=company.identifier_kind),
            "a_year_on": timezone.localdate() + dt.timedelta(days=365),
            "documents": company.documents.select_related("uploaded_by"),
            "claims": [
                (claim, domains.newest_proof(company, claim.user), proof_of(claim.user, company).label)
                for claim in company.claims.filter(status=RequestStatus.OPEN).select_related("user", "first_yes_by")
            ],
            "account": bank_accounts.accounts_for_team(request.campaign).filter(company=company).first(),
            "changed_lately": bank_accounts.changed_lately(company),
            "suspension": company.suspensions.filter(lifted_at__isnull=True).select_related("first_yes_by").first(),
            "merges": Merge.objects.filter(
                survivor=company, done_at__isnull=True, declined_at__isnull=True
            ).select_related("duplicate", "proposed_by"),
            "domain": domains.newest_proof(company),
            "tags": ", ".join(company.tags.filter(campaign=request.campaign).values_list("name", flat=True)),
            **_listed(company, request.campaign),
            "invited_to": EventInvitation.objects.filter(company=company, event__campaign=request.campaign)
            .select_related("event")
            .order_by("-invited_at"),
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


def _listed(company, campaign) -> dict[str, str]:
    """What a list said of the company, and the note of the team."""
    parts = list(company.participations.filter(campaign=campaign).order_by("pk"))
    return {
        "listed_goods": next((part.listed_goods for part in parts if part.listed_goods), ""),
        "team_note": next((part.team_note for part in parts if part.team_note), ""),
    }


def history(company) -> list[dict]:
    """What was done to the company, newest first, for the timeline."""
    labels = {
        "start_company": _("Registration begun"),
        "update_company": _("Details changed"),
        "ask_for_missing": _("Asked for what is missing"),
        "submit_company": _("Submitted for approval"),
        "company_approved": _("Approved"),
        "undo_approval": _("Approval taken back"),
        "company_returned": _("Returned"),
        "withdraw_automatic_approval": _("Automatic approval withdrawn"),
        "answer_questions": _("Answers changed"),
        "enrol_company": _("Followed by a partner"),
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
        "enter_bank_account": _("Bank details entered"),
        "confirm_bank_account": _("Bank details confirmed"),
        "withdraw_check": _("Check taken back"),
        "add_document": _("Document sent"),
        "read_document": _("Document read"),
        "refuse_document": _("Document not accepted"),
    }
    entries = AuditEntry.objects.filter(organisation=str(company.uid), verb__in=labels).select_related("actor")
    return [
        {
            "what": labels[entry.verb],
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
        transaction.on_commit(start_matching)  # what waited for the approval is published
        transaction.on_commit(start_delivery)
        approved = _("%(company)s is approved.") % {"company": company}
        notice_sentence = _("It has been notified.")
        messages.success(
            request, describe_result(approved, notice_sentence, kind="company_approved", companies=[company])
        )
        return redirect(f"{reverse('console_companies')}?status=pending")
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
    return redirect(f"{reverse('console_companies')}?status=pending")


# What an organiser writes down when she has seen a company's evidence.


class CheckForm(forms.Form):
    """With the company's own documents to point at."""

    document = forms.ModelChoiceField(
        label=gettext_lazy("In which document"),
        queryset=Document.objects.none(),
        to_field_name="uid",
        required=False,
        empty_label=gettext_lazy("none of those sent here"),
    )
    level = forms.TypedChoiceField(
        label=gettext_lazy("What was checked"),
        choices=[choice for choice in Company.Verification.choices if choice[0]],
        coerce=int,
    )
    evidence = forms.CharField(
        label=gettext_lazy("What you saw"),
        max_length=500,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as: extract of the commercial register of 3 March, same name and number."),
    )
    confirmed_by = fields.LineField(
        label=gettext_lazy("Confirmed by"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("The register, authority or auditor that says the same. Everybody reads this name."),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Counts until"),
        required=False,
        initial=lambda: timezone.localdate() + dt.timedelta(days=365),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("After this day the company is shown at the level below."),
    )

    field_order = ("level", "document", "evidence", "confirmed_by", "expires_on")

    def __init__(self, *args, company: Company, **kwargs):
        super().__init__(*args, **kwargs)
        readable = company.documents.exclude(state=Document.State.REFUSED)
        self.fields["document"].queryset = readable  # type: ignore[attr-defined]  # a ModelChoiceField has one
        if not readable.exists():
            del self.fields["document"]


# Who a company is: what was seen of its evidence, and who claims it.


@organiser
@require_POST
def verify(request, uid):
    row = get_object_or_404(of_campaign(request), uid=uid)
    form = CheckForm(request.POST, company=row)
    if form.is_valid():
        with refusals_in_form(form):
            verification.verify_company(by=request.user, company=row, campaign=request.campaign, **form.cleaned_data)
            messages.success(request, _("Written down: %(level)s.") % {"level": row.get_verification_display()})
            return redirect("console_company", uid)
    return company(request, uid, check=form)


@organiser
@require_POST
def withdraw_check(request, uid, check):
    row = get_object_or_404(Check, uid=check, company__in=of_campaign(request), company__uid=uid)
    reason = request.POST.get("reason", "").replace("\x00", "")[:500]
    with refusals_in_messages(request):
        verification.withdraw_check(by=request.user, check=row, campaign=request.campaign, reason=reason)
        messages.success(request, _("Taken back. The company is shown with what still counts."))
    return redirect("console_company", uid)


@organiser
@require_safe
def open_claims(request):
    """Every claim that waits, with its dates and what shows that it is right."""
    page = Paginator(claims.open_claims(request.campaign), CLAIMS_PER_PAGE).get_page(request.GET.get("page"))
    for claim in page.object_list:
        claim.proof, claim.votes = proof_of(claim.user, claim.company).label, votes_needed(claim)
    return render(request, "console/claims.html", {"page": page, "now": timezone.now()})


@organiser
@require_POST
def answer_claim(request, uid, claim):
    row = get_object_or_404(Claim, uid=claim, company__in=of_campaign(request), company__uid=uid)
    verb = claims.agree_to_claim if request.POST.get("answer") == "yes" else claims.decline_claim
    with refusals_in_messages(request):
        verb(by=request.user, claim=row, campaign=request.campaign)
        transaction.on_commit(start_delivery)
        messages.success(request, _("Your answer is written down."))
    return redirect("console_company", uid)


@organiser
@require_POST
def confirm_account(request, uid, key):
    """Bank details of a company without a second administrator, after a call."""
    row = get_object_or_404(bank_accounts.accounts_for_team(request.campaign), uid=key, company__uid=uid)
    with refusals_in_messages(request):
        note = text_beside(request, "note")
        bank_accounts.confirm_after_call(by=request.user, account=row, campaign=request.campaign, note=note)
        transaction.on_commit(start_delivery)
        messages.success(request, _("Saved."))
    return redirect("console_company", uid)


def paper_of(request, uid, key) -> Document:
    """A paper of a company of this campaign, or 404."""
    return get_object_or_404(verification.papers_for(request.user, request.campaign), uid=key, company__uid=uid)


@organiser
@require_safe
@csp_override(SEALED)
def open_paper(request, uid, key):
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


# Suspending a company and letting it back, and merging duplicates: what a second person has to agree to.


def _do(request, verb, sentence: Callable[[], str], /, **what):
    with refusals_in_messages(request):
        result = verb(by=request.user, campaign=request.campaign, **what)
        transaction.on_commit(start_delivery)
        messages.success(request, sentence())
        return result
    return None


def _answer_saved_note() -> str:
    return _("Your answer is written down.")


def _reason(request) -> str:
    return request.POST.get("reason", "").replace("\x00", "")


@organiser
@require_POST
def suspend(request, uid):
    company = get_object_or_404(of_campaign(request), uid=uid)
    notice_sentence = _("The company has been notified.")
    _do(
        request,
        identity.suspend_company,
        lambda: describe_result(_("Suspended."), notice_sentence, kind="company_suspended", companies=[company]),
        company=company,
        reason=_reason(request),
    )
    return redirect("console_company", uid)


@organiser
@require_POST
def lift(request, uid, key):
    rows = Suspension.objects.filter(company__in=of_campaign(request), company__uid=uid)
    row = get_object_or_404(rows, uid=key)
    _do(request, identity.lift_suspension, _answer_saved_note, suspension=row, reason=_reason(request))
    return redirect("console_company", uid)


@organiser
@require_POST
def propose_merge(request, uid):
    """The company of the page is kept; the one named in the form goes up in it."""
    mine = of_campaign(request)
    try:
        duplicate = get_object_or_404(mine, uid=request.POST.get("gone", ""))
    except ValidationError:  # not a UUID
        duplicate = get_object_or_404(mine, pk=None)
    survivor = get_object_or_404(mine, uid=uid)
    proposed = _("Proposed. A second person of the team decides.")
    notice_sentence = _("Both companies have been notified.")
    _do(
        request,
        identity.propose_merge,
        lambda: describe_result(proposed, notice_sentence, kind="company_merge", companies=[survivor, duplicate]),
        survivor=survivor,
        duplicate=duplicate,
        reason=_reason(request),
    )
    return redirect("console_company", uid)


@organiser
@require_POST
def answer_merge(request, uid, key):
    rows = Merge.objects.filter(survivor__in=of_campaign(request)).select_related("survivor", "duplicate")
    row = get_object_or_404(rows, uid=key)
    verb = identity.agree_to_merge if request.POST.get("answer") == "yes" else identity.decline_merge
    _do(request, verb, _answer_saved_note, merge=row)
    return redirect("console_company", row.survivor.uid)


# Acting for a company: begin with a reason, and stop.


@organiser
@require_POST
def begin_acting(request, uid):
    company = get_object_or_404(of_campaign(request), uid=uid)
    reason = request.POST.get("reason", "").replace("\x00", "")
    with refusals_in_messages(request):
        person = verbs.begin(by=request.user, company=company, campaign=request.campaign, reason=reason)
        transaction.on_commit(start_delivery)
        acting_for_company.start(request, company, person, reason.strip(), timezone.now())
        return redirect("supplier_home" if company.is_supplier else "buyer_home")
    return redirect("console_company", uid)


@signed_in
@require_POST
def stop_acting(request):
    company = getattr(request, "acting_company", None)
    acting_for_company.stop(request)
    messages.success(request, _("You act as yourself again."))
    return redirect("console_company", company.uid) if company else redirect("desk")
