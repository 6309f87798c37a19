"""Plans of an event: start one, watch it, read the draft, compare, publish."""

import datetime as dt
import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.core.formats import number
from matchmaker.core.problems import Refused
from matchmaker.events import services, tasks
from matchmaker.events.models import EventParticipation, PlanDraft
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.explaining import UnplacedWishes, failure_sentence
from matchmaker.events.services.publishing import Change
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.board import Cell, board, chosen_view, views
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.forms import PlanForm
from matchmaker.web.console.events.plan_figures import agendas, figures, kinds, prices
from matchmaker.web.console.events.steps import render_step
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.agendas import local
from matchmaker.web.templatetags.ui import moment

UNPLACED_PER_PAGE = 25
AGENDAS_PER_PAGE = 40


def draft_of(request, slug, uid):
    return get_object_or_404(
        PlanDraft.objects.select_related("event__campaign"), event__campaign=request.campaign, event__slug=slug, uid=uid
    )


@team
@require_safe
def plans(request, slug):
    event = event_of(request, slug)
    if not event.plans.exists():
        tasks.announce()
    return _plans(request, event, PlanForm(event=event))


def _plans(request, event, form, status=200):
    rows = list(event.plans.light().exclude(state="discarded").select_related("started_by")[:12])
    for row in rows:
        row.failure_text = failure_sentence(row)
    running = next((row for row in rows if row.state == PlanDraft.State.COMPUTING), None)
    context = {
        "event": event,
        "tab": "plan",
        "form": form,
        "rows": rows,
        "running": running,
        "job": job_of(running) if running else None,
        "registered": {
            side: event.participations.registered().filter(side=side).count() for side in EventParticipation.Side.values
        },
        "slots": len(event.slots()),
        "agreed": event.requests.waiting_for_a_time().select_related("company", "other"),
    }
    return render(request, "console/event_plans.html", context, status=status)


@organiser
@require_POST
def place_request(request, slug, uid):
    """Give a meeting that both sides agreed to the first slot that suits both."""
    found = get_object_or_404(event_of(request, slug).requests.select_related("event__campaign"), uid=uid)
    with refusals_in_messages(request):
        meeting = services.place_request(by=request.user, request=found)
        transaction.on_commit(start_delivery)
        when = moment(local(meeting.starts_at, meeting.event.zone))
        messages.success(request, _("Placed at %(when)s. It stands in both agendas now.") % {"when": when})
        return redirect("console_event_plans", slug)
    return redirect("console_event_plans", slug)


def job_of(draft: PlanDraft) -> dict:
    """A run as the progress component shows it: the live gap and the time used of the time given."""
    total = draft.options.get("seconds", 10)
    state = {"computing": "running", "failed": "failed", "discarded": "failed"}.get(draft.state, "done")
    if state == "running" and not draft.stage:
        state = "waiting"
    message = ""
    if state == "running":
        stage = {
            "reading": _("Reading wishes and times"),
            "selecting": _("Choosing who meets whom"),
            "placing": _("Giving out slots"),
            "improving": _("Improving"),
            "idle": _("Shortening people's days"),
            "tables": _("Giving out tables"),
        }.get(draft.stage, draft.stage)
        message = _("%(stage)s.") % {"stage": stage}
        if draft.stage in ("improving", "idle", "tables"):  # before that there is no plan to speak of
            message = _("%(stage)s. At most %(gap).3f%% below the best possible plan.") % {
                "stage": stage,
                "gap": 100 * draft.gap,
            }
    elif state == "failed":
        message = failure_sentence(draft) or _("Stopped.")
    return {
        "state": state,
        "label": _("Planning all meetings"),
        "done": min(round(draft.seconds), total),
        "total": total,
        "message": message,
    }


@organiser
@require_POST
def start(request, slug):
    event = event_of(request, slug)
    form = PlanForm(request.POST, event=event)
    base = None
    if given := request.POST.get("base"):
        try:
            base = draft_of(request, slug, uuid.UUID(given))
        except ValueError:
            raise Http404 from None
    if form.is_valid():
        try:
            services.start_plan(by=request.user, event=event, base=base, **form.options())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            transaction.on_commit(tasks.start_planning)
            return redirect("console_event_plans", slug)
    return _plans(request, event, form, status=422)


