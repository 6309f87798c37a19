"""An event as the scheduler sees it, and the way back from its numbers to companies, instants and tables."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils import timezone

from matchmaker.engines.planning import Instance, Interpreter, Party, Plan
from matchmaker.events.models import Event, EventParticipation, Meeting, PlanDraft
from matchmaker.events.services.no_shows import no_shows
from matchmaker.events.services.not_plannable import with_names
from matchmaker.events.services.open_slots import closed_slots, open_slots, published_options, slots_of
from matchmaker.events.services.participations import away_slots
from matchmaker.events.services.weights import MATCH_FROM, worths

DEFAULTS = {
    "seconds": 10,
    "target_gap": 0.0,
    "floor": 2,
    "fair_bonus": 300,
    "most": 12,
    "supplier_share": 100,
    "buyer_share": 100,
    "tables": None,
    "opens_at": None,
    "closes_at": None,
    "days": None,  # ISO dates on which meetings are planned; all days of the event where None
    "lunch_from": None,  # "12:00": no meeting until `lunch_until`, on days that go on before and after
    "lunch_until": None,
    "expects_no_shows": False,  # a meeting counts by the odds that both come; companies get as many more as may fail
    "given": False,  # accepted requests only: each has its meeting, with the fewest waits
    "host": "supplier",  # who keeps a table: supplier, buyer or mixed
    "most_loss": 1.0,  # percent of the objective that may be given up to save second days
    "day_price": 300,  # what a day, a wait and a later slot cost a company, compared with each other
    "wait_price": 10,
    "late_price": 1,
    "walk_price": 10,  # a change of hall between two meetings in a row
}
# What mending takes over from the published plan; its slots come from `open_slots`.
MENDING_OPTIONS = ("floor", "fair_bonus", "most", "supplier_share", "buyer_share", "host")


@dataclass(frozen=True)
class Snapshot:
    """`suppliers` and `buyers` are company keys in the order of the instance; tables of the plan count from 0.

    `pinned` are the tables of booked meetings (supplier, buyer, slot), which they keep in a new plan.
    """

    event: Event
    suppliers: tuple[int, ...]
    buyers: tuple[int, ...]
    slots: tuple[dt.datetime, ...]
    interpreters: tuple[int, ...]
    instance: Instance
    pinned: Mapping[tuple[int, int, int], int] = field(default_factory=dict)

    @property
    def companies(self) -> tuple[int, ...]:
        """Company keys in the order of the instance's parties; equals stand once."""
        return self.suppliers if self.instance.equals else self.suppliers + self.buyers

    @cached_property
    def supplier_at(self) -> dict[int, int]:
        return {key: place for place, key in enumerate(self.suppliers)}

    @cached_property
    def buyer_at(self) -> dict[int, int]:
        return {key: place for place, key in enumerate(self.buyers)}

    @cached_property
    def slot_at(self) -> dict[dt.datetime, int]:
        return {slot: place for place, slot in enumerate(self.slots)}

    def to_dict(self) -> dict[str, Any]:
        return {
            "parties": [list(self.suppliers), list(self.buyers)],
            "slots": [slot.isoformat() for slot in self.slots],
            "interpreters": list(self.interpreters),
            "data": self.instance.to_dict(),
        }


# Supplier, buyer, when and at which table (from 0), by the keys of the companies.
HeldRow = tuple[int, int, dt.datetime, int]


def _held(
    event: Event,
    place: dict[str, dict[int, int]],
    at: dict[dt.datetime, int],
    closed: Collection[dt.datetime],
    now: dt.datetime,
) -> list[HeldRow]:
    """Meetings that stay as they are: locked ones, those that have begun, and those in closed slots."""
    planned = Q(status=Meeting.Status.PLANNED, locked=False, starts_at__gt=now) & ~Q(starts_at__in=closed)
    return [
        (m.supplier_id, m.buyer_id, m.starts_at, m.table - 1)
        for m in Meeting.objects.of(event).active().exclude(planned)
        if m.supplier_id in place["supplier"] and m.buyer_id in place["buyer"] and m.starts_at in at
    ]


