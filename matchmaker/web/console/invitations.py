"""Inviting the contact persons of companies from lists: chosen, previewed, sent, and what became of each letter."""

from collections.abc import Iterable, Sequence

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.campaigns.models import Campaign, CompanyInvitation
from matchmaker.campaigns.services import company_invitations as services
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.companies.tasks import start_invitations
from matchmaker.core import reference
from matchmaker.core.languages import base_of, own_name
from matchmaker.core.lists import format_list
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_text
from matchmaker.imports.models import Import, ImportRow
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console.company_list import companies_of
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

A_PAGE = 50
NAMED = 10  # companies that are left out and named, a reason
Status = CompanyInvitation.Status
TONES = {
    Status.WAITING: "info",
    Status.SENT: "info",
    Status.OPENED: "now",
    Status.CAME: "met",
    Status.BOUNCED: "fail",
    Status.REFUSED: "fail",
    Status.EXPIRED: "missing",
    Status.WITHDRAWN: "",
}


class NoteForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("A sentence of yours in the email"),
        max_length=500,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Optional. It is not translated: write it in a language that all of them read."),
    )


class ContactForm(NoteForm):
    email = forms.EmailField(label=gettext_lazy("Email address of the contact person"), max_length=254)
    field_order = ("email", "note")


def uninvited_companies(campaign: Campaign):
    """Companies with an address of a contact person, without people, and without any invitation so far."""
    offers = Invitation.objects.filter(company=OuterRef("pk"))
    people = Membership.objects.filter(company=OuterRef("pk"))
    rows = companies_of(campaign).filter(merged_into__isnull=True).exclude(contact_email="")
    return rows.exclude(status=Company.Status.SUSPENDED).exclude(Exists(people)).exclude(Exists(offers))


def of_import(request: HttpRequest, batch: Import):
    """Companies that a sheet brought in or filled in, as long as its rows are stored."""
    rows = batch.rows.filter(action__in=[ImportRow.Action.CREATE, ImportRow.Action.UPDATE])
    return request.campaign.companies.filter(uid__in=rows.values("target")).distinct()


@organiser
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every invitation of the campaign with what became of it."""
    rows = CompanyInvitation.objects.filter(campaign=request.campaign).with_status()
    counts = dict(rows.order_by().values_list("status").annotate(n=Count("pk")))
    status = request.GET.get("status", "")
    shown = rows.filter(status=status) if status in Status.values else rows
    shown = shown.select_related("invitation__company", "invitation__invited_by").order_by("-pk")
    paginator = Paginator(shown, A_PAGE)
    paginator.count = counts.get(status, 0) if status in Status.values else sum(counts.values())
    page = paginator.get_page(request.GET.get("page"))
    for row in page.object_list:
        _in_words(row)
        row.language = reference.name(reference.languages().get(base_of(row.invitation.language)), "")
        row.can_be_withdrawn = row.status in (Status.WAITING, Status.SENT, Status.OPENED, Status.BOUNCED)
    tabs = [{"value": "", "label": _("all"), "count": sum(counts.values()), "checked": status not in Status.values}]
    tabs += [
        {"value": value, "label": label, "count": counts.get(value, 0), "checked": value == status}
        for value, label in Status.choices
        if counts.get(value) or value == status
    ]
    context = {"page": page, "tabs": tabs, "not_invited": uninvited_companies(request.campaign).count()}
    return render(request, "console/invitations.html", context)


def _in_words(row: CompanyInvitation) -> CompanyInvitation:
    row.label, row.tone = Status(row.status).label, TONES[Status(row.status)]
    return row


def latest(campaign: Campaign, company: Company) -> CompanyInvitation | None:
    """The last invitation of a company, with what became of it, for its page."""
    rows = CompanyInvitation.objects.filter(campaign=campaign, invitation__company=company).with_status()
    row = rows.select_related("invitation__invited_by").order_by("-pk").first()
    return _in_words(row) if row else None


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Those no one has invited, or with `import` those of one sheet: preview and one button."""
    companies, back = uninvited_companies(request.campaign)[: services.MOST], reverse("console_invitations")
    if "import" in request.GET:
        batch = _import(request)
        companies, back = of_import(request, batch), reverse("import", args=[batch.uid])
    return _invite(request, NoteForm, companies, back)


