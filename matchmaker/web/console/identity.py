"""Suspending a company and letting it back, and merging duplicates: what a second person has to agree to."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.campaigns.services import identity
from matchmaker.companies.models import Merge, Suspension
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import ring
from matchmaker.web.access import organiser
from matchmaker.web.console import companies
from matchmaker.web.refusals import say_why


def _do(request, uid, verb, said: str, /, **what):
    try:
        done = verb(by=request.user, campaign=request.campaign, **what)
    except (Refused, ValidationError) as problem:
        say_why(request, problem)
    else:
        transaction.on_commit(ring)
        messages.success(request, said)
        return done
    return None


def _reason(request) -> str:
    return request.POST.get("reason", "").replace("\x00", "")


@organiser
@require_POST
def suspend(request, uid):
    company = get_object_or_404(companies.of_campaign(request), uid=uid)
    _do(request, uid, identity.suspend_company, _("Suspended. The company has been told."), company=company,
        reason=_reason(request))  # fmt: skip
    return redirect("console_company", uid)


@organiser
@require_POST
def lift(request, uid, key):
    rows = Suspension.objects.filter(company__in=companies.of_campaign(request), company__uid=uid)
    row = get_object_or_404(rows, uid=key)
    _do(request, uid, identity.lift_suspension, _("Your answer is written down."), suspension=row,
        reason=_reason(request))  # fmt: skip
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
    said = _("Proposed. A second person of the team decides; both companies have been told.")
    kept = get_object_or_404(mine, uid=uid)
    _do(request, uid, identity.propose_merge, said, kept=kept, gone=gone, reason=_reason(request))
    return redirect("console_company", uid)


@organiser
@require_POST
def answer(request, uid, key):
    rows = Merge.objects.filter(kept__in=companies.of_campaign(request)).select_related("kept", "gone")
    row = get_object_or_404(rows, uid=key)
    verb = identity.agree_to_merge if request.POST.get("answer") == "yes" else identity.decline_merge
    _do(request, uid, verb, _("Your answer is written down."), merge=row)
    return redirect("console_company", row.kept.uid)