def _edges(
    event: Event, place: dict[str, dict[int, int]], options: dict[str, Any], odds: dict, held: list[HeldRow]
) -> list[tuple[int, int, int, int]]:
    """Supplier, buyer, weight and whether both asked, of each pair that may meet; pairs that meet anyway are among
    them."""
    shares = {
        "supplier": options["supplier_share"],
        "buyer": options["supplier_share" if event.is_of_equals else "buyer_share"],
    }
    worth = worths(event, set(place["supplier"]), set(place["buyer"]), shares=shares)
    edges = [
        (place["supplier"][s], place["buyer"][b], _expected_weight(row.weight, odds, s, b), int(row.mutual))
        for (s, b), row in worth.items()
    ]
    return edges + [
        (place["supplier"][s], place["buyer"][b], MATCH_FROM, 0) for s, b, *_at in held if (s, b) not in worth
    ]


def _booked(fixed: list[tuple[int, int, int]], *, equals: bool) -> dict[tuple[str, int], list[int]]:
    """(side, place of a company) → the slots of its meetings that stay."""
    booked: dict[tuple[str, int], list[int]] = {}
    for s, b, slot in fixed:
        for place_in_pair in (("supplier", s), ("buyer", b)):
            booked.setdefault(place_in_pair, []).append(slot)
        if equals:  # either place of a pair may be this company's
            booked.setdefault(("buyer", s), []).append(slot)
            booked.setdefault(("supplier", b), []).append(slot)
    return booked


@dataclass(frozen=True, slots=True)
class _Limits:
    """What holds for all parties: options, slot → its place, meetings for one that takes place, and whether languages
    count."""

    options: dict[str, Any]
    at: dict[dt.datetime, int]
    spare: float
    asks_languages: bool


def _party(row: EventParticipation, booked: list[int], limits: _Limits) -> Party:
    most = row.most or limits.options["most"]
    return Party(
        cap=max(min(round(limits.spare * most), len(limits.at)), len(booked)),
        floor=min(limits.options["floor"], most),
        off=tuple(sorted({limits.at[slot] for slot in away_slots(row) if slot in limits.at} - set(booked))),
        languages=tuple(row.languages) if limits.asks_languages else (),
    )


def _spare(odds: dict[int, float]) -> float:
    """Meetings to plan for one that takes place, by how many do not come."""
    return 1 + (sum(odds.values()) / len(odds) if odds else 0)


def _parties(
    sides: dict[str, list[EventParticipation]], booked: dict[tuple[str, int], list[int]], limits: _Limits
) -> dict[str, tuple[Party, ...]]:
    return {
        side: tuple(_party(row, booked.get((side, n), []), limits) for n, row in enumerate(found))
        for side, found in sides.items()
    }


def _tables(
    event: Event,
    slots: list[dt.datetime],
    options: dict[str, Any],
    closed: Collection[dt.datetime],
    fixed: list[tuple[int, int, int]],
    now: dt.datetime,
) -> list[int]:
    """How many tables each slot has; what has begun or is closed has those of its meetings."""
    tables = [max((options["tables"] or event.tables) - len(event.closed_at(when)), 0) for when in slots]
    at = {slot: place for place, slot in enumerate(slots)}
    shut = closed_slots(event, slots, options) | {at[when] for when in closed if when in at}
    for number, begins in enumerate(slots):
        if begins <= now or number in shut:
            tables[number] = sum(1 for row in fixed if row[2] == number)
    return tables


def of_event(event: Event, options: dict[str, Any] | None = None, *, closed: Collection[dt.datetime] = ()) -> Snapshot:
    """The event as it is now: who is registered, when, what each meeting is worth, and what is locked.

    No meeting is added in `closed` slots and in those that `options` close; existing meetings in `closed` slots stay.

    Raises:
        NotPlannable: where the event contradicts itself (for example more booked meetings than a what-if has tables).
    """
    options = {**DEFAULTS, **(options or {})}
    slots = slots_of(event, options)
    at = {slot: place for place, slot in enumerate(slots)}
    rows = list(event.participations.registered().order_by("company_id"))
    equals = event.is_of_equals
    sides = {side: [row for row in rows if equals or row.side == side] for side in ("supplier", "buyer")}
    keys = {side: tuple(row.company_id for row in found) for side, found in sides.items()}
    place = {side: {key: n for n, key in enumerate(found)} for side, found in keys.items()}
    interpreters = list(event.interpreters.all())
    now = timezone.now()
    held = _held(event, place, at, closed, now)
    odds = _no_show_odds(event, rows) if options["expects_no_shows"] else {}
    edges = _edges(event, place, options, odds, held)
    table_of = {(place["supplier"][s], place["buyer"][b], at[when]): table for s, b, when, table in held}
    fixed = list(table_of)
    booked = _booked(fixed, equals=equals)
    limits = _Limits(options, at, _spare(odds), bool(interpreters))
    parties = _parties(sides, booked, limits)
    tables = _tables(event, slots, options, closed, fixed, now)
    companies = keys["supplier"] if equals else keys["supplier"] + keys["buyer"]
    with with_names(companies, slots):
        instance = Instance(
            slots=len(slots),
            day=tuple((slot.astimezone(event.zone).date() - event.starts_on).days for slot in slots),
            tables=tuple(tables),
            suppliers=parties["supplier"],
            buyers=parties["buyer"],
            edges=np.array(sorted(edges), dtype=np.int64).reshape(-1, 4),
            fixed=tuple(sorted(fixed)),
            fair_bonus=options["fair_bonus"],
            interpreters=tuple(_interpreter(row, at) for row in interpreters),
            name=event.slug,
            equals=equals,
            halls=tuple(hall.tables for hall in event.halls.all()),
            pauses=_after_a_pause(event, slots),
        )
    pinned = {row: table for row, table in table_of.items() if table < tables[row[2]]}
    interpreter_keys = tuple(row.pk for row in interpreters)
    return Snapshot(event, keys["supplier"], keys["buyer"], tuple(slots), interpreter_keys, instance, pinned)


