"""Which slots of an event can hold a meeting: those that its published plan leaves open."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from matchmaker.events.models import Event, PlanDraft


def published_options(event: Event) -> dict[str, Any]:
    """The options of the published plan; empty without one."""
    options = event.plans.filter(state=PlanDraft.State.PUBLISHED).values_list("options", flat=True).first()
    return options or {}


def open_slots(event: Event) -> list[dt.datetime]:
    """The slots in which a meeting can be booked.

    Without a published plan these are all slots of the event. A published plan closes its lunch, the days that it
    leaves out and the slots outside its hours, so that no later booking, request or mending falls into them.
    """
    slots, options = event.slots(), published_options(event)
    closed = closed_slots(event, slots, options)
    return [slot for place, slot in enumerate(slots) if place not in closed]


def slots_of(event: Event, options: Mapping[str, Any]) -> list[dt.datetime]:
    """The slots of the event in the hours of a plan with these options."""
    hours = {name: options[f"{name}_at"] for name in ("opens", "closes") if options.get(f"{name}_at")}
    return event.slots(**hours)


def closed_slots(event: Event, slots: list[dt.datetime], options: Mapping[str, Any]) -> set[int]:
    """Places of the slots at lunch, on days that are left out, and outside the hours of a plan with these options.

    A day with hours of its own keeps them, and its own pause in place of the lunch of the plan.
    """
    own_hours = event.own_hours
    begins = [slot.astimezone(event.zone) for slot in slots]
    ends = [(slot + event.length).astimezone(event.zone) for slot in slots]
    closed = set()
    if days := set(options.get("days") or ()):
        closed |= {place for place, at in enumerate(begins) if at.date().isoformat() not in days}
    if opens := options.get("opens_at"):
        closed |= {n for n, at in enumerate(begins) if at.time() < _clock(opens) and at.date() not in own_hours}
    if closes := options.get("closes_at"):
        closed |= {n for n, end in enumerate(ends) if end.time() > _clock(closes) and end.date() not in own_hours}
    if options.get("lunch_from") and options.get("lunch_until"):
        own_pause = {day for day, hours in own_hours.items() if hours and hours.pause}
        lunch = (_clock(options["lunch_from"]), _clock(options["lunch_until"]))
        closed |= _at_lunch(begins, ends, lunch, own_pause)
    return closed


def _at_lunch(
    begins: list[dt.datetime], ends: list[dt.datetime], lunch: tuple[dt.time, dt.time], own_pause: set[dt.date]
) -> set[int]:
    """Places of the slots at lunch, on days that have slots before and after it and no pause of their own."""
    since, until = lunch
    before = {end.date() for end in ends if end.time() <= since} - own_pause
    after = {at.date() for at in begins if at.time() >= until}
    return {
        place
        for place, (at, end) in enumerate(zip(begins, ends, strict=True))
        if at.date() in before & after and at.time() < until and end.time() > since
    }


def _clock(value: dt.time | str) -> dt.time:
    return dt.time.fromisoformat(value) if isinstance(value, str) else value
