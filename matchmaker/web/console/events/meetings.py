"""Meetings of an event: the published board, and one meeting of it or of a draft, where it is and could be."""

import datetime as dt
from collections import Counter

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.core.formats import number
from matchmaker.core.problems import NotFound, Refused
from matchmaker.events import services
from matchmaker.events.models import Meeting, PlanDraft
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.explaining import in_the_way
from matchmaker.events.services.plans import best_slots
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.board import chosen_view, published_board, views
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.plan import draft_of
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.agendas import local, read_instant
from matchmaker.web.rendering.notice_claims import describe_result

DISPUTED_SHOWN = 50


@team
@require_safe
def meetings(request, slug):
    event = event_of(request, slug)
    meetings = Meeting.objects.of(event)
    counts, used = _by_status_and_slot(meetings)
    disputed = meetings.disputed().select_related("supplier", "buyer")
    first_disputed = list(disputed[: DISPUTED_SHOWN + 1])
    view = chosen_view(request, event)
    context = {
        "event": event,
        "tab": "meetings",
        "board": published_board(event, view, request.GET.get("rows"), used),
        "view": view,
        "views": views(event),
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
        "free_tables": services.free_tables(found) if found.status == Meeting.Status.PLANNED else [],
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
    return describe_result(what, _("Both sides are notified."), kind="meetings_changed", companies=both)


@organiser
@require_POST
def change(request, slug, uid):
    found = _meeting(request, slug, uid)
    act, who = request.POST.get("act"), {"by": request.user, "meeting": found}
    with refusals_in_messages(request):
        if act == "move":
            services.move_meeting(**who, starts_at=read_slot(request.POST.get("slot", "")))
            messages.success(request, _note_both_sides(_("Moved."), found))
        elif act == "table":
            number_of = request.POST.get("table", "")
            services.change_table(**who, table=int(number_of) if number_of.isdecimal() else 0)
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
