"""The day of an event: check-in at the door, and the plan mended when somebody does not come."""

import datetime as dt

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Attendee, Meeting
from matchmaker.notifications.tasks import ring
from matchmaker.web.access import organiser, team
from matchmaker.web.agendas import local
from matchmaker.web.console.events import event_of
from matchmaker.web.console.events_pair import read_instant


@organiser
@require_POST
def mend(request, slug, uid):
    """A company does not come, or comes late: keep what can stay, fill what became free."""
    event = event_of(request, slug)
    row = get_object_or_404(event.participations.registered().select_related("company"), uid=uid)
    until = None
    if text := request.POST.get("until"):
        try:
            until = read_instant(text)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("console_event_checkin", slug)
    try:
        done = services.mend_plan(by=request.user, event=event, company=row.company, until=until)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        transaction.on_commit(ring)
        messages.success(
            request,
            _("%(cancelled)d meetings called off, %(added)d new ones in the freed time, %(moved)d moved.")
            % {"cancelled": done.cancelled, "added": done.added, "moved": done.moved},
        )
    return redirect("console_event_checkin", slug)


@team
def check_in(request, slug):
    """Type or scan a code; a scanner that types and presses Enter is enough."""
    event = event_of(request, slug)
    person, refusal = None, None
    gate = request.POST.get("gate", request.session.get("gate", ""))[:40]
    code = request.POST.get("code", request.GET.get("code", ""))
    if request.method == "POST":
        request.session["gate"] = gate
        try:
            person = services.check_in(by=request.user, event=event, code=code, gate=gate)
        except Refused as problem:
            refusal = problem
    expected = Attendee.objects.expected().filter(participation__event=event)
    totals = expected.aggregate(all=Count("pk"), inside=Count("pk", filter=Q(checked_in_at__isnull=False)))
    now = timezone.now()
    context = {
        "event": event,
        "tab": "checkin",
        "person": person,
        "refusal": refusal,
        "code": "" if person else code[:64],
        "gate": gate,
        "totals": totals,
        "latest": expected.filter(checked_in_at__isnull=False)
        .select_related("participation__company")
        .order_by("-checked_in_at")[:10],
        "late": _late(event, now),
        "slots": [{"instant": slot.isoformat(), "at": local(slot, event.zone)} for slot in event.slots() if slot > now],
        "now_running": Meeting.objects.of(event)
        .active()
        .filter(starts_at__lte=now, starts_at__gt=now - event.length)
        .for_agenda(),
    }
    return render(request, "console/event_checkin.html", context, status=422 if refusal else 200)


def _late(event, now) -> list:
    """Registered companies of which nobody has come in, those whose next meeting is soonest first."""
    rows = (
        event.participations.registered()
        .annotate(inside=Count("attendees", filter=Q(attendees__checked_in_at__isnull=False)))
        .filter(inside=0)
        .select_related("company")
    )
    upcoming: dict[int, dt.datetime] = {}
    planned = Meeting.objects.of(event).filter(status=Meeting.Status.PLANNED, starts_at__gte=now - event.length)
    for supplier, buyer, when in planned.values_list("supplier", "buyer", "starts_at"):
        for key in (supplier, buyer):
            upcoming[key] = min(when, upcoming.get(key, when))
    found = [
        {"row": row, "next": local(upcoming[row.company_id], event.zone)} for row in rows if row.company_id in upcoming
    ]
    return sorted(found, key=lambda one: one["next"])[:40]
