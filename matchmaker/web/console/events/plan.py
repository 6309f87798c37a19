"""Plans of an event: start one, watch it, read the draft, change it by hand, compare, publish."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused
from matchmaker.events import services, tasks
from matchmaker.events.models import Meeting, PlanDraft
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.explaining import UnplacedWishes
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.boards import VIEWS, Cell, board
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.forms import PlanForm
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.agendas import local
from matchmaker.web.templatetags.ui import moment, number

UNPLACED_PER_PAGE = 25


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
    return _plans(request, event, PlanForm())


def _plans(request, event, form, status=200):
    rows = list(event.plans.light().exclude(state="discarded").select_related("started_by")[:12])
    running = next((row for row in rows if row.state == PlanDraft.State.COMPUTING), None)
    context = {
        "event": event,
        "tab": "plan",
        "form": form,
        "rows": rows,
        "running": running,
        "job": job_of(running) if running else None,
        "registered": {
            side: event.participations.registered().filter(side=side).count() for side in ("supplier", "buyer")
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
        message = draft.last_error or _("Stopped.")
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
    form = PlanForm(request.POST)
    base = None
    if uid := request.POST.get("base"):
        base = draft_of(request, slug, uid)
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
    cells = [
        Cell(
            supplier=companies[standing.suppliers[s]],
            buyer=companies[standing.buyers[b]],
            starts_at=standing.slots[slot],
            table=table + 1,
            locked=(s, b) in locked,
            url=f"{own}{s}-{b}/",
        )
        for s, b, slot, table in plan.meetings
        if standing.suppliers[s] in companies and standing.buyers[b] in companies
    ]
    view = request.GET.get("by") if request.GET.get("by") in VIEWS else "supplier"
    unplaced = UnplacedWishes(draft, standing, plan)
    short_suppliers, short_buyers = plan.below_floor
    below = [{"company": companies[standing.suppliers[s]], "count": int(plan.degree[s])} for s in short_suppliers] + [
        {"company": companies[standing.buyers[b]], "count": int(plan.degree[len(standing.suppliers) + b])}
        for b in short_buyers
    ]
    others = draft.event.plans.light().filter(state__in=["ready", "published", "replaced"]).exclude(pk=draft.pk)[:10]
    context = {
        "event": draft.event,
        "tab": "plan",
        "draft": draft,
        "board": board(draft.event, standing.slots, cells, view, request.GET.get("rows")),
        "view": view,
        "views": [("supplier", _("By supplier")), ("buyer", _("By buyer")), ("table", _("By table"))],
        "figures": _figures(draft, plan),
        "below": below,
        "floor": draft.options.get("floor"),
        "unplaced": Paginator(unplaced, UNPLACED_PER_PAGE).get_page(request.GET.get("page")),
        "kinds": _kinds(),
        "what_if": _what_if(draft),
        "others": others,
        "compared": _compared(request, draft),
        "options": {name: draft.options.get(name) for name in PlanForm.base_fields},
    }
    return render(request, "console/event_plan.html", context)


def _what_if(draft: PlanDraft) -> dict | None:
    """Tables and hours where they are not the event's own."""
    event, asked = draft.event, draft.options
    if not any(asked.get(name) for name in ("tables", "opens_at", "closes_at")):
        return None
    return {
        "tables": asked.get("tables") or event.tables,
        "opens_at": asked.get("opens_at") or event.opens_at.isoformat("minutes"),
        "closes_at": asked.get("closes_at") or event.closes_at.isoformat("minutes"),
    }


def _kinds() -> dict[str, str]:
    return {
        "accepted": _("accepted request"),
        "must_supplier": _("the supplier must meet"),
        "must_buyer": _("the buyer must meet"),
        "would_supplier": _("the supplier would like to"),
        "would_buyer": _("the buyer would like to"),
    }


def _floor_price(draft: PlanDraft) -> str:
    price = draft.result.get("floor_price")
    if price is None or not draft.options.get("floor"):
        return ""
    return _("The floor costs at most %(price).2f%% of what meetings are worth.") % {"price": 100 * price}


def _figures(draft: PlanDraft, plan) -> list[dict]:
    return [
        {"label": _("Meetings"), "value": number(draft.meetings_count)},
        {"label": _("Objective"), "value": number(draft.objective)},
        {
            "label": _("Proven bound"),
            "value": number(draft.bound),
            "note": _("No plan of this event can be worth more."),
        },
        {
            "label": _("Gap"),
            "value": _("%(gap).3f%%") % {"gap": 100 * draft.gap},
            "note": _("Proven best.") if draft.objective >= draft.bound else _("What is at most missing."),
            "first": True,
        },
        {"label": _("Below the floor"), "value": number(draft.below_floor), "note": _floor_price(draft)},
        {"label": _("Idle slots between meetings"), "value": number(plan.idle_gaps)},
    ]


def _compared(request, draft: PlanDraft) -> dict | None:
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
        (_("Objective"), draft.objective, other.objective),
        (_("Proven bound"), draft.bound, other.bound),
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
@require_POST
def publish(request, slug, uid):
    draft = draft_of(request, slug, uid)
    with refusals_in_messages(request):
        done = services.publish_plan(by=request.user, draft=draft)
        transaction.on_commit(start_delivery)
        messages.success(
            request,
            _(
                "Published: %(new)d new, %(moved)d moved, %(same)d as before, %(cancelled)d called off. "
                "%(told)d people are told."
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


@organiser
@require_POST
def discard(request, slug, uid):
    draft = draft_of(request, slug, uid)
    with refusals_in_messages(request):
        services.discard_plan(by=request.user, draft=draft)
    return redirect("console_event_plans", slug)


# -- the agenda as published ------------------------------------------------------------------------------------------
@team
@require_safe
def meetings(request, slug):
    event = event_of(request, slug)
    rows = list(Meeting.objects.of(event).active().for_agenda())
    cells = [
        Cell(
            row.supplier,
            row.buyer,
            row.starts_at,
            row.table,
            row.locked,
            reverse("console_event_meeting", args=[slug, row.uid]),
            row.status,
        )
        for row in rows
    ]
    view = request.GET.get("by") if request.GET.get("by") in VIEWS else "supplier"
    slots = sorted({*event.slots(), *(row.starts_at for row in rows)})
    counts = {value: sum(1 for row in rows if row.status == value) for value in Meeting.Status.values}
    counts["cancelled"] = Meeting.objects.of(event).filter(status="cancelled").count()
    context = {
        "event": event,
        "tab": "meetings",
        "board": board(event, slots, cells, view, request.GET.get("rows")),
        "view": view,
        "views": [("supplier", _("By supplier")), ("buyer", _("By buyer")), ("table", _("By table"))],
        "figures": [{"label": label, "value": number(counts[value])} for value, label in Meeting.Status.choices],
        "rows": rows,
        "disputed": [row for row in rows if row.is_disputed],
    }
    return render(request, "console/event_meetings.html", context)
