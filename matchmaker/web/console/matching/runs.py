"""Run the matching of the campaign and watch it."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from matchmaker.catalogue.models import Category
from matchmaker.matching import tasks
from matchmaker.matching.models import Match, MatchRun
from matchmaker.matching.services import cancel_match_run, put_aside, start_match_run, try_again
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.forms.refusals import refusals_in_messages

ASIDE_SHOWN = 50


@team
def matching(request):
    runs = list(MatchRun.objects.filter(campaign=request.campaign).select_related("started_by")[:10])
    running = next((run for run in runs if run.state == MatchRun.State.RUNNING), None)
    active = Match.objects.active()
    products, lines = put_aside()
    counts = active.aggregate(
        all=Count("pk"),
        lines=Count("line", distinct=True),
        products=Count("product", distinct=True),
        buyer_yes=Count("pk", filter=Q(buyer_answer="interested")),
        supplier_yes=Count("pk", filter=Q(supplier_answer="interested")),
        declined=Count("pk", filter=Q(buyer_answer="declined") | Q(supplier_answer="declined")),
        mutual=Count("pk", filter=Q(mutual_at__isnull=False)),
    )
    return render(
        request,
        "console/matching.html",
        {
            "runs": runs,
            "running": running,
            "job": job_of(running) if running else None,
            "figures": figures_of(counts),
            "groups": by_group(active),
            "aside": {"products": products[:ASIDE_SHOWN], "lines": lines[:ASIDE_SHOWN]},
        },
    )


def figures_of(counts: dict) -> list[dict]:
    return [
        {"label": _("matches"), "value": counts["all"]},
        {"label": _("demand lines with a match"), "value": counts["lines"]},
        {"label": _("products with a match"), "value": counts["products"]},
        {"label": _("buyers interested"), "value": counts["buyer_yes"]},
        {"label": _("suppliers interested"), "value": counts["supplier_yes"]},
        {"label": _("not for us"), "value": counts["declined"]},
        {"label": _("contacts opened"), "value": counts["mutual"], "first": True},
    ]


def by_group(active) -> list[dict]:
    """Matches and opened contacts by group of the campaign."""
    rows = (
        active.values("product__category__group")
        .annotate(
            matches=Count("pk"),
            answered=Count("pk", filter=~Q(buyer_answer="") | ~Q(supplier_answer="")),
            mutual=Count("pk", filter=Q(mutual_at__isnull=False)),
        )
        .order_by("-matches")
    )
    labels = dict(Category.Group.choices)
    return [{**row, "label": labels.get(row["product__category__group"], _("without a category"))} for row in rows]


def job_of(run: MatchRun) -> dict:
    """The run as the progress component shows it, with an estimate once the pace is known."""
    total, done = run.blocks.count(), run.blocks.filter(done_at__isnull=False).count()
    state = {"running": "running", "done": "done", "cancelled": "failed"}[run.state]
    label = _("Matching %(products)d products with %(lines)d demand lines") % {
        "products": run.products,
        "lines": run.lines,
    }
    message = ""
    if state == "running" and done:
        left = int((timezone.now() - run.started_at).total_seconds() / done * (total - done)) + 1
        message = ngettext("About %(n)d second left.", "About %(n)d seconds left.", left) % {"n": left}
    elif state == "done" and run.finished_at:
        seconds = max(1, round((run.finished_at - run.started_at).total_seconds()))
        message = ngettext("Done in %(n)d second.", "Done in %(n)d seconds.", seconds) % {"n": seconds}
    elif state == "failed":
        message = _("Cancelled. What was matched until then stands.")
    return {"state": state, "label": label, "done": done, "total": total, "message": message}


@organiser
@require_POST
def start(request):
    with refusals_in_messages(request):
        run = start_match_run(by=request.user, campaign=request.campaign)
        blocks = run.blocks.count()
        transaction.on_commit(lambda: tasks.start_run(blocks))
        return redirect("console_matching")
    return redirect("console_matching")


@team
def progress(request, uid):
    """The progress component alone: htmx asks once a second."""
    run = get_object_or_404(MatchRun, campaign=request.campaign, uid=uid)
    context = {
        "job": job_of(run),
        "poll_url": reverse("console_matching_progress", args=[uid]),
        "result_url": reverse("console_matching"),
        "result_label": _("Show the figures"),
    }
    return render(request, "components/job.html", context)


@organiser
@require_POST
def cancel(request, uid):
    run = get_object_or_404(MatchRun, campaign=request.campaign, uid=uid)
    cancel_match_run(by=request.user, run=run)
    return redirect("console_matching")


@organiser
@require_POST
def again(request):
    """What was put aside is tried once more."""
    if try_again(by=request.user, campaign=request.campaign):
        transaction.on_commit(tasks.start_matching)
    messages.success(request, _("It is being tried again."))
    return redirect("console_matching")
