"""Who comes to an event: registrations, waiting list, walk-ins, interpreters."""

from collections import Counter

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matchmaker.campaigns.models import BulkAction
from matchmaker.companies.models import Company
from matchmaker.companies.services import search_names
from matchmaker.core import reference
from matchmaker.events import services
from matchmaker.events.models import EventInvitation, Interpreter, Meeting, Wish
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.company_list import AT_EVENT, SIDES
from matchmaker.web.console.events.event import event_of
from matchmaker.web.console.events.forms import InterpreterForm, WalkInForm
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.rendering.agendas import read_away, ticked_slots
from matchmaker.web.rendering.notice_claims import describe_result

PER_PAGE = 50
# What can be done to the companies that are ticked on the lists of an event.
VERBS = [(verb.value, verb.label) for verb in (BulkAction.Verb.REMIND, BulkAction.Verb.ANNOUNCE, BulkAction.Verb.TAG)]
MOST_FOUND = 10  # companies that the search for a walk-in shows
STATES = [
    ("registered", gettext_lazy("registered")),
    ("waiting", gettext_lazy("on the waiting list")),
    ("withdrawn", gettext_lazy("withdrawn")),
]


class PeopleFilter(forms.Form):
    """What may stand in the address of the lists of an event's companies."""

    q = forms.CharField(label=gettext_lazy("Name, pinyin or company number"), required=False, max_length=100)
    side = forms.ChoiceField(label=gettext_lazy("Side"), required=False, choices=[("", gettext_lazy("any")), *SIDES])
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, data, *, states: list):
        super().__init__(data)
        self.fields["state"].choices = [("", gettext_lazy("any")), *states]  # type: ignore[attr-defined]
        self.is_valid()

    def value(self, name: str) -> str:
        return self.cleaned_data.get(name, "").replace("\x00", "")

    def companies(self) -> QuerySet[Company]:
        words, side = self.value("q"), self.value("side")
        rows = Company.objects.order_by()
        if words:
            rows = rows.filter(search_names(words) | Q(identifier__iexact=words.strip()))
        return rows.filter(**{f"is_{side}": True}) if side else rows


@team
@require_safe
def participants(request, slug):
    event = event_of(request, slug)
    return _participants(request, event, WalkInForm(event=event), InterpreterForm())


def _participants(request, event, walk_in, interpreter, status=200):
    filters = PeopleFilter(request.GET, states=STATES)
    rows = event.participations.select_related("company").order_by("status", "side", "registered_at", "pk")
    rows = rows.filter(status=filters.value("state")) if filters.value("state") else rows.exclude(status="withdrawn")
    if filters.value("side"):
        rows = rows.filter(side=filters.value("side"))
    if filters.value("q"):
        rows = rows.filter(company__in=filters.companies().values("pk"))
    page = Paginator(rows.prefetch_related("attendees"), PER_PAGE).get_page(request.GET.get("page"))
    _count_meetings(event, page.object_list)
    registered = event.participations.registered().count()
    wishes = dict.fromkeys(("must", "would"), 0)
    # How many, not whose and about whom; `never` is not even counted.
    kinds = Wish.objects.positive().filter(event=event).order_by().values_list("kind").annotate(n=Count("pk"))
    wishes |= dict(kinds)
    context = {
        "event": event,
        "tab": "participants",
        "page": page,
        "filters": filters,
        "waiting": event.participations.waiting().count(),
        "registered": registered,
        "wishes": wishes,
        "walk_in": walk_in,
        "add": request.GET.get("add", "")[:100],
        "to_add": _to_add(walk_in, request.GET.get("add", "")[:100].replace("\x00", "")),
        "verbs": VERBS,
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


def _count_meetings(event, rows) -> None:
    """Write on each registration how many meetings its company has."""
    keys = [row.company_id for row in rows]
    pairs = Meeting.objects.of(event).active().filter(Q(supplier__in=keys) | Q(buyer__in=keys))
    counts = Counter(key for pair in pairs.values_list("supplier", "buyer") for key in pair)
    for row in rows:
        row.meetings_count = counts[row.company_id]


def _to_add(form, words: str) -> list[Company]:
    """Approved companies of the campaign by these words that are not in the event yet."""
    if not words.strip():
        return []
    rows = form.fields["company"].queryset
    return list(rows.filter(search_names(words) | Q(identifier__iexact=words.strip())).order_by("pk")[:MOST_FOUND])


@team
@require_safe
def invitations(request, slug):
    """Who is invited, and who answered what."""
    event = event_of(request, slug)
    states = [("none", EventInvitation.Answer.NONE.label), *EventInvitation.Answer.choices[1:]]
    filters = PeopleFilter(request.GET, states=states)
    everybody = event.invitations.all()
    rows = everybody.select_related("company", "answered_by").order_by("-invited_at", "-pk")
    state = filters.value("state")
    if state:
        rows = rows.filter(answer="" if state == "none" else state)
    if filters.value("q") or filters.value("side"):
        rows = rows.filter(company__in=filters.companies().values("pk"))
    counts = everybody.count_by_answer()
    context = {
        "event": event,
        "tab": "invitations",
        "filters": filters,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "figures": [
            {"label": label, "value": counts.get(value, 0), "first": not value}
            for value, label in EventInvitation.Answer.choices
        ],
        "verbs": VERBS,
        "choose_url": f"{reverse('console_companies')}?event={event.slug}&answer=not_invited&status=approved",
        "groups": [(value, label) for value, label in AT_EVENT if value in ("registered", "none", "no_wishes")],
    }
    return render(request, "console/event_invitations.html", context)


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
        notice_sentence = _("Those they would have met are notified.")
        messages.success(
            request, describe_result(_("Withdrawn."), notice_sentence, kind="meetings_changed", companies=others)
        )
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
        away = read_away(row.event, request.POST.getlist("free"))
        services.set_interpreter_hours(by=request.user, interpreter=row, away=away)
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
