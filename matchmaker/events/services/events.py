"""What organisers do with events."""

import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, override

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser, require_takes_new
from matchmaker.core import languages, reference
from matchmaker.core.problems import Refused
from matchmaker.events.models import BulkChange, Event, Hall, Meeting
from matchmaker.events.services.day_hours import stored_hours
from matchmaker.events.services.meetings import clock
from matchmaker.events.services.participations import move_up
from matchmaker.events.services.taking_back import call_off, reversible, to_call_off

EDITABLE = (
    "name", "about", "theme", "kind", "guest_country", "mode", "venue", "city", "time_zone", "starts_on", "ends_on",
    "opens_at", "closes_at", "slot_minutes", "break_minutes", "pause_from", "pause_until", "day_hours", "tables",
    "capacity", "registration_from", "registration_until", "sides_open", "asks_from", "asks_matched_only", "asks_again",
    "requests_a_company", "requests_in_all", "room_url", "remind_hours",
)  # fmt: skip
LONGEST_NAME = 160  # of an event, in each language
DATES = ("starts_on", "ends_on", "registration_from", "registration_until")
HOURS_AND_DAYS = (
    *("starts_on", "ends_on", "opens_at", "closes_at", "break_minutes", "pause_from", "pause_until", "day_hours"),
)
NAMED = 5  # meetings outside new hours that a refusal names


@transaction.atomic
def save_event(*, by: User, campaign: Campaign, event: Event | None = None, **fields) -> Event:
    """Write an event of the campaign; a new one is a draft.

    Raises:
        ValidationError: by field.
    """
    require_organiser(by, campaign)
    if event is None:
        require_takes_new(campaign)
    event = event or Event(campaign=campaign)
    before = Event.objects.filter(pk=event.pk).first() if event.pk else None
    for name, value in fields.items():
        if name not in EDITABLE:
            raise ValueError(f"{name} is not for organisers to write")
        setattr(event, name, value)
    event.slug = event.slug or _free_slug(event.name.text(languages.ENGLISH))
    problems = _problems_of(event)
    if before and not problems:
        problems = _problems_with_meetings(before, event)
    try:
        event.full_clean(exclude=["campaign", *problems])
    except ValidationError as error:
        problems = {**error.message_dict, **problems}
    if problems:
        raise ValidationError(problems)
    event.save()
    move_up(event)  # a larger hall lets the waiting list in
    record(by=by, verb="save_event", on=event, organisation=campaign, facts={"changed": sorted(fields)})
    return event


def _problems_of(event: Event) -> dict[str, Any]:
    """What no constraint of the database can say, by field."""
    problems: dict[str, Any] = {}
    if event.time_zone not in zoneinfo.available_timezones():
        problems["time_zone"] = _("Write a time zone such as Asia/Shanghai.")
    if event.guest_country and event.guest_country not in reference.countries():
        problems["guest_country"] = _("Choose a country or region from the list.")
    if event.mode == Event.Mode.ON_SITE and not event.city:
        problems["city"] = _("An event on site needs a city: write it in one language at least.")
    if not event.slot_minutes:
        problems["slot_minutes"] = _("A meeting lasts at least a minute.")
    try:
        event.day_hours = stored_hours(event.day_hours, len(event.days))
    except ValidationError as error:
        problems["day_hours"] = error.messages
    return problems


def _problems_with_meetings(before: Event, event: Event) -> dict[str, Any]:
    """Meetings that are booked keep their times and tables."""
    booked = Meeting.objects.of(event).active()
    problems: dict[str, Any] = {}
    if before.kind != event.kind and event.participations.registered().exists():
        problems["kind"] = _(
            "Companies are registered already, so this cannot be changed. Make a new event of this kind."
        )
    highest = booked.aggregate(highest=Max("table"))["highest"]
    if highest is None:
        return problems
    fixed, hours = (_changed(before, event, names) for names in (("time_zone", "slot_minutes"), HOURS_AND_DAYS))
    if fixed:
        problems[fixed[0]] = _("Meetings are booked for these times. Cancel them before you change the times.")
    elif hours and (outside := booked.exclude(starts_at__in=event.slots())):
        problems[hours[0]] = _name_meetings(event, outside.select_related("supplier", "buyer").order_by("starts_at"))
    if event.tables < highest:
        problems["tables"] = _("Table %(number)d has meetings already.") % {"number": highest}
    return problems


