"""Coming to an event: the list of events, registration, availability, withdrawal."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.events import services
from matchmaker.events.models import Event, EventInvitation, EventParticipation
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import current_company, signed_in
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.meetings.forms import RegistrationForm
from matchmaker.web.meetings.lookups import event_of, own_participation, participation_or_404
from matchmaker.web.rendering.agendas import read_away, ticked_slots, viewers_zone
from matchmaker.web.rendering.notice_claims import describe_result


@signed_in
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    own = (
        EventParticipation.objects.filter(company__members=request.user)
        .exclude(status="withdrawn")
        .select_related("event", "company")
        .order_by("event__starts_on", "pk")
    )
    today = timezone.localdate()
    rows = list(own)
    invited = EventInvitation.objects.filter(company__members=request.user, event__ends_on__gte=today)
    context = {
        "invited": invited.exclude(answer__in=["yes", "no"]).select_related("event", "company"),
        "can_register": current_company(request) is not None,
        "coming": [row for row in rows if row.event.ends_on >= today],
        "past": [row for row in rows if row.event.ends_on < today],
        "open": Event.objects.published()
        .upcoming()
        .filter(status=Event.Status.PUBLISHED)
        .filter(campaign__in=_campaigns(request))
        .filter(Q(registration_from__isnull=True) | Q(registration_from__lte=today))
        .filter(Q(registration_until__isnull=True) | Q(registration_until__gte=today))
        .exclude(pk__in=[row.event_id for row in rows]),
    }
    return render(request, "meetings/index.html", context)


def _campaigns(request: HttpRequest) -> QuerySet[Campaign]:
    """Those of whose events one may read here: the one of this address, and those in which one's company takes part."""
    shown = site.campaigns_shown(request.site_campaign)  # type: ignore[attr-defined]  # set by the middleware
    taking_part = Participation.objects.filter(company__members=request.user).values("campaign")
    return Campaign.objects.filter(Q(pk__in=shown or []) | Q(pk__in=taking_part))


@signed_in
def register(request: HttpRequest, slug: str) -> HttpResponse:
    event, company = event_of(request, slug), current_company(request)
    if company is None:
        messages.info(request, _("Companies register for events. Join with your company first."))
        return redirect("join")
    if own_participation(request, event) is not None:
        return redirect("meetings_event", slug)
    form = RegistrationForm(request.POST or None, company=company, event=event)
    if request.method == "POST" and form.is_valid():
        values = form.verb_fields()
        share = values.pop("share")
        with refusals_in_form(form):
            with transaction.atomic():
                row = services.register_for_event(by=request.user, event=event, company=company, **values)
                services.share_contacts(by=request.user, participation=row, share=share)
            if row.is_registered:
                messages.success(request, _("You are registered. Say next whom you wish to meet."))
            else:
                messages.info(request, _("The event is full. You are on the waiting list and move up by yourself."))
            return redirect("meetings_event", slug)
    full = event.participations.registered().count() >= event.capacity
    return render(request, "meetings/register.html", {"event": event, "company": company, "form": form, "full": full})


@signed_in
def details(request: HttpRequest, slug: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    form = RegistrationForm(request.POST or None, company=row.company, event=row.event, row=row)
    if request.method == "POST" and form.is_valid():
        values = form.verb_fields()
        del values["side"]
        share = values.pop("share")
        with refusals_in_form(form):
            with transaction.atomic():
                services.update_participation(by=request.user, participation=row, **values)
                services.share_contacts(by=request.user, participation=row, share=share)
            messages.success(request, _("Saved."))
            return redirect("meetings_event", slug)
    context = {"event": row.event, "company": row.company, "form": form, "row": row}
    return render(request, "meetings/register.html", context)


@signed_in
def availability(request: HttpRequest, slug: str) -> HttpResponse:
    """Of everybody, or with `?person=` of one of them; each has hours of her own."""
    row = participation_or_404(request, slug)
    event, people = row.event, list(row.attendees.all())
    uid = request.GET.get("person", "")
    person = next((one for one in people if str(one.uid) == uid), None)
    if uid and person is None:
        raise Http404
    if row.opens_free_times and request.GET.get("book"):
        return _times_to_book(request, row)
    if request.method == "POST":
        away_slots = read_away(event, request.POST.getlist("free"))
        services.set_availability(by=request.user, participation=row, away=away_slots, person=person)
        messages.success(request, _("Saved. The plan keeps to these times."))
        return redirect(request.get_full_path()) if person else redirect("meetings_event", slug)
    viewer = viewers_zone(request.user, event)
    away = set(person.away) if person else set(row.away)
    context = {
        "row": row,
        "event": event,
        "days": ticked_slots(event, away, viewer),
        "viewer": viewer,
        "people": people,
        "person": person,
    }
    return render(request, "meetings/availability.html", context)


def _times_to_book(request: HttpRequest, row: EventParticipation) -> HttpResponse:
    """Of the free times, those that others may book themselves."""
    event, viewer = row.event, viewers_zone(request.user, row.event)
    if request.method == "POST":
        by_request = read_away(event, request.POST.getlist("free"))
        services.set_times_to_book(by=request.user, participation=row, by_request=by_request)
        messages.success(request, _("Saved. For the other times companies ask you."))
        return redirect(request.get_full_path())
    days = ticked_slots(event, set(row.by_request or ()), viewer)
    context = {"row": row, "event": event, "days": days, "viewer": viewer, "people": [], "booking": True}
    return render(request, "meetings/availability.html", context)


@signed_in
@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    row = participation_or_404(request, slug)
    others = services.planned_counterparts(row)
    with refusals_in_messages(request):
        services.withdraw_from_event(by=request.user, participation=row)
        transaction.on_commit(start_delivery)
        withdrawn, notice_sentence = _("Your company has withdrawn."), _("Those you would have met are notified.")
        messages.success(
            request, describe_result(withdrawn, notice_sentence, kind="meetings_changed", companies=others)
        )
    return redirect("meetings")
