"""A company's meetings as an iCalendar feed (RFC 5545) that calendars fetch again and again."""

import datetime as dt
from email.utils import parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from matchmaker.events.models import EventParticipation, Interpreter, Meeting

if TYPE_CHECKING:
    import icalendar

ALARM = dt.timedelta(minutes=10)


def feed(participation: EventParticipation) -> bytes:
    """All meetings that stand; a cancelled one is simply no longer in it, so that subscribers drop it.

    Each entry keeps its UID for life and raises SEQUENCE with every change: calendars move it instead of doubling it.
    """
    event, company = participation.event, participation.company
    book = _book("PUBLISH")
    book.add("x-wr-calname", str(event.name))
    book.add("x-wr-timezone", event.time_zone)
    book.add("refresh-interval", dt.timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    if participation.is_registered:
        for meeting in Meeting.objects.of(event).active().of_company(company).for_agenda():
            book.add_component(_entry(meeting, company))
    return book.to_ical()


def invitation(meeting: Meeting, company) -> dict[str, str]:
    """One meeting as the attachment of a mail, in each language of the site; a cancelled one takes its entry away.

    PUBLISH and CANCEL rather than REQUEST: yes and no are said on the site; an answer to the mail would reach no one.
    """
    if meeting.starts_at is None:
        return {}
    cancelled, found = meeting.status == Meeting.Status.CANCELLED, {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            book = _book("CANCEL" if cancelled else "PUBLISH")
            entry = _entry(meeting, company)
            entry.add("organizer", f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
            if cancelled:
                entry["status"] = "CANCELLED"
            book.add_component(entry)
            found[language] = book.to_ical().decode()
    return found


def agenda(participation: str) -> str:
    """All meetings of one participation as the attachment of a mail; those called off take their entry away.

    Made when the mail leaves, so it is the agenda of that moment.
    """
    row = EventParticipation.objects.registered().select_related("event", "company").filter(uid=participation).first()
    if row is None:
        return ""
    meetings = Meeting.objects.of(row.event).of_company(row.company).filter(starts_at__isnull=False).for_agenda()
    over = Q(status=Meeting.Status.CANCELLED, starts_at__lt=timezone.now())
    book = _book("PUBLISH")
    for meeting in meetings.exclude(over):
        entry = _entry(meeting, row.company)
        entry.add("organizer", f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
        if meeting.status == Meeting.Status.CANCELLED:
            entry["status"] = "CANCELLED"
        book.add_component(entry)
    return book.to_ical().decode() if book.subcomponents else ""


def interpreter_feed(interpreter: Interpreter, *, method_is_mail: bool = False) -> bytes:
    """The timetable of an interpreter."""
    book = _book("PUBLISH")
    book.add("x-wr-calname", str(interpreter.event.name))
    book.add("x-wr-timezone", interpreter.event.time_zone)
    for meeting in interpreter.timetable:
        entry = _entry(meeting, None)
        if method_is_mail:
            entry.add("organizer", f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
        book.add_component(entry)
    return book.to_ical()


def interpreter_mail(uid: str) -> str:
    """The timetable as the attachment of a letter, made when the letter leaves."""
    row = Interpreter.objects.select_related("event").filter(uid=uid).first()
    return interpreter_feed(row, method_is_mail=True).decode() if row and row.timetable.exists() else ""


def _book(method: str) -> "icalendar.Calendar":
    import icalendar

    book = icalendar.Calendar()
    book.add("prodid", "-//matchmaker//meetings//EN")
    book.add("version", "2.0")
    book.add("method", method)
    return book


def _entry(meeting: Meeting, company) -> "icalendar.Event":
    import icalendar

    event = meeting.event
    entry = icalendar.Event()
    entry.add("uid", f"{meeting.uid}@matchmaker")
    entry.add("sequence", meeting.sequence)
    entry.add("dtstamp", meeting.updated_at)
    entry.add("last-modified", meeting.updated_at)
    entry.add("dtstart", meeting.starts_at.astimezone(dt.UTC))
    entry.add("dtend", meeting.ends_at.astimezone(dt.UTC))
    entry.add("summary", _summary(meeting, company))
    if room := meeting.room_url:
        entry.add("location", room)
        entry.add("url", room)
    else:
        entry.add("location", ", ".join(str(one) for one in (meeting.where, event.venue, event.city) if one))
    if meeting.status == Meeting.Status.PLANNED:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry["summary"])
        alarm.add("trigger", -ALARM)
        entry.add_component(alarm)
    entry.add("status", "CONFIRMED")
    return entry


def _summary(meeting: Meeting, company) -> str:
    """Whom the company meets; for an interpreter both sides."""
    if company is None:
        both = {"supplier": meeting.supplier.display_name, "buyer": meeting.buyer.display_name}
        return _("Interpreting: %(supplier)s and %(buyer)s") % both
    other = meeting.buyer if meeting.supplier_id == company.pk else meeting.supplier
    return _("Meeting with %(company)s") % {"company": other.display_name}
