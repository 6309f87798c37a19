"""Somebody comes to the desk without a plan: whom she could meet, and when."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from matchmaker.events.models import EventParticipation, Meeting
from matchmaker.events.services.participations import away_slots
from matchmaker.events.services.weights import worths
from matchmaker.events.services.wishes import counterparts, never_pairs


@dataclass(frozen=True, slots=True)
class Place:
    """A counterpart and the next slot in which both are free and a table is empty; `weight` 0 without a reason."""

    other: EventParticipation
    starts_at: dt.datetime
    weight: int


def places_for(participation: EventParticipation, *, count: int = 8) -> list[Place]:
    """Whom a company could still meet today or later: those with the best reasons first, then whoever is free soonest.

    Costs a fixed number of queries, however many companies there are. Pairs that never want to meet are left out, and
    so are those that have a meeting already.
    """
    event, company, now = participation.event, participation.company_id, timezone.now()
    supplier_side = participation.side == EventParticipation.Side.SUPPLIER
    others = {row.company_id: row for row in counterparts(participation)}
    ours, theirs = {company}, set(others)
    found = worths(event, *((ours, theirs) if supplier_side else (theirs, ours)))
    weight = {pair[1] if supplier_side else pair[0]: row.weight for pair, row in found.items()}
    busy: dict[int, set[dt.datetime]] = {}
    used: dict[dt.datetime, int] = {}
    met: set[int] = set()
    for supplier, buyer, when in Meeting.objects.of(event).active().values_list("supplier", "buyer", "starts_at"):
        busy.setdefault(supplier, set()).add(when)
        busy.setdefault(buyer, set()).add(when)
        used[when] = used.get(when, 0) + 1
        met |= {supplier, buyer} if company in (supplier, buyer) else set()
    barred = never_pairs(event)
    taken = busy.get(company, set()) | away_slots(participation)
    open_slots = [s for s in event.slots() if s > now and s not in taken and used.get(s, 0) < event.tables]
    places = []
    for key, other in others.items():
        if key in met or (company, key) in barred:
            continue
        closed = busy.get(key, set()) | away_slots(other)
        first = next((slot for slot in open_slots if slot not in closed), None)
        if first is not None:
            places.append(Place(other, first, weight.get(key, 0)))
    return sorted(places, key=lambda place: (-place.weight, place.starts_at, place.other.pk))[:count]
