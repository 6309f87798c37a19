"""Plans of an event: start one, watch it, read the draft, change it by hand, compare, publish."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.companies.models.company import name_for_reader
from matchmaker.core.formats import number
from matchmaker.core.problems import NotFound, Refused
from matchmaker.events import services, tasks
from matchmaker.events.models import Event, EventParticipation, Meeting, PlanDraft
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.explaining import UnplacedWishes, failure_sentence, in_the_way
from matchmaker.events.services.plans import best_slots
from matchmaker.events.services.publishing import Change
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.forms import PlanForm
from matchmaker.web.console.events.steps import render_step
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.agendas import local, read_instant
from matchmaker.web.rendering.notice_claims import describe_result
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


def _views(event: Event) -> list[tuple[str, str]]:
    sides = [("supplier", _("By supplier")), ("buyer", _("By buyer"))]
    if event.is_of_equals:
        sides = [("company", _("By company"))]
    views = [*sides, ("table", _("By table"))]
    return [*views, ("interpreter", _("By interpreter"))] if event.interpreters.exists() else views


def _view(request, event: Event) -> str:
    views = dict(_views(event))
    return request.GET["by"] if request.GET.get("by") in views else next(iter(views))


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
    view = _view(request, draft.event)
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
        "views": _views(draft.event),
        "figures": _figures(draft, plan),
        "below": below,
        "floor": draft.options.get("floor"),
        "prices": _prices(draft, plan),
        "agendas": Paginator(_agendas(standing, plan, companies), AGENDAS_PER_PAGE).get_page(request.GET.get("days")),
        "unplaced": Paginator(unplaced, UNPLACED_PER_PAGE).get_page(request.GET.get("page")),
        "matches": matches,
        "kinds": _kinds(),
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


def _kinds() -> dict[str, str]:
    return {
        "match": _("match"),
        "accepted": _("accepted request"),
        "must_supplier": _("the supplier must meet"),
        "must_buyer": _("the buyer must meet"),
        "would_supplier": _("the supplier would like to"),
        "would_buyer": _("the buyer would like to"),
        "must": _("one of the two must meet"),
        "would": _("one of the two would like to"),
    }


def _floor_price(draft: PlanDraft) -> str:
    price = draft.result.get("floor_price")
    if price is None or not draft.options.get("floor"):
        return ""
    return _("The floor costs at most %(price).2f%% of what meetings are worth.") % {"price": 100 * price}


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


def _figures(draft: PlanDraft, plan) -> list[dict]:
    met = [agenda for agenda in plan.agendas if agenda.meetings]
    more_days = sum(agenda.days - 1 for agenda in met)
    singles = sum(agenda.single_days for agenda in met)
    walks = {"label": _("Changes of hall without a free slot between"), "value": number(plan.hall_changes)}
    return [
        {"label": _("Meetings"), "value": number(draft.meetings_count)},
        {
            "label": _("Gap"),
            "value": _("%(gap).3f%%") % {"gap": 100 * draft.gap},
            "note": _("Proven best.")
            if draft.objective >= draft.bound
            else _("At most this much is missing to the best possible plan."),
            "first": True,
        },
        {
            "label": _("Companies with fewer meetings than asked"),
            "value": number(draft.below_floor),
            "note": _floor_price(draft),
        },
        {
            "label": _("Further days to come"),
            "value": number(more_days),
            "note": _("%(n)d of them for a single meeting") % {"n": singles} if more_days else "",
        },
        {"label": _("Waits between meetings"), "value": number(sum(agenda.waits for agenda in met))},
        *([walks] if len(plan.instance.halls) > 1 else []),
    ]


def _prices(draft: PlanDraft, plan) -> list[str]:
    """What could not be had, and what each wish of the organiser costs; a sentence each."""
    if waits := draft.result.get("given"):
        return [_waits(len(plan.meetings), **waits)]
    found = []
    if plan.given_up:
        left_out = ngettext("%(n)d meeting fewer", "%(n)d meetings fewer", len(plan.given_up)) % {
            "n": len(plan.given_up)
        }
        days = ngettext("saves %(n)d further day.", "saves %(n)d further days.", plan.days_saved) % {
            "n": plan.days_saved
        }
        share = 100 * plan.given_up_weight / plan.bound if plan.bound else 0
        found.append(
            _("%(left_out)s %(days)s That is %(share).2f%% of what meetings are worth.")
            % {"left_out": left_out, "days": days, "share": share}
        )
    if lunch := draft.result.get("lunch_price"):
        found.append(
            _("Keeping lunch free costs at most %(share).2f%% of what meetings are worth.") % {"share": 100 * lunch}
        )
    needed = int(plan.instance.needs_interpreter.sum())
    if needed:
        found.append(
            _(
                "%(pairs)d pairs share no language; the interpreters' hours serve %(served)d of them. The gap counts "
                "only what the interpreters could still do."
            )
            % {"pairs": needed, "served": len(plan.interpreted)}
        )
    tight = _tight(plan)
    if tight and draft.objective < draft.bound:
        found.append(tight)
    found.append(_("Short waits and an early start cost no meeting: only times were exchanged."))
    return found


def _waits(meetings: int, breaks: int, bound: int) -> str:
    """What was proved about a plan of agreed meetings only."""
    numbers = {"meetings": meetings, "breaks": breaks, "bound": bound}
    if breaks == bound:
        return (
            _("All %(meetings)d agreed meetings are placed, with %(breaks)d waits. No plan has fewer: proven.")
            % numbers
        )
    return (
        _("All %(meetings)d agreed meetings are placed, with %(breaks)d waits. No plan can have fewer than %(bound)d.")
        % numbers
    )


def _tight(plan) -> str:
    """Where most of what is missing comes from."""
    instance = plan.instance
    places = sum(instance.tables)
    if places and len(plan.meetings) >= 0.98 * places:
        return _("Nearly every table is taken in every slot: more tables would help most.")
    slots = [sum(1 for count in instance.tables if count)] * len(instance.parties)
    full = sum(
        1
        for party, agenda, most in zip(instance.parties, plan.agendas, slots, strict=True)
        if agenda.meetings and agenda.meetings >= min(party.cap, most - len(party.off))
    )
    if full > 0.5 * len(instance.parties):
        return _("More than half of the companies have as many meetings as they can: longer hours would help most.")
    return _("Companies that meet each other are there at different times: their hours are what limits the plan.")


def _agendas(standing, plan, companies) -> list[dict]:
    """Days, first and last meeting and waits of each company that meets, those with most to improve first."""
    rows = [
        {
            "company": companies[key],
            "agenda": agenda,
            "first": local(standing.slots[agenda.first], standing.event.zone),
            "last": local(standing.slots[agenda.last], standing.event.zone),
        }
        for key, agenda in zip(standing.companies, plan.agendas, strict=True)
        if agenda.meetings and key in companies
    ]
    return sorted(rows, key=lambda row: (-row["agenda"].single_days, -row["agenda"].days, -row["agenda"].waits))


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
            messages.success(request, _("The plan is withdrawn. %(told)d people are told.") % {"told": count})
        return redirect("console_event_plan", slug, uid)
    if draft.state != PlanDraft.State.PUBLISHED:
        return redirect("console_event_plan", slug, uid)
    meetings = services.to_withdraw(draft)
    return render_step(
        request,
        draft.event,
        title=_("Withdraw the plan"),
        concerned=services.impact_of(meetings),
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
        messages.success(request, _("Taken back: everything is as it was before, and no letter has left."))
    return redirect("console_event_meetings", slug)


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
    meetings = Meeting.objects.of(event)
    counts, used = _by_status_and_slot(meetings)
    disputed = meetings.disputed().select_related("supplier", "buyer")
    first_disputed = list(disputed[: DISPUTED_SHOWN + 1])
    view = _view(request, event)
    context = {
        "event": event,
        "tab": "meetings",
        "board": _published_board(event, view, request.GET.get("rows"), used),
        "view": view,
        "views": _views(event),
        "figures": [{"label": label, "value": number(counts.get(value, 0))} for value, label in Meeting.Status.choices],
        "has_meetings": any(counts[status] for status in counts if status != Meeting.Status.CANCELLED),
        "disputed": first_disputed[:DISPUTED_SHOWN],
        "disputed_count": disputed.count() if len(first_disputed) > DISPUTED_SHOWN else len(first_disputed),
    }
    return render(request, "console/event_meetings.html", context)


def _by_status_and_slot(meetings: QuerySet[Meeting]) -> tuple[Counter, set[dt.datetime]]:
    """How many meetings have which status, and the slots in which one is held."""
    counts: Counter = Counter()
    used: set[dt.datetime] = set()
    for status, starts_at, n in meetings.order_by().values_list("status", "starts_at").annotate(n=Count("pk")):
        counts[status] += n
        if status != Meeting.Status.CANCELLED:
            used.add(starts_at)
    return counts, used


def _published_board(event: Event, view: str, page: str | None, used: set[dt.datetime]) -> dict:
    """As `board`; of thousands of meetings those alone are read in full that stand on the page."""
    meetings = Meeting.objects.of(event).active().order_by()
    counts = _count_meetings(meetings, view)
    names = {} if view in WITHOUT_COMPANY else _display_names(counts)
    slots = sorted({*event.slots(), *used})
    owners = sorted(counts, key=lambda one: (-counts[one], names[one]) if names else one)
    shown = Paginator(owners, _rows_a_page(slots, view)).get_page(page)
    on_page = Q.create([(f"{path}__in", list(shown)) for path in OWNERS[view]], connector=Q.OR)
    related = meetings.select_related("supplier", "buyer", "interpreter").only(*OF_CELL)
    own = reverse("console_event_meetings", args=[event.slug])  # a meeting's address lies under it; hundreds are drawn
    rows: dict = {}
    for meeting in related.filter(on_page).order_by("starts_at", "table"):
        cell = _cell_of(meeting, own)
        for owner in _owners(cell, view):
            rows.setdefault(owner if view in WITHOUT_COMPANY else owner.pk, (owner, []))[1].append(cell)
    return {"days": _days(event, slots, [rows[one] for one in shown], view, set(slots) - used), "page": shown}


def _count_meetings(meetings: QuerySet[Meeting], view: str) -> Counter:
    """How many meetings stand on each row of a view."""
    counts: Counter = Counter()
    for path in OWNERS[view]:
        rows = meetings.values_list(path).annotate(n=Count("pk"))
        counts.update({owner: count for owner, count in rows if owner})
    return counts


def _display_names(companies: Collection[int]) -> dict[int, str]:
    """In the order of names stand thousands of rows, of which a page shows some: read without a model."""
    rows = Company.objects.filter(pk__in=list(companies)).order_by()
    names = rows.values_list("pk", "legal_name", "name_latin", "name_zh")
    return {key: name_for_reader(legal, latin, zh) for key, legal, latin, zh in names}


def _cell_of(row: Meeting, own: str) -> "Cell":
    return Cell(
        row.supplier,
        row.buyer,
        row.starts_at,
        row.table,
        row.locked,
        f"{own}{row.uid}/",
        row.status,
        row.interpreter.name if row.interpreter else "",
    )


# The board of a plan: one row a company or table, one column a slot, day by day.


@dataclass(frozen=True, slots=True)
class Cell:
    supplier: Company
    buyer: Company
    starts_at: dt.datetime
    table: int
    locked: bool
    url: str
    status: str = "planned"
    interpreter: str = ""


WITHOUT_COMPANY = ("table", "interpreter")  # views whose rows are no companies
# Where the rows of a view stand in a meeting.
OWNERS = {
    "supplier": ("supplier",),
    "buyer": ("buyer",),
    "company": ("supplier", "buyer"),
    "table": ("table",),
    "interpreter": ("interpreter__name",),
}
# What a cell of the published board shows of a meeting.
OF_CELL = (
    *("uid", "starts_at", "table", "locked", "status", "interpreter__name"),
    *(f"{side}__{name}" for side in ("supplier", "buyer") for name in ("legal_name", "name_latin", "name_zh")),
)
DISPUTED_SHOWN = 50
ROWS = 60  # at most, on a page of the board; a thousand rows are 15 MB of HTML that no one reads at once
PLACES = 1_000  # rows by slots on a page: fewer rows where the days are long
FULL_PLACES = 300  # the same where nearly each place is a meeting


def board(
    event: Event,
    slots: Sequence[dt.datetime],
    cells: Iterable[Cell],
    view: str,
    page: str | None = None,
    closed: Collection[dt.datetime] = (),
) -> dict:
    """A page of the board: `days` [{day, slots [clock], rows [{label, company, count, cells [{label, cell} or None]}]}]
    and `page`, with most meetings first.

    Companies without a meeting are not on it: they stand in the list of those below the floor.
    """
    owned: dict = {}
    for cell in cells:
        for owner in _owners(cell, view):
            owned.setdefault(owner, []).append(cell)
    if view in WITHOUT_COMPANY:
        owners = sorted(owned)
    else:
        owners = sorted(owned, key=lambda company: (-len(owned[company]), company.display_name))
    shown = Paginator(owners, _rows_a_page(slots, view)).get_page(page)
    return {"days": _days(event, slots, [(owner, owned[owner]) for owner in shown], view, closed), "page": shown}


def _rows_a_page(slots: Sequence[dt.datetime], view: str) -> int:
    """A company has meetings in some slots of its row; a table in nearly all of them."""
    most, fewest = (FULL_PLACES, 3) if view in WITHOUT_COMPANY else (PLACES, 10)
    return max(fewest, min(ROWS, most // max(len(slots), 1)))


def _days(event: Event, slots: Sequence[dt.datetime], owned: list[tuple], view: str, closed) -> list[dict]:
    """The rows of one page day by day; `owned` has what each row stands for and its meetings."""
    days = []
    for day, group in groupby(slots, key=lambda slot: slot.astimezone(event.zone).date()):
        columns = list(group)
        rows = [row for owner, cells in owned if (row := _row(event, owner, cells, columns, view, closed))["count"]]
        days.append({"day": day, "slots": [local(slot, event.zone) for slot in columns], "rows": rows})
    return days


def _owners(cell: Cell, view: str) -> list:
    """The rows of the board on which a meeting stands; not each meeting has an interpreter."""
    if view == "company":
        return [cell.supplier, cell.buyer]
    return [getattr(cell, view)] if getattr(cell, view) else []


def _row(
    event: Event,
    owner,
    cells: list[Cell],
    columns: list[dt.datetime],
    view: str,
    closed: Collection[dt.datetime],
) -> dict:
    place = {slot: number for number, slot in enumerate(columns)}
    row: list[dict | None] = [None] * len(columns)
    walks = {} if view in WITHOUT_COMPANY else _walks(event, cells)
    for cell in cells:
        if cell.starts_at in place:
            row[place[cell.starts_at]] = {
                "cell": cell,
                "label": (cell.buyer if owner == cell.supplier else cell.supplier).display_name,
                "second": cell.buyer.display_name if view in WITHOUT_COMPANY else "",
                "comes_from": walks.get(cell.starts_at, ""),
            }
    return {
        "label": owner if view in WITHOUT_COMPANY else owner.display_name,
        "company": None if view in WITHOUT_COMPANY else owner,
        "count": sum(1 for one in row if one),
        "hours": None if view in WITHOUT_COMPANY else _hours(event, cells, columns, closed),
        "cells": row,
    }


def _walks(event: Event, cells: list[Cell]) -> dict[dt.datetime, str]:
    """The hall a company comes from without a free slot, by the beginning of the meeting in another hall."""
    in_order = sorted(cells, key=lambda cell: cell.starts_at)
    return {
        other.starts_at: event.place_of(one.table)
        for one, other in pairwise(in_order)
        if other.starts_at - one.starts_at == event.rhythm and event.place_of(one.table) != event.place_of(other.table)
    }


def _hours(event: Event, cells: list[Cell], columns: list[dt.datetime], closed: Collection[dt.datetime]) -> dict | None:
    """First and last meeting of a day, and how often the company waits in between; closed slots are no waits."""
    own = {cell.starts_at for cell in cells}
    open_slots = [slot for slot in columns if slot not in closed or slot in own]
    places = [place for place, slot in enumerate(open_slots) if slot in own]
    if not places:
        return None
    first, last = (local(open_slots[place], event.zone) for place in (places[0], places[-1]))
    return {"first": first, "last": last, "waits": sum(later - earlier > 1 for earlier, later in pairwise(places))}


# One meeting, in a draft or as published: where it is, where else it could be, and what stands in the way.


@team
def pair(request, slug, uid, supplier, buyer):
    """One pair of a draft: where it is, the three best other slots and what stands in their way."""
    draft = draft_of(request, slug, uid)
    if not draft.result:
        raise Http404
    if request.method == "POST":
        return _change(request, draft, supplier, buyer)
    standing, plan = snapshots.of_draft(draft)
    if supplier >= len(standing.suppliers) or buyer >= len(standing.buyers):
        raise Http404
    present = next((row for row in plan.meetings if row[:2] == (supplier, buyer)), None)
    event = draft.event
    rows = _options(standing, best_slots(plan, supplier, buyer, count=len(standing.slots)))
    context = {
        "event": event,
        "tab": "plan",
        "draft": draft,
        "pair": (supplier, buyer),
        "supplier": Company.objects.get(pk=standing.suppliers[supplier]),
        "buyer": Company.objects.get(pk=standing.buyers[buyer]),
        "present": {"at": local(standing.slots[present[2]], event.zone), "table": present[3] + 1} if present else None,
        "locked": [supplier, buyer] in draft.locked,
        "best": rows[:3],
        "rest": sorted(rows[3:], key=lambda row: row["slot"]),
        "editable": draft.state == PlanDraft.State.READY and request.role != "staff",
    }
    return render(request, "console/event_pair.html", context)


def _options(standing, options) -> list[dict]:
    """Slots for a pair, the best first, each with what stands in its way."""
    companies = Company.objects.in_bulk([*standing.suppliers, *standing.buyers])
    names = {key: company.display_name for key, company in companies.items()}
    return [
        {
            "slot": option.slot,
            "starts_at": standing.slots[option.slot],
            "instant": standing.slots[option.slot].astimezone(dt.UTC).isoformat(),
            "at": local(standing.slots[option.slot], standing.event.zone),
            "conflicts": in_the_way(option, standing, names),
            "change": option.change,
            "idle": option.idle,
        }
        for option in options
    ]


def _change(request, draft, supplier, buyer):
    here = redirect("console_event_plan_pair", draft.event.slug, draft.uid, supplier, buyer)
    act, who = request.POST.get("act"), {"by": request.user, "draft": draft, "supplier": supplier, "buyer": buyer}
    try:
        if act == "move":
            slot = request.POST.get("slot", "")
            services.move_in_draft(**who, slot=int(slot) if slot.isdecimal() and len(slot) < 6 else -1)
            messages.success(request, _("Moved."))
        elif act in ("lock", "unlock"):
            services.lock_in_draft(**who, locked=act == "lock")
        elif act == "remove":
            services.take_out_of_draft(**who)
            messages.success(request, _("Left out of the draft."))
            return redirect("console_event_plan", draft.event.slug, draft.uid)
        else:
            raise Http404
    except NotFound:
        raise Http404 from None
    except Refused as refusal:
        messages.error(request, refusal.message)
    return here


# -- as published ------------------------------------------------------------------------------------------------------
def _meeting(request, slug, uid):
    return get_object_or_404(Meeting.objects.of(event_of(request, slug)).for_agenda(), uid=uid)


@team
@require_safe
def meeting(request, slug, uid):
    found = _meeting(request, slug, uid)
    event = found.event
    options = []
    if found.status == Meeting.Status.PLANNED:
        standing, plan = snapshots.of_meetings(event)
        s, b = standing.supplier_at.get(found.supplier_id), standing.buyer_at.get(found.buyer_id)
        if s is not None and b is not None:
            now = timezone.now()
            rows = _options(standing, best_slots(plan, s, b, count=len(standing.slots)))
            options = [row for row in rows if row["starts_at"] > now]
    context = {
        "event": event,
        "tab": "meetings",
        "meeting": found,
        "at": local(found.starts_at, event.zone),
        "best": options[:3],
        "rest": sorted(options[3:], key=lambda row: row["at"]),
        "editable": found.status == Meeting.Status.PLANNED and request.role != "staff",
        "begun": found.starts_at <= timezone.now() and found.status != Meeting.Status.CANCELLED,
        "outcomes": Meeting.Outcome.choices,
        "absent": [choice for choice in Meeting.Side.choices if choice[0] != Meeting.Side.TEAM],
    }
    return render(request, "console/event_meeting.html", context)


def _note_both_sides(what: str, meeting: Meeting) -> str:
    both = [meeting.supplier, meeting.buyer]
    return describe_result(what, _("Both sides are told."), kind="meetings_changed", companies=both)


@organiser
@require_POST
def change(request, slug, uid):
    found = _meeting(request, slug, uid)
    act, who = request.POST.get("act"), {"by": request.user, "meeting": found}
    with refusals_in_messages(request):
        if act == "move":
            services.move_meeting(**who, starts_at=read_slot(request.POST.get("slot", "")))
            messages.success(request, _note_both_sides(_("Moved."), found))
        elif act in ("lock", "unlock"):
            services.lock_meeting(**who, locked=act == "lock")
        elif act == "cancel":
            services.cancel_meeting(**who, why=request.POST.get("why", "")[:300])
            messages.success(request, _note_both_sides(_("Cancelled."), found))
        elif act == "mark":
            values = {name: request.POST.get(name, "") for name in ("outcome", "absent")}
            services.mark_meeting(**who, **values)
            messages.success(request, _("Noted."))
        else:
            raise Http404
        transaction.on_commit(start_delivery)
    return redirect("console_event_meeting", slug, uid)


def read_slot(text: str) -> dt.datetime:
    """The instant of a slot as a form sends it.

    Raises:
        Refused: for anything else.
    """
    try:
        return read_instant(text)
    except ValueError:
        raise Refused("no_such_slot", _("Choose a slot of this event."), field="slot", status=400) from None