@team
@require_safe
def progress(request, slug, uid):
    """The progress component alone: htmx asks once a second."""
    draft = get_object_or_404(PlanDraft.objects.light(), event__campaign=request.campaign, event__slug=slug, uid=uid)
    context = {
        "job": job_of(draft),
        "poll_url": reverse("console_event_plan_progress", args=[slug, uid]),
        "result_url": reverse("console_event_plan", args=[slug, uid]),
        "result_label": _("Read the draft"),
    }
    return render(request, "components/job.html", context)


@team
@require_safe
def show(request, slug, uid):
    draft = draft_of(request, slug, uid)
    if not draft.result:
        return redirect("console_event_plans", slug)
    standing, plan = snapshots.of_draft(draft)
    companies = Company.objects.in_bulk([*standing.suppliers, *standing.buyers])
    locked = {tuple(pair) for pair in draft.locked}
    own = reverse("console_event_plan", args=[slug, uid])  # a pair's address lies under it; asked ten thousand times
    names = dict(draft.event.interpreters.values_list("pk", "name"))
    speaks = {(s, b): names.get(standing.interpreters[who], "") for s, b, who in plan.interpreted}
    cells = [
        Cell(
            supplier=companies[standing.suppliers[s]],
            buyer=companies[standing.buyers[b]],
            starts_at=standing.slots[slot],
            table=table + 1,
            locked=(s, b) in locked,
            url=f"{own}{s}-{b}/",
            interpreter=speaks.get((s, b), ""),
        )
        for s, b, slot, table in plan.meetings
        if standing.suppliers[s] in companies and standing.buyers[b] in companies
    ]
    view = chosen_view(request, draft.event)
    closed = {slot for slot, count in zip(standing.slots, plan.instance.tables, strict=True) if not count}
    matches = request.GET.get("unplaced") == "matches"
    unplaced = UnplacedWishes(draft, standing, plan, matches=matches)
    short_suppliers, short_buyers = plan.below_floor
    below = [{"company": companies[standing.suppliers[s]], "count": int(plan.degree[s])} for s in short_suppliers] + [
        {"company": companies[standing.buyers[b]], "count": int(plan.degree[plan.instance.shift + b])}
        for b in short_buyers
    ]
    others = draft.event.plans.light().filter(state__in=["ready", "published", "replaced"]).exclude(pk=draft.pk)[:10]
    context = {
        "event": draft.event,
        "tab": "plan",
        "draft": draft,
        "board": board(draft.event, standing.slots, cells, view, request.GET.get("rows"), closed),
        "view": view,
        "views": views(draft.event),
        "figures": figures(draft, plan),
        "below": below,
        "floor": draft.options.get("floor"),
        "prices": prices(draft, plan),
        "agendas": Paginator(agendas(standing, plan, companies), AGENDAS_PER_PAGE).get_page(request.GET.get("days")),
        "unplaced": Paginator(unplaced, UNPLACED_PER_PAGE).get_page(request.GET.get("page")),
        "matches": matches,
        "kinds": kinds(),
        "what_if": _what_if(draft),
        "others": others,
        "compared": _comparison(request, draft),
        "options": _hidden_fields(draft.options),
    }
    return render(request, "console/event_plan.html", context)


def _what_if(draft: PlanDraft) -> dict | None:
    """Tables and hours where they are not the event's own."""
    event, options = draft.event, draft.options
    if not draft.is_what_if:
        return None
    hours = {
        name: dt.time.fromisoformat(options[name]) if options.get(name) else getattr(event, name)
        for name in ("opens_at", "closes_at")
    }
    return {"tables": options.get("tables") or event.tables, **hours}


def _hidden_fields(options: dict) -> list[tuple[str, object]]:
    """Name and value of the hidden fields that ask for the same plan again."""
    pairs: list[tuple[str, object]] = []
    for name in PlanForm.base_fields:
        value = options.get(name)
        if isinstance(value, list):
            pairs += [(name, one) for one in value]
        elif value is not None and value is not False:
            pairs.append((name, value))
    return pairs


