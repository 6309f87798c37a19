"""Demands of the campaign: the open ones, and those its team looks at before suppliers do."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.catalogue import findings, services
from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.catalogue.versions import history
from matchmaker.core.problems import Refused
from matchmaker.imports.services import source_of
from matchmaker.matching.models import Match
from matchmaker.matching.tasks import start_matching
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.company_list import companies_of
from matchmaker.web.forms.fields import text_beside
from matchmaker.web.forms.refusals import add_to_messages, refusals_in_messages
from matchmaker.web.rendering.notice_claims import describe_result
from matchmaker.web.rendering.reading_ahead import read_ahead_demands

SHOWN = 20  # versions


def held_demands(request):
    """What was submitted by companies of this campaign; the team reads it because it was put before it."""
    return Demand.objects.waiting().filter(company__campaigns=request.campaign).select_related("company").distinct()


@team
def index(request):
    """Open demands that organisers may read; of private ones only the number (authorisation matrix)."""
    open_demands = Demand.objects.open().filter(company__in=companies_of(request.campaign))
    readable = (
        open_demands.exclude(visibility=Demand.Visibility.PRIVATE)
        .select_related("company")
        .prefetch_related(Prefetch("lines", DemandLine.objects.select_related("category").order_by("number"), "listed"))
        .order_by("closing_on", "pk")
    )
    page = Paginator(readable, 30).get_page(request.GET.get("page"))
    read_ahead_demands(page.object_list)
    matches = Match.objects.filter(line__demand__in=list(page.object_list)).order_by().values("line__demand")
    counted = matches.annotate(active=Count("pk", filter=Q(withdrawn_at__isnull=True)), mutual=Count("mutual_at"))
    counts = {row["line__demand"]: row for row in counted}
    return render(
        request,
        "console/demands.html",
        {
            "page": page,
            "rows": [(demand, counts.get(demand.pk, {"active": 0, "mutual": 0})) for demand in page.object_list],
            "held": held_demands(request),
            "role": request.role,
            "private": open_demands.filter(visibility=Demand.Visibility.PRIVATE).count(),
        },
    )


def _one(request, uid) -> Demand:
    return get_object_or_404(held_demands(request), uid=uid)


@organiser
def show(request, uid, errors=None, reason=""):
    demand = _one(request, uid)
    return render(
        request,
        "console/demand.html",
        {
            "demand": demand,
            "lines": demand.lines.select_related("category"),
            "why": [findings.sentence(entry) for entry in demand.findings if not entry.get("passed")],
            "history": history(demand.versions.select_related("by")[:SHOWN]),
            "source": source_of(demand),
            "comments": demand.comments.select_related("by"),
            "errors": errors or [],
            "reason": reason,
        },
        status=422 if errors else 200,
    )


@organiser
@require_POST
def let_through(request, uid):
    with refusals_in_messages(request):
        demand = services.pass_demand(by=request.user, demand=_one(request, uid), campaign=request.campaign)
        transaction.on_commit(start_matching)
        transaction.on_commit(start_delivery)
        buyer, notice_sentence = demand.company, _("Its buyer has been notified.")
        messages.success(
            request, describe_result(_("It is open."), notice_sentence, kind="demand_passed", companies=[buyer])
        )
    return redirect("console_demands")


@organiser
@require_POST
def send_back(request, uid):
    demand = _one(request, uid)
    try:
        reason = text_beside(request, "reason")
        services.return_demand(by=request.user, demand=demand, campaign=request.campaign, reason=reason)
    except ValidationError as error:
        return show(request, uid, errors=error.messages, reason=request.POST.get("reason", ""))
    except Refused as problem:
        add_to_messages(request, problem)
    else:
        transaction.on_commit(start_matching)
        transaction.on_commit(start_delivery)
        messages.success(request, _("It was returned with your sentence."))
    return redirect("console_demands")


@organiser
@require_POST
def comment(request, uid):
    with refusals_in_messages(request):
        services.comment_on_demand(
            by=request.user,
            demand=_one(request, uid),
            campaign=request.campaign,
            text=text_beside(request, "text", most=1000),
        )
    return redirect("console_demand", uid)