def _import(request: HttpRequest) -> Import:
    mine = Import.objects.visible_to(request.user).filter(company__isnull=True, campaign=request.campaign)
    kinds = [Import.Kind.SUPPLIERS, Import.Kind.BUYERS]
    try:
        return get_object_or_404(mine, uid=request.GET["import"], kind__in=kinds)
    except forms.ValidationError:  # not a UUID
        raise Http404 from None


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def invite_one(request: HttpRequest, uid) -> HttpResponse:
    """One company; its address may be corrected first."""
    company = get_object_or_404(request.campaign.companies.distinct(), uid=uid)
    return _invite(request, ContactForm, [company], reverse("console_company", args=[uid]))


def _invite(
    request: HttpRequest, form_class, companies: Sequence[Company] | QuerySet[Company], back: str
) -> HttpResponse:
    initial = {"email": companies[0].contact_email} if form_class is ContactForm else {}
    form = form_class(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and request.POST.get("step") == "send":
        with refusals_in_form(form):
            count = _send(request, companies, **form.cleaned_data)
            messages.success(request, _waits(count))
            return redirect("console_invitations")
    note = form.cleaned_data.get("note", "") if form.is_bound and form.is_valid() else ""
    preview, refused = None, ""
    try:
        preview = services.preview(by=request.user, campaign=request.campaign, companies=companies)
    except Refused as problem:
        refused = problem.message
    context = {"form": form, "back": back, "preview": preview, "refused": refused, "one": form_class is ContactForm}
    context |= _preview(request, preview, note) if preview else {}
    return render(request, "console/invite.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _send(request: HttpRequest, companies: Iterable[Company], *, note: str, email: str = "") -> int:
    who = {"by": request.user, "campaign": request.campaign}
    if email:
        companies = [services.correct_contact(**who, company=company, email=email) for company in companies]
    selection = services.invite_companies(**who, companies=companies, note=note)
    transaction.on_commit(start_invitations)
    transaction.on_commit(start_delivery)
    return selection.count


def _waits(count: int) -> str:
    sentence = ngettext(
        "%(n)d invitation waits to be sent. What became of it stands here.",
        "%(n)d invitations wait to be sent, %(minute)d a minute. What became of each stands here.",
        count,
    )
    return sentence % {"n": count, "minute": services.A_MINUTE}


def _preview(request: HttpRequest, preview: services.Preview, note: str) -> dict:
    """How many letters in which languages, who gets none and why, and the letter in one of the languages."""
    languages = preview.languages
    chosen = request.POST.get("language") or request.GET.get("language", "")
    chosen = chosen if chosen in languages else next(iter(languages), "")
    first = preview.receiver(chosen)
    return {
        "languages": [
            {"code": code, "name": own_name(code), "count": count, "checked": code == chosen}
            for code, count in languages.items()
        ],
        "left_out": [
            {
                "why": services.REASONS[reason],
                "count": count,
                "named": _name_list(preview.left_out(reason, NAMED), count),
            }
            for reason, count in preview.reasons.items()
        ],
        "letter": services.preview_letter(by=request.user, campaign=request.campaign, receiver=first, note=note)
        if first
        else None,
        "letter_language": chosen,
    }


def _name_list(first: list[Company], count: int) -> str:
    """The first of them by name, and how many more they are."""
    names, more = [str(company) for company in first], count - len(first)
    rest = [ngettext("%(n)d more", "%(n)d more", more) % {"n": more}] if more > 0 else []
    return format_list([*names, *rest])


@organiser
@require_POST
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    rows = CompanyInvitation.objects.filter(campaign=request.campaign).select_related("invitation__company")
    row = get_object_or_404(rows, uid=uid)
    with refusals_in_messages(request):
        services.withdraw(by=request.user, campaign=request.campaign, invitation=row)
        messages.success(request, _("The invitation is withdrawn."))
    return redirect("console_invitations")
