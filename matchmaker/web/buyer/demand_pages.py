"""A buyer's demands: the list, one with its lines and their matches, and what is done with it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue import findings
from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.catalogue.services import (
    close_demand,
    comment_on_demand,
    extend_demand,
    invite_to_demand,
    publish_demand,
    publish_when_approved,
    withdraw_demand,
)
from matchmaker.catalogue.versions import history
from matchmaker.companies.models import Company
from matchmaker.core.formats import day
from matchmaker.core.lists import join_sentences
from matchmaker.imports.services import source_of
from matchmaker.matching.models import Match
from matchmaker.matching.services import demand_waits
from matchmaker.matching.tasks import start_matching
from matchmaker.messaging.models import Enquiry
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import buyer
from matchmaker.web.buyer.forms import ExtendForm
from matchmaker.web.buyer.matches import match_context
from matchmaker.web.forms.fields import text_beside
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.reading_ahead import read_ahead_matches

SHOWN = 3  # matches below each line
STATES: dict[str, tuple[str, str]] = {
    Demand.Status.DRAFT: ("", "pencil"),
    Demand.Status.SUBMITTED: ("missing", "hourglass"),
    Demand.Status.RETURNED: ("missing", "arrow-back-up"),
    Demand.Status.PUBLISHED: ("met", "circle-check"),
    Demand.Status.CLOSED: ("", "archive"),
    Demand.Status.WITHDRAWN: ("fail", "ban"),
}


def _with_counts(demands):
    active = Q(lines__matches__withdrawn_at__isnull=True)
    return demands.annotate(
        line_count=Count("lines", distinct=True),
        match_count=Count("lines__matches", active, distinct=True),
        waiting_count=Count("lines__matches", active & Q(lines__matches__buyer_answer=""), distinct=True),
    )


def state_of(demand: Demand) -> dict:
    tone, icon = STATES[demand.status]
    return {"label": demand.get_status_display(), "tone": tone, "icon": icon}


@buyer
def index(request: HttpRequest) -> HttpResponse:
    demands = list(_with_counts(Demand.objects.of(request.company)).order_by("status", "closing_on", "-id"))
    order = {"published": 0, "returned": 1, "submitted": 2, "draft": 3, "closed": 4, "withdrawn": 5}
    rows = [(demand, state_of(demand)) for demand in sorted(demands, key=lambda demand: order[demand.status])]
    return render(request, "buyer/demands.html", {"rows": rows})


@buyer
def show(request: HttpRequest, uid) -> HttpResponse:
    demand = _with_lines(request, uid)
    context = {
        "demand": demand,
        "today": timezone.localdate(),
        "why": [findings.sentence(entry) for entry in demand.findings if not entry.get("passed")],
        "comments": list(demand.comments.select_related("by")),
        "state": state_of(demand),
        "source": source_of(demand),
        "is_matching": demand_waits(demand),
        "lines": _lines_of(request, demand),
        "answers": list(Enquiry.objects.of(request.company).filter(demand=demand).for_cards()),
        "invited": [row.company for row in demand.invitations.select_related("company")],
        "invitable": _invitable(request, demand) if demand.visibility == Demand.Visibility.INVITED else [],
    }
    return render(request, "buyer/demand.html", context)


@buyer
@require_safe
def matching(request: HttpRequest, uid) -> HttpResponse:
    """The lines with their matches once these are there; until then 204, so that the page stays as it is."""
    demand = _with_lines(request, uid)
    if demand_waits(demand):
        return HttpResponse(status=204)
    context = {"demand": demand, "is_matching": False, "lines": _lines_of(request, demand)}
    return render(request, "buyer/demand_lines.html", context)


def _with_lines(request: HttpRequest, uid) -> Demand:
    lines = DemandLine.objects.select_related("category").order_by("number")
    demands = Demand.objects.of(request.company).select_related("company")
    return get_object_or_404(demands.prefetch_related(Prefetch("lines", lines, to_attr="listed")), uid=uid)


def _lines_of(request: HttpRequest, demand: Demand) -> list[dict]:
    """Each line with its best matches, those that wait for an answer first, and how many there are."""
    found: dict[int, list[Match]] = {line.pk: [] for line in demand.listed}
    matches = list(Match.objects.for_buyer(request.company).filter(line__demand=demand).for_cards())
    read_ahead_matches(matches)
    for match in matches:
        found[match.line_id].append(match)
    return [
        {
            "line": line,
            "cards": [match_context(match) for match in _waiting_first(found[line.pk])[:SHOWN]],
            "count": len(found[line.pk]),
        }
        for line in demand.listed
    ]


@buyer
@require_safe
def history_of(request: HttpRequest, uid) -> HttpResponse:
    demand = get_object_or_404(Demand.objects.of(request.company), uid=uid)
    versions = history(demand.versions.select_related("by"))
    return render(request, "buyer/demand_history.html", {"demand": demand, "history": versions})


def _waiting_first(matches: list[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (match.buyer_answer != "", -match.score, match.pk))


def _invitable(request, demand: Demand) -> list[Company]:
    """Suppliers one already knows of: of the matches of this demand, and of the shortlist."""
    near = Q(products__matches__line__demand=demand) | Q(products__shortlisted__company=request.company)
    known = Company.objects.public().filter(near).exclude(demand_invitations__demand=demand).distinct()
    return list(known.order_by("legal_name")[:50])


@buyer
@require_POST
def publish(request: HttpRequest, uid) -> HttpResponse:
    if not request.company.is_approved:
        demand = get_object_or_404(Demand.objects.of(request.company), uid=uid)
        with refusals_in_messages(request):
            publish_when_approved(by=request.user, row=demand)
            messages.success(request, _("Saved. It is published by itself as soon as your company is approved."))
        return redirect("buyer_demand", uid)
    return _do(request, uid, publish_demand, _("It is open. The first matches are here within a few seconds."))


@buyer
@require_POST
def extend(request: HttpRequest, uid) -> HttpResponse:
    form = ExtendForm(request.POST)
    if not form.is_valid():
        messages.error(request, join_sentences(form.errors["closing_on"]))
        return redirect("buyer_demand", uid)
    closing_on = form.cleaned_data["closing_on"]
    sentence = _("It is open until %(day)s.") % {"day": day(closing_on)}
    return _do(request, uid, extend_demand, sentence, closing_on=closing_on)


@buyer
@require_POST
def comment(request: HttpRequest, uid) -> HttpResponse:
    demand = get_object_or_404(Demand.objects.of(request.company), uid=uid)
    with refusals_in_messages(request):
        comment_on_demand(by=request.user, demand=demand, text=text_beside(request, "text", most=1000))
        messages.success(request, _("The campaign's team can read it."))
    return redirect("buyer_demand", uid)


@buyer
@require_POST
def close(request: HttpRequest, uid) -> HttpResponse:
    return _do(request, uid, close_demand, _("Closed. The answers already given are kept."))


@buyer
@require_POST
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    return _do(request, uid, withdraw_demand, _("Withdrawn. Nobody sees it any more."))


@buyer
@require_POST
def invite(request: HttpRequest, uid) -> HttpResponse:
    demand = get_object_or_404(Demand.objects.of(request.company), uid=uid)
    try:
        company = get_object_or_404(Company.objects.public(), uid=request.POST.get("company", ""))
    except ValidationError:
        messages.warning(request, _("Choose a supplier from the list."))
        return redirect("buyer_demand", uid)
    invite_to_demand(by=request.user, demand=demand, company=company)
    messages.success(request, _("%(company)s can see this demand now.") % {"company": company.display_name})
    return redirect("buyer_demand", uid)


def _do(request: HttpRequest, uid, verb: Callable[..., Demand], sentence: str, **values) -> HttpResponse:
    """Call the service for a demand of the company, and go back to its page."""
    demand = get_object_or_404(Demand.objects.of(request.company), uid=uid)
    with refusals_in_messages(request):
        demand = verb(by=request.user, demand=demand, **values)
        transaction.on_commit(start_matching)
        transaction.on_commit(start_delivery)
        if demand.status == Demand.Status.SUBMITTED:
            messages.info(request, _("The campaign's team looks at it first; the reason stands below."))
        else:
            messages.success(request, sentence)
    return redirect("buyer_demand", uid)
