"""Run the matching of the campaign and watch it."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from matchmaker.catalogue.models import Category
from matchmaker.matching import tasks
from matchmaker.matching.models import Match, MatchRun, MatchSettings
from matchmaker.matching.services import (
    cancel_match_run,
    effect_of,
    incomplete_run,
    missing_products,
    put_aside,
    retry_match_run,
    save_settings,
    start_match_run,
    try_again,
)
from matchmaker.matching.services.tuning import HIGHEST, MOST_PROMISED, weights_in_use
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

ASIDE_SHOWN = 50


@team
def matching(request):
    of_campaign = MatchRun.objects.filter(campaign=request.campaign)
    runs = list(of_campaign.select_related("started_by").defer("background")[:10])
    running = next((run for run in runs if run.state == MatchRun.State.RUNNING), None)
    active = Match.objects.active().of_campaign(request.campaign)
    products, lines = put_aside(request.campaign)
    incomplete = None if running else incomplete_run()
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
            "incomplete": incomplete if incomplete in runs else None,
            "missing": missing_products(incomplete)[:ASIDE_SHOWN] if incomplete in runs else [],
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
    state = {"running": "running", "done": "done", "cancelled": "failed", "incomplete": "failed"}[run.state]
    label = _("Matching all products with all demand lines of the site")
    message = ""
    if state == "running" and done:
        left = int((timezone.now() - run.started_at).total_seconds() / done * (total - done)) + 1
        message = ngettext("About %(n)d second left.", "About %(n)d seconds left.", left) % {"n": left}
    elif state == "done" and run.finished_at:
        seconds = max(1, round((run.finished_at - run.started_at).total_seconds()))
        message = ngettext("Done in %(n)d second.", "Done in %(n)d seconds.", seconds) % {"n": seconds}
    elif run.state == MatchRun.State.INCOMPLETE:
        message = _("Ended, but some products could not be matched. The page of matching names them.")
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
def retry(request, uid):
    """An incomplete run goes on with what is missing."""
    run = get_object_or_404(MatchRun, campaign=request.campaign, uid=uid)
    with refusals_in_messages(request):
        blocks = retry_match_run(by=request.user, run=run).blocks.filter(done_at=None).count()
        transaction.on_commit(lambda: tasks.start_run(blocks))
    return redirect("console_matching")


@organiser
@require_POST
def again(request):
    """What was put aside is tried once more."""
    if try_again(by=request.user, campaign=request.campaign):
        transaction.on_commit(tasks.start_matching)
    messages.success(request, _("It is being tried again."))
    return redirect("console_matching")


# What matching goes by: a look at the effect first, then saved.


def _weight(label, help_text, low: float = 0, high: float = HIGHEST) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"})
    return forms.FloatField(label=label, help_text=help_text, min_value=low, max_value=high, widget=widget)


class SettingsForm(forms.Form):
    meaning = _weight(gettext_lazy("Meaning"), gettext_lazy("How close the two texts are, in any language."))
    words = _weight(gettext_lazy("Words in common"), gettext_lazy("Rare words count more than frequent ones."))
    hs = _weight(gettext_lazy("HS code"), gettext_lazy("Two, four or six digits in common."))
    category = _weight(gettext_lazy("Category"), gettext_lazy("The same category, or at least the same group."))
    trust = _weight(gettext_lazy("Verification"), gettext_lazy("What was checked of the supplier."))
    crowding = _weight(
        gettext_lazy("Commonplace texts"),
        gettext_lazy("Below zero: a text that is near to everything must be nearer to count."),
        low=-HIGHEST,
        high=0,
    )
    floor = forms.IntegerField(
        label=gettext_lazy("Suggestions promised to small and first-time exporters"),
        help_text=gettext_lazy("Each of their products gets at least so many, even where the fit is lower."),
        min_value=0,
        max_value=MOST_PROMISED,
    )
    skip_known = forms.BooleanField(
        label=gettext_lazy("Leave out companies that have met"),
        help_text=gettext_lazy("Companies whose contacts are open to each other get no further suggestions together."),
        required=False,
    )

    def given(self) -> dict:
        values = dict(self.cleaned_data)
        floor, skip_known = values.pop("floor"), values.pop("skip_known")
        return {"weights": values, "floor": floor, "skip_known": skip_known}


@organiser
def match_settings(request):
    """Without a script too: one button shows the effect on this page, the other saves."""
    chosen = MatchSettings.objects.filter(adopted=True).first()
    initial = {name: round(value, 2) for name, value in weights_in_use().to_dict().items()}
    initial |= {"floor": chosen.floor if chosen else 0, "skip_known": bool(chosen and chosen.skip_known)}
    form = SettingsForm(request.POST or None, initial=initial)
    effect = None
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            if request.POST.get("do") == "save":
                save_settings(by=request.user, campaign=request.campaign, **form.given())
                messages.success(request, _("Saved. The settings count from the next full run on."))
                return redirect("console_matching")
            effect = effect_of(campaign=request.campaign, **form.given())
    latest = MatchRun.objects.ended().first()
    context = {
        "form": form,
        "effect": effect,
        "figures": figures_of_effect(effect) if effect else [],
        "history": MatchSettings.objects.select_related("by")[:10],
        "chosen": chosen,
        "pending": bool(chosen and latest and latest.settings_id != chosen.pk),
    }
    return render(request, "console/match_settings.html", context)


def figures_of_effect(effect) -> list[dict]:
    figures = [
        {"label": _("suggestions that stay"), "value": effect.kept},
        {"label": _("new suggestions"), "value": effect.new},
        {"label": _("suggestions that go"), "value": effect.gone},
        {"label": _("lines with another first suggestion"), "value": effect.moved, "first": True},
    ]
    if effect.promised:
        figures.append(
            {
                "label": _("promised to small exporters"),
                "value": effect.promised,
                "note": _("%(promised)s likely to be accepted; the others %(usual)s")
                % {"promised": _percent(effect.promised_probability), "usual": _percent(effect.usual_probability)},
            }
        )
    return figures


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{number_format(value * 100, 0)}%"