def _changed(before: Event, event: Event, names: Sequence[str]) -> list[str]:
    return [name for name in names if str(getattr(before, name)) != str(getattr(event, name))]


def _name_meetings(event: Event, outside: QuerySet[Meeting]) -> list[str]:
    """Why new hours are refused, and the first meetings that would lie outside."""
    sentences = [
        ngettext(
            "%(n)d booked meeting would lie outside these hours. Move or cancel it first.",
            "%(n)d booked meetings would lie outside these hours. Move or cancel them first.",
            len(outside),
        )
        % {"n": len(outside)}
    ]
    for meeting in outside[:NAMED]:
        facts = {"supplier": meeting.supplier, "buyer": meeting.buyer, "when": clock(event, meeting.starts_at)}
        sentences.append(_("%(when)s: %(supplier)s with %(buyer)s.") % facts)
    return sentences


def _free_slug(name: str) -> str:
    base = slugify(name)[:40] or "event"
    taken = set(Event.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, 10_000) if (slug := base if n == 1 else f"{base}-{n}") not in taken)


def _turn(by: User, event: Event, allowed: tuple[str, ...], status: str, sentence: str) -> Event:
    require_organiser(by, event.campaign)
    if event.status not in allowed:
        raise Refused("event_state", sentence)
    event.status = status
    event.save(update_fields=["status"])
    record(by=by, verb=f"event_{status}", on=event, organisation=event.campaign)
    return event


@transaction.atomic
def publish_event(*, by: User, event: Event) -> Event:
    """Show the event in the calendar."""
    return _turn(by, event, ("draft",), Event.Status.PUBLISHED, _("Only a draft can be published."))


@transaction.atomic
def cancel_event(*, by: User, event: Event) -> Event:
    """Call the event off; it stays in the calendar, marked as cancelled, so that no one travels.

    Letters leave after ten minutes, or sooner where it begins soon; until then `take_back` is possible.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    with reversible(by=by, event=event, kind=BulkChange.Kind.CANCEL) as step:
        event = _turn(by, event, ("draft", "published"), Event.Status.CANCELLED, _("This event is cancelled already."))
        call_off(event, to_call_off(event), why=gettext_noop("The event is cancelled."), step=step)
    return event


def values_for_copy(event: Event) -> dict[str, Any]:
    """The settings of an event for a new one: the name says that it is a copy, and no date is taken over."""
    values = {name: getattr(event, name) for name in EDITABLE if name not in DATES}
    values["name"] = {code: _copy_name(name, code) for code, name in event.name.items()}
    return values


def _copy_name(name: str, code: str) -> str:
    with override(code):
        mark = _("%(name)s (copy)") % {"name": ""}
        return _("%(name)s (copy)") % {"name": name[: LONGEST_NAME - len(mark)]}


@transaction.atomic
def copy_event(*, by: User, event: Event) -> Event:
    """A draft with the same settings, halls and days, named as a copy; change name and days, then publish it."""
    dates = {name: getattr(event, name) for name in DATES}
    copied = save_event(by=by, campaign=event.campaign, **values_for_copy(event), **dates)
    for hall in event.halls.all():
        Hall.objects.create(event=copied, name=hall.name, tables=hall.tables)
    return copied


@transaction.atomic
def set_halls(*, by: User, event: Event, halls: Sequence[Mapping[str, Any]]) -> Event:
    """Say which halls there are, each {name, tables}; the event then has all their tables.

    Without halls the event keeps its number of tables and they stand in one room.

    Raises:
        ValidationError: by field of a hall, or `tables` where meetings stand at tables that would go.
    """
    require_organiser(by, event.campaign)
    rows = [Hall(event=event, **hall) for hall in halls]
    for row in rows:
        row.full_clean(exclude=["event"])
    event.halls.all().delete()
    Hall.objects.bulk_create(rows)
    if rows:
        event.__dict__.pop("hall_of_table", None)
        save_event(by=by, campaign=event.campaign, event=event, tables=sum(row.tables for row in rows))
    record(by=by, verb="set_halls", on=event, organisation=event.campaign, facts={"halls": len(rows)})
    return event
