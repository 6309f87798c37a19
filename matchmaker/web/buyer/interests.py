"""Suppliers who would like to deliver a line: accept, decline, ask."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.catalogue.models import Interest
from matchmaker.catalogue.services import answer_interest, ask_about_interest
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import ring
from matchmaker.web.access import buyer


@buyer
@require_POST
def answer(request: HttpRequest, uid) -> HttpResponse:
    accept = request.POST.get("answer") == "accept"
    said = _("Accepted. The supplier sees your name now; write to them.") if accept else _("Declined. They are told.")
    return _do(request, uid, lambda interest: answer_interest(by=request.user, interest=interest, accept=accept), said)


@buyer
@require_POST
def ask(request: HttpRequest, uid) -> HttpResponse:
    question = request.POST.get("question", "").replace("\x00", "")
    said = _("Your question is with the supplier, without your name.")
    return _do(
        request, uid, lambda interest: ask_about_interest(by=request.user, interest=interest, question=question), said
    )


def _do(request: HttpRequest, uid, verb: Callable[[Interest], Interest], said: str) -> HttpResponse:
    rows = Interest.objects.visible_to(request.user).filter(line__demand__company=request.company)
    interest = get_object_or_404(rows.select_related("line__demand__company", "company"), uid=uid)
    try:
        verb(interest)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        transaction.on_commit(ring)
        messages.success(request, said)
    return redirect("buyer_demand", interest.line.demand.uid)