def _comparison(request, draft: PlanDraft) -> dict | None:
    uid = request.GET.get("with")
    if not uid:
        return None
    other = draft_of(request, draft.event.slug, uid) if _is_uuid(uid) else None
    if other is None or not other.result:
        raise Http404
    found = services.compare_plans(draft, other)
    keys = [key for key, _change in (*found.gains[:12], *found.losses[:12])]
    companies = Company.objects.in_bulk(keys)
    named = {
        name: [{"company": companies[key], "change": change} for key, change in rows[:12] if key in companies]
        for name, rows in (("gains", found.gains), ("losses", found.losses))
    }
    rows = [
        (_("Meetings"), draft.meetings_count, other.meetings_count),
        (_("What the meetings are worth"), draft.objective, other.objective),
        (_("The most any plan can be worth"), draft.bound, other.bound),
        (_("Gap"), _("%(gap).3f%%") % {"gap": 100 * draft.gap}, _("%(gap).3f%%") % {"gap": 100 * other.gap}),
        (_("Below the floor"), draft.below_floor, other.below_floor),
    ]
    return {"other": other, "found": found, "rows": rows, **named}


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@organiser
@require_http_methods(["GET", "POST"])
def publish(request, slug, uid):
    """What publishing would change; a POST does it."""
    draft = draft_of(request, slug, uid)
    with refusals_in_messages(request):
        if request.method == "GET":
            return _ask_publish(request, draft)
        done = services.publish_plan(by=request.user, draft=draft, expected=request.POST.get("expected", ""))
        transaction.on_commit(start_delivery)
        messages.success(
            request,
            _(
                "Published: %(new)d new, %(moved)d moved, %(same)d as before, %(cancelled)d cancelled. "
                "%(told)d people are notified."
            )
            % {name: getattr(done, name) for name in ("new", "moved", "same", "cancelled", "told")},
        )
        if done.left_out:
            messages.warning(
                request,
                _("%(count)d meetings were left out: they are not possible any more.") % {"count": done.left_out},
            )
        return redirect("console_event_meetings", slug)
    return redirect("console_event_plan", slug, uid)


def _ask_publish(request, draft: PlanDraft):
    changes = services.preview_publish(by=request.user, draft=draft)
    counts = changes.counts
    figures = [
        {"label": _("New meetings"), "value": number(counts["new"])},
        {"label": pgettext("meetings", "Moved"), "value": number(counts["moved"])},
        {"label": _("Called off"), "value": number(counts["cancelled"])},
        {"label": _("As before"), "value": number(counts["same"])},
    ]
    concerned = services.impact_on(len(changes.rows), changes.touched)
    return render_step(
        request,
        draft.event,
        title=_("Publish the plan"),
        concerned=concerned,
        leave_at=changes.leave_at,
        figures=figures,
        changes=changes.rows,
        expected=changes.fingerprint,
        button=_("Publish to everybody"),
        back_url=reverse("console_event_plan", args=[draft.event.slug, draft.uid]),
        tab="plan",
    )


@organiser
@require_http_methods(["GET", "POST"])
def withdraw(request, slug, uid):
    """What withdrawing the published plan would call off; a POST does it."""
    draft = draft_of(request, slug, uid)
    if request.method == "POST":
        with refusals_in_messages(request):
            count = services.withdraw_plan(by=request.user, draft=draft)
            transaction.on_commit(start_delivery)
            messages.success(request, _("The plan is withdrawn. %(told)d people are notified.") % {"told": count})
        return redirect("console_event_plan", slug, uid)
    if draft.state != PlanDraft.State.PUBLISHED:
        return redirect("console_event_plan", slug, uid)
    meetings = services.to_withdraw(draft)
    return render_step(
        request,
        draft.event,
        title=_("Withdraw the plan"),
        concerned=services.impact_of(meetings),
        leave_at=services.letters_of_calling_off(meetings),
        changes=[Change(m.supplier_id, m.buyer_id, m.starts_at, None) for m in meetings.order_by("starts_at")],
        button=_("Withdraw the plan"),
        back_url=reverse("console_event_plan", args=[slug, uid]),
        lead=_("Meetings that are locked or were booked by hand stay. The plan becomes a draft again."),
        tab="plan",
    )


@organiser
@require_POST
def take_back(request, slug, uid):
    """Undo the step whose letters have not left."""
    event = event_of(request, slug)
    change = get_object_or_404(event.bulk_changes, uid=uid)
    with refusals_in_messages(request):
        services.take_back(by=request.user, change=change)
        messages.success(request, _("Taken back: everything is as it was before, and no email was sent."))
    return redirect("console_event_meetings", slug)


@organiser
@require_POST
def discard(request, slug, uid):
    draft = draft_of(request, slug, uid)
    with refusals_in_messages(request):
        services.discard_plan(by=request.user, draft=draft)
    return redirect("console_event_plans", slug)
