"""Whom to meet: counterparts with the reasons of matching, wishes and requests."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.models import Company
from matchmaker.core.lists import join_sentences
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import EventParticipation, MeetingRequest, Wish
from matchmaker.events.services.meetings import free_slots
from matchmaker.events.services.requests import time_of
from matchmaker.events.services.wishes import counterparts
from matchmaker.matching import reasons
from matchmaker.messaging.services.reply_rates import reply_rate
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.back import address_back
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.meetings.forms import AskForm
from matchmaker.web.meetings.lookups import participation_or_404
from matchmaker.web.rendering.agendas import local, read_instant
from matchmaker.web.templatetags.ui import moment

PER_PAGE = 20


def card(found: services.Suggestion, row: EventParticipation, rates: dict[int, services.AttendanceRate]) -> dict:
    """A counterpart as the page shows it; what the other side wishes is not in it."""
    best = found.matches[0] if found.matches else None
    supplier_side = row.side == EventParticipation.Side.SUPPLIER
    if (
        row.side == EventParticipation.Side.BOTH
    ):  # the best match says who offers; without one the page of a buyer links
        supplier_side = best.product.company_id == row.company_id if best else not found.company.is_supplier
    offered = [match for match in found.matches if (match.product.company_id == row.company_id) == supplier_side]
    return {
        "found": found,
        "company": found.company,
        "seeks": found.participation.seeks,
        "score": round(found.score * 100),
        "reasons": reasons.sentences(best) if best else [],
        "about": list(dict.fromkeys(match.line if supplier_side else match.product for match in offered)),
        "supplier_side": supplier_side,
        "incoming": found.request is not None and found.request.answers.pk == row.company_id,
        "kept": rates[found.company.pk].percent if found.company.pk in rates else None,
        "may_ask": services.may_ask(row),
        "kinds": Wish.Kind.choices,
    }


@signed_in
@require_safe
def companies(request: HttpRequest, slug: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    only = request.GET.get("show", "")
    search = request.GET.get("q", "").strip()[:100]
    found = services.suggestions(row, search=search, only=only)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rates = services.attendance_rates([one.company.pk for one in page])
    tabs = [("", _("All")), ("matched", _("Suggested")), ("wished", _("Chosen"))]
    context = {
        "row": row,
        "event": row.event,
        "page": page,
        "cards": [card(one, row, rates) for one in page],
        "tabs": [{"value": value, "label": label, "checked": value == only} for value, label in tabs],
        "only": only,
        "q": search,
        "musts": Wish.objects.filter(event=row.event, company=row.company, kind="must").count(),
    }
    return render(request, "meetings/companies.html", context)


def _other(row: EventParticipation, uid) -> Company:
    return get_object_or_404(counterparts(row), company__uid=uid).company


def _back(request: HttpRequest, slug: str) -> HttpResponse:
    return redirect(address_back(request, reverse("meetings_event", args=[slug])))


@signed_in
@require_POST
def wish(request: HttpRequest, slug: str, uid) -> HttpResponse:
    row = participation_or_404(request, slug)
    other = _other(row, uid)
    refusal = ""
    try:
        services.wish(
            by=request.user, event=row.event, company=row.company, other=other, kind=request.POST.get("kind", "")
        )
    except Refused as problem:
        if problem.status == 404:
            raise Http404 from None
        refusal = problem.message
    if request.htmx:
        found = next(one for one in services.suggestions(row) if one.company.pk == other.pk)
        rates = services.attendance_rates([other.pk])
        context = {
            "card": card(found, row, rates),
            "event": row.event,
            "refusal": refusal,
            "next": request.POST.get("next"),
        }
        return render(request, "meetings/wish.html", context, status=422 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    return _back(request, slug)


@signed_in
def ask(request: HttpRequest, slug: str, uid) -> HttpResponse:
    row = participation_or_404(request, slug)
    other = _other(row, uid)

    def act(**values) -> None:
        meeting_request = services.request_meeting(
            by=request.user, event=row.event, company=row.company, other=other, **values
        )
        transaction.on_commit(start_delivery)
        if meeting_request.status == MeetingRequest.Status.ACCEPTED:
            messages.success(request, join_sentences([_("Booked."), services.next_step(meeting_request)]))
        else:
            messages.success(request, _("Asked. You hear of the answer; until then nothing is blocked."))

    return _asking(request, row, other, act)


@signed_in
def change(request: HttpRequest, uid) -> HttpResponse:
    """What one asked, worded anew or for another time, while it waits for its first answer."""
    meeting_request = _request(request, uid)
    row = participation_or_404(request, meeting_request.event.slug)
    if row.company_id != meeting_request.company_id:
        raise Http404

    def act(**values) -> None:
        services.change_request(by=request.user, request=meeting_request, **values)
        messages.success(request, _("Changed. They see it as it is now."))

    return _asking(request, row, meeting_request.other, act, before=meeting_request)


def _asking(request: HttpRequest, row, other: Company, act, before: MeetingRequest | None = None) -> HttpResponse:
    free = _free(row, other, marked=before is None)
    if before and before.starts_at and time_of(before) not in dict(free):
        free.insert(0, (time_of(before), moment(local(before.starts_at, row.event.zone))))
    initial = {"slot": time_of(before), "note": before.note} if before else {}
    form = AskForm(request.POST or None, free=free, initial=initial)
    if request.method == "POST" and form.is_valid():
        slot = form.cleaned_data["slot"]
        with refusals_in_form(form):
            act(note=form.cleaned_data["note"], starts_at=read_instant(slot) if slot else None)
            return redirect("meetings_event", row.event.slug)
    context = {"row": row, "event": row.event, "other": other, "form": form, "before": before}
    context["books_itself"] = before is None and services.books_itself(row, other)
    context |= {"kept": services.attendance_rate(other), "rate": reply_rate(other)}
    return render(request, "meetings/ask.html", context)


def _free(row: EventParticipation, other: Company, *, marked: bool) -> list[tuple[str, str]]:
    """Slots free for both as choices, on the event's clock; `marked` says where the other side answers first."""
    theirs = counterparts(row).get(company=other)
    slots = free_slots(row.event, row, theirs, after=timezone.now(), count=40)
    opens = marked and services.books_itself(row, other)

    def label(slot) -> str:
        when = moment(local(slot, row.event.zone))
        waits = opens and slot.isoformat() in (theirs.by_request or ())
        return _("%(when)s, if they agree") % {"when": when} if waits else when

    return [(slot.isoformat(), label(slot)) for slot in slots]


