"""Who comes to an event: registrations, waiting list, walk-ins, interpreters."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core import reference
from matchmaker.events import services
from matchmaker.events.models import Interpreter, Meeting, Wish
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.forms import InterpreterForm, WalkInForm
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.rendering.agendas import read_away, ticked_slots
from matchmaker.web.rendering.notice_claims import done


@team
@require_safe
def participants(request, slug):
    event = event_of(request, slug)
    return _participants(request, event, WalkInForm(event=event), InterpreterForm())


def _participants(request, event, walk_in, interpreter, status=200):
    rows = list(
        event.participations.exclude(status="withdrawn")
        .select_related("company")
        .annotate(
            people=Count("attendees"), inside=Count("attendees", filter=Q(attendees__checked_in_at__isnull=False))
        )
        .order_by("status", "side", "registered_at", "pk")
    )
    counts: dict[int, int] = {}
    for pair in Meeting.objects.of(event).active().values_list("supplier", "buyer"):
        for key in pair:
            counts[key] = counts.get(key, 0) + 1
    for row in rows:
        row.meetings_count = counts.get(row.company_id, 0)
    registered = [row for row in rows if row.is_registered]
    wishes = dict.fromkeys(("must", "would"), 0)
    # How many, not whose and about whom; `never` is not even counted.
    for kind in Wish.objects.positive().filter(event=event).values_list("kind", flat=True):
        wishes[kind] += 1
    context = {
        "event": event,
        "tab": "participants",
        "sides": [
            {"label": label, "rows": [row for row in registered if row.side == side]}
            for side, label in ((("supplier"), _("Suppliers")), ("buyer", _("Buyers")))
        ],
        "waiting": [row for row in rows if row.status == "waiting"],
        "registered": len(registered),
        "free": max(event.capacity - len(registered), 0),
        "wishes": wishes,
        "walk_in": walk_in,
        "interpreter_form": interpreter,
        "interpreters": [
            {
                "row": row,
                "languages": [reference.name(reference.languages().get(code), code) for code in row.languages],
            }
            for row in event.interpreters.all()
        ],
        "slots": len(event.slots()),
    }
    return render(request, "console/event_participants.html", context, status=status)


@organiser
@require_POST
def add(request, slug):
    """A walk-in, or a company the team invites."""
    event = event_of(request, slug)
    form = WalkInForm(request.POST, event=event)
    if form.is_valid():
        with refusals_in_form(form):
            services.register_for_event(by=request.user, event=event, **form.cleaned_data)
            messages.success(request, _("Registered."))
            return redirect("console_event_participants", slug)
    return _participants(request, event, form, InterpreterForm(), status=422)


@organiser
@require_POST
def withdraw(request, slug, uid):
    event = event_of(request, slug)
    row = get_object_or_404(event.participations.select_related("event", "company"), uid=uid)
    others = services.planned_counterparts(row)
    with refusals_in_messages(request):
        services.withdraw_from_event(by=request.user, participation=row)
        transaction.on_commit(start_delivery)
        told = _("Those they would have met are told.")
        messages.success(request, done(_("Withdrawn."), told, kind="meetings_changed", companies=others))
    return redirect("console_event_participants", slug)


@organiser
@require_POST
def interpreter(request, slug):
    event = event_of(request, slug)
    form = InterpreterForm(request.POST)
    if form.is_valid():
        services.add_interpreter(by=request.user, event=event, **form.cleaned_data)
        messages.success(request, _("Added. The next plan gives meetings that need one an interpreter."))
        return redirect("console_event_participants", slug)
    return _participants(request, event, WalkInForm(event=event), form, status=422)


@organiser
def interpreter_hours(request, slug, uid):
    row = get_object_or_404(Interpreter, event=event_of(request, slug), uid=uid)
    if request.method == "POST":
        gone = read_away(row.event, request.POST.getlist("free"))
        services.set_interpreter_hours(by=request.user, interpreter=row, away=gone)
        messages.success(request, _("Saved. The plan keeps to these times."))
        return redirect("console_event_participants", slug)
    context = {"event": row.event, "tab": "participants", "interpreter": row, "days": ticked_slots(row.event, row.away)}
    return render(request, "console/event_interpreter.html", context)


@organiser
@require_POST
def interpreter_remove(request, slug, uid):
    event = event_of(request, slug)
    services.remove_interpreter(by=request.user, interpreter=get_object_or_404(Interpreter, event=event, uid=uid))
    return redirect("console_event_participants", slug)