def _after_a_pause(event: Event, slots: list[dt.datetime]) -> tuple[int, ...]:
    """Places of the slots before which there is more than the usual time between two meetings of a day."""
    return tuple(place for place, (one, other) in enumerate(pairwise(slots), start=1) if other - one > event.rhythm)


def _no_show_odds(event: Event, rows: list[EventParticipation]) -> dict[int, float]:
    return {key: row.odds for key, row in no_shows(event, {row.company_id for row in rows}).items()}


def _expected_weight(weight: int, odds: dict[int, float], supplier: int, buyer: int) -> int:
    """What a meeting is worth on average, if each side comes by its odds."""
    return max(1, round(weight * (1 - odds.get(supplier, 0)) * (1 - odds.get(buyer, 0))))


def _interpreter(row, at: dict[dt.datetime, int]) -> Interpreter:
    spoken = row.languages
    pairs = tuple((a, b) for n, a in enumerate(spoken) for b in spoken[n + 1 :])
    off = {at[when] for text in row.away if (when := dt.datetime.fromisoformat(text)) in at}
    return Interpreter(pairs=pairs, off=tuple(sorted(off)))


def of_draft(draft: PlanDraft) -> tuple[Snapshot, Plan]:
    """A draft as it was computed, with the changes made by hand."""
    stored = draft.instance
    instance = Instance.from_dict(stored["data"])
    standing = Snapshot(
        draft.event,
        tuple(stored["parties"][0]),
        tuple(stored["parties"][1]),
        tuple(dt.datetime.fromisoformat(text) for text in stored["slots"]),
        tuple(stored["interpreters"]),
        instance,
    )
    return standing, Plan.from_dict(draft.result, instance)


def of_meetings(event: Event) -> tuple[Snapshot, Plan]:
    """What stands in the agenda now, as a plan; meetings of companies that left are not in it.

    It has the open slots of the published plan. What stands in a closed one stays there.
    """
    options = {name: value for name, value in published_options(event).items() if name in MENDING_OPTIONS}
    standing = of_event(event, options, closed=set(event.slots()) - set(open_slots(event)))
    rows, extra = [], []
    for meeting in Meeting.objects.of(event).active():
        s, b = standing.supplier_at.get(meeting.supplier_id), standing.buyer_at.get(meeting.buyer_id)
        slot = standing.slot_at.get(meeting.starts_at)
        if s is None or b is None or slot is None:
            continue
        if (s, b) not in standing.instance.edge_of:
            extra.append((s, b, MATCH_FROM, 0))
        rows.append((s, b, slot, meeting.table - 1, meeting.interpreter_id))
    if extra:
        edges = np.concatenate([standing.instance.edges, np.array(extra, dtype=np.int64)])
        standing = Snapshot(
            event,
            standing.suppliers,
            standing.buyers,
            standing.slots,
            standing.interpreters,
            standing.instance.changed(edges=edges),
        )
    interpreter_at = {key: place for place, key in enumerate(standing.interpreters)}
    interpreted = tuple((s, b, interpreter_at[who]) for s, b, _t, _k, who in rows if who in interpreter_at)
    weights = standing.instance.edges[:, 2]
    bound = int(weights.sum()) if len(weights) else 0
    return standing, Plan(standing.instance, tuple(row[:4] for row in rows), bound, 0.0, interpreted)
