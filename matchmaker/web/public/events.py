"""When and where people meet."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.downloads import download
from matchmaker.events.models import Event
from matchmaker.web.access.decorators import everyone
from matchmaker.web.public import in_campaign
from matchmaker.web.public.structured import event_data
from matchmaker.web.rendering.agendas import viewers_zone


@everyone
@require_safe
def index(request):
    events = in_campaign.events(request, Event.objects.visible_to(request.user))
    today = timezone.localdate()
    context = {
        "upcoming": events.filter(ends_on__gte=today),
        "past": events.filter(ends_on__lt=today).order_by("-starts_on")[:20],
    }
    return render(request, "public/events.html", context)


@everyone
@require_safe
def show(request, slug):
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    in_campaign.open_event(request, event)
    coming = event.participations.registered().aggregate(
        all=Count("pk"),
        suppliers=Count("pk", filter=Q(side="supplier")),
        buyers=Count("pk", filter=Q(side="buyer")),
        countries=Count("company__country", filter=Q(side="supplier"), distinct=True),
    )
    viewer = viewers_zone(request.user, event)
    context = {
        "event": event,
        "own": request.user.is_authenticated
        and event.participations.filter(company__members=request.user).exclude(status="withdrawn").exists(),
        "coming": coming,
        "places": max(event.capacity - coming["all"], 0),
        "is_over": event.ends_on < timezone.localdate(timezone=event.zone),
        "viewer": viewer.key if viewer else "UTC",
        "opens": min(event.slots(), default=None),
        "days": [{"day": day, "hours": hours} for day, hours in sorted(event.own_hours.items())],
        "structured": event_data(event, request.site_url),
    }
    return render(request, "public/event.html", context)


@everyone
@require_safe
def calendar(request, slug):
    """The event as an iCalendar file (RFC 5545); its UID stays, so that a second download corrects the first."""
    import icalendar

    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    book = icalendar.Calendar()
    book.add("prodid", "-//matchmaker//events//EN")
    book.add("version", "2.0")
    entry = icalendar.Event()
    entry.add("uid", f"{event.uid}@matchmaker")
    entry.add("dtstamp", timezone.now())
    changes = AuditEntry.objects.filter(
        organisation=event.campaign.uid, object_kind="Event", object_uid=event.uid
    ).aggregate(count=Count("pk"), last=Max("at"))
    entry.add("sequence", changes["count"])  # a calendar program takes over the copy with the higher number
    entry.add("last-modified", changes["last"] or event.created_at)
    entry.add("summary", str(event.name))
    entry.add("description", str(event.about))
    entry.add("location", ", ".join(str(part) for part in (event.venue, event.city) if part))
    entry.add("url", request.site_url + reverse("event", args=[event.slug]))
    hours = event.hours_on(event.starts_on)
    if event.starts_on == event.ends_on and hours:
        entry.add("dtstart", _at(event, event.starts_on, hours.opens).astimezone(dt.UTC))
        entry.add("dtend", _at(event, event.ends_on, hours.closes).astimezone(dt.UTC))
    else:
        entry.add("dtstart", event.starts_on)
        entry.add("dtend", event.ends_on + dt.timedelta(days=1))  # the end of whole days is exclusive
    if event.status == Event.Status.CANCELLED:
        entry.add("status", "CANCELLED")
    book.add_component(entry)
    return download(book.to_ical(), name=f"{event.slug}.ics", content_type="text/calendar; charset=utf-8")


def _at(event: Event, day: dt.date, clock: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, clock, ZoneInfo(event.time_zone))
