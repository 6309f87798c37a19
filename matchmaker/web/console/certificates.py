"""Evidence of products that the team compares with what suppliers state: certificates, registrations, steps."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue.services import accept_certificate, certificates_waiting, refuse_certificate
from matchmaker.market_access.models import EntryRule, ReadinessAnswer, Registration
from matchmaker.market_access.number_formats import is_in_form
from matchmaker.market_access.sentences import in_language
from matchmaker.market_access.services import check_registration, check_step
from matchmaker.matching.tasks import start_matching
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console.companies import paper_of
from matchmaker.web.forms.refusals import refusals_in_messages

PAGE = 20


@organiser
@require_safe
def index(request):
    page = Paginator(certificates_waiting(request.campaign), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "registrations": _registrations(request.campaign),
        "steps": _steps(request.campaign),
    }
    return render(request, "console/certificates.html", context)


def _registrations(campaign) -> list[dict]:
    """The first numbers whose evidence no member of the team has seen, each with the name of what it is."""
    rows = Registration.objects.waiting(campaign).select_related("company", "product")[:PAGE]
    names = {code: in_language(rule, "name") for rule in EntryRule.objects.all() for code in rule.accepts}
    return [
        {"row": row, "name": names.get(row.code, row.code), "in_form": is_in_form(row.code, row.number)} for row in rows
    ]


def _steps(campaign) -> list[dict]:
    """The first steps whose document nobody of the team has seen, each with the name of the rule that asks for it."""
    rows = ReadinessAnswer.objects.waiting(campaign).select_related("product__company", "document")
    names = {code: in_language(rule, "name") for rule in EntryRule.objects.all() for code in rule.accepts}
    return [{"row": row, "name": names.get(row.code, row.code)} for row in rows[:PAGE]]


def _confirmed_by(request) -> str:
    return request.POST.get("confirmed_by", "").replace("\x00", "")


@organiser
@require_POST
def see_registration(request, uid):
    """Evidence of a registration number was seen: from now on it counts as met."""
    row = get_object_or_404(Registration.objects.waiting(request.campaign).select_related("company"), uid=uid)
    with refusals_in_messages(request):
        given = {"registration": row, "campaign": request.campaign, "confirmed_by": _confirmed_by(request)}
        check_registration(by=request.user, **given)
        transaction.on_commit(start_matching)
        messages.success(request, _("Noted: pages and matches show this registration as met."))
    return redirect("console_certificates")


@organiser
@require_POST
def see_step(request, pk: int):
    """The document of a step of the readiness list was seen: from now on it counts as met."""
    rows = ReadinessAnswer.objects.waiting(request.campaign).select_related("product__company")
    row = get_object_or_404(rows, pk=pk)
    with refusals_in_messages(request):
        check_step(by=request.user, step=row, campaign=request.campaign, confirmed_by=_confirmed_by(request))
        transaction.on_commit(start_matching)
        messages.success(request, _("Noted: pages and matches show this step as met."))
    return redirect("console_certificates")


@organiser
@require_POST
def decide_certificate(request, uid, key):
    document = paper_of(request, uid, key)
    given = {"by": request.user, "document": document, "campaign": request.campaign}
    with refusals_in_messages(request):
        if request.POST.get("answer") == "yes":
            n = accept_certificate(**given, confirmed_by=_confirmed_by(request))
            sentence = ngettext("%(n)d certificate is shown as seen.", "%(n)d certificates are shown as seen.", n)
            sentence %= {"n": n}
        else:
            refuse_certificate(**given, reason=request.POST.get("reason", "").replace("\x00", "")[:500])
            sentence = _("Not accepted. The company reads why and can send another.")
        transaction.on_commit(start_matching)
        messages.success(request, sentence)
    return redirect("console_certificates")
