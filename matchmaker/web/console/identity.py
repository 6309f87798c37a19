"""Suspending a company and letting it back, and merging duplicates: what a second person has to agree to."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.campaigns.services import identity
from matchmaker.companies.models import Merge, Suspension
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console import companies
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.notice_claims import done


def _do(request, verb, said: Callable[[], str], /, **what):
    with refusals_in_messages(request):
        result = verb(by=request.user, campaign=request.campaign, **what)
        transaction.on_commit(start_delivery)
        messages.success(request, said())
        return result
    return None


def _written_down() -> str:
    return _("Your answer is written down.")


def _reason(request) -> str:
    return request.POST.get("reason", "").replace("\x00", "")


@organiser
@require_POST
def suspend(request, uid):
    company = get_object_or_404(companies.of_campaign(request), uid=uid)
    told = _("The company has been told.")
    _do(
        request,
        identity.suspend_company,
        lambda: done(_("Suspended."), told, kind="company_suspended", companies=[company]),
        company=company,
        reason=_reason(request),
    )
    return redirect("console_company", uid)


@organiser
@require_POST
def lift(request, uid, key):
    rows = Suspension.objects.filter(company__in=companies.of_campaign(request), company__uid=uid)
    row = get_object_or_404(rows, uid=key)
    _do(request, identity.lift_suspension, _written_down, suspension=row, reason=_reason(request))
    return redirect("console_company", uid)


@organiser
@require_POST
def propose(request, uid):
    """The company of the page is kept; the one named in the form goes up in it."""
    mine = companies.of_campaign(request)
    try:
        gone = get_object_or_404(mine, uid=request.POST.get("gone", ""))
    except ValidationError:  # not a UUID
        gone = get_object_or_404(mine, pk=None)
    kept = get_object_or_404(mine, uid=uid)
    proposed, told = _("Proposed. A second person of the team decides."), _("Both companies have been told.")
    _do(
        request,
        identity.propose_merge,
        lambda: done(proposed, told, kind="company_merge", companies=[kept, gone]),
        kept=kept,
        gone=gone,
        reason=_reason(request),
    )
    return redirect("console_company", uid)


@organiser
@require_POST
def answer(request, uid, key):
    rows = Merge.objects.filter(kept__in=companies.of_campaign(request)).select_related("kept", "gone")
    row = get_object_or_404(rows, uid=key)
    verb = identity.agree_to_merge if request.POST.get("answer") == "yes" else identity.decline_merge
    _do(request, verb, _written_down, merge=row)
    return redirect("console_company", row.kept.uid)