def _request(request: HttpRequest, uid) -> MeetingRequest:
    rows = MeetingRequest.objects.visible_to(request.user).select_related("event", "company", "other")
    return get_object_or_404(rows, uid=uid)


@signed_in
@require_POST
def answer(request: HttpRequest, uid) -> HttpResponse:
    row = _request(request, uid)
    choice, seen = request.POST.get("answer"), request.POST.get("seen")
    try:
        other_time = read_instant(request.POST.get("slot", "")) if choice == "other" else None
    except ValueError:
        messages.error(request, _("Choose a slot of this event."))
        return _back(request, row.event.slug)
    with refusals_in_messages(request):
        services.answer_request(
            by=request.user, request=row, accept=choice == "accept", other_time=other_time, seen=seen
        )
        transaction.on_commit(start_delivery)
        messages.success(request, _answer_note(row, choice))
    return _back(request, row.event.slug)


def _answer_note(row: MeetingRequest, choice: str | None) -> str:
    if choice == "other":
        return _("Proposed. You hear of their answer.")
    if choice != "accept":
        return _("Declined.")
    return join_sentences([_("Accepted."), services.next_step(row)])


@signed_in
@require_POST
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    row = _request(request, uid)
    try:
        services.withdraw_request(by=request.user, request=row)
    except Refused:
        raise Http404 from None
    messages.success(request, _("Taken back."))
    return _back(request, row.event.slug)
