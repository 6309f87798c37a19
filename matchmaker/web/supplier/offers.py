"""Answering a demand: what one would deliver, and the buyer's question."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.catalogue.models import DemandLine, Interest
from matchmaker.catalogue.services import answer_question, express_interest, withdraw_interest
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import ring
from matchmaker.web.access import supplier


@supplier
@require_POST
def express(request: HttpRequest, uid) -> HttpResponse:
    line = get_object_or_404(DemandLine.objects.visible_to(request.user).select_related("demand__company"), uid=uid)
    message = request.POST.get("message", "").replace("\x00", "")
    return _do(
        request,
        line.demand,
        lambda: express_interest(by=request.user, company=request.company, line=line, message=message),
        _("The buyer reads it now. You hear of the answer."),
    )


@supplier
@require_POST
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    interest = _own(request, uid)
    said = _("Taken back.")
    return _do(request, interest.line.demand, lambda: withdraw_interest(by=request.user, interest=interest), said)


@supplier
@require_POST
def answer(request: HttpRequest, uid) -> HttpResponse:
    interest = _own(request, uid)
    text = request.POST.get("answer", "").replace("\x00", "")
    return _do(
        request,
        interest.line.demand,
        lambda: answer_question(by=request.user, interest=interest, answer=text),
        _("The buyer reads your answer now."),
    )


def _own(request: HttpRequest, uid) -> Interest:
    rows = Interest.objects.visible_to(request.user).filter(company=request.company)
    return get_object_or_404(rows.select_related("line__demand__company", "company"), uid=uid)


def _do(request: HttpRequest, demand, verb: Callable[[], Interest], said: str) -> HttpResponse:
    try:
        verb()
    except Refused as refusal:
        messages.warning(request, refusal.message)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        transaction.on_commit(ring)
        messages.success(request, said)
    return redirect("demand", demand.uid)
