"""Whom a participant could meet, best first, with the reasons of matching and what she has said about them."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from matchmaker.companies.models import Company
from matchmaker.companies.services import search_names
from matchmaker.core import multilingual
from matchmaker.events.models import EventParticipation, Meeting, MeetingRequest, Wish
from matchmaker.events.services.open_slots import open_slots
from matchmaker.events.services.participations import away_slots
from matchmaker.events.services.weights import seen_matches, worths
from matchmaker.events.services.wishes import counterparts, never_pairs
from matchmaker.matching.models import Match


@dataclass(slots=True)
class Suggestion:
    """`wish` is what this side said; nothing here tells what the other side wishes."""

    participation: EventParticipation
    matches: list[Match] = field(default_factory=list)  # the best first, at most two
    wish: str = ""
    request: MeetingRequest | None = None
    meeting: Meeting | None = None

    @property
    def company(self) -> Company:
        return self.participation.company

    @property
    def score(self) -> float:
        return self.matches[0].score if self.matches else 0.0


def suggestions(participation: EventParticipation, *, search: str = "", only: str = "") -> list[Suggestion]:
    """All counterparts of the event as suggestions; matched ones first. Costs five queries whatever their number.

    `search` looks into names and what they seek; `only` is 'matched', 'wished' or ''.
    """
    company = participation.company
    rows = counterparts(participation)
    if search:
        rows = rows.filter(
            search_names(search, "company__")
            | Q(seeks__icontains=search)
            | multilingual.contains("company__about", search)
        )
    found = {row.company_id: Suggestion(row) for row in rows}
    _add_matches(participation, found)
    _add_wishes_and_requests(participation, found)
    for meeting in Meeting.objects.of(participation.event).active().of_company(company).for_agenda():
        key = meeting.buyer_id if meeting.supplier_id == company.pk else meeting.supplier_id
        if key in found:
            found[key].meeting = meeting
    chosen = list(found.values())
    if only == "matched":
        chosen = [row for row in chosen if row.matches]
    elif only == "wished":
        chosen = [row for row in chosen if row.wish or row.request]
    return sorted(chosen, key=lambda row: (row.wish == "never", -row.score, row.participation.pk))


def _add_matches(participation: EventParticipation, found: dict[int, Suggestion]) -> None:
    """The two best matches with each counterpart."""
    offers = Q(product__company=participation.company, line__demand__company__in=list(found))
    asks = Q(line__demand__company=participation.company, product__company__in=list(found))
    sides: dict[str, Q] = {EventParticipation.Side.SUPPLIER: offers, EventParticipation.Side.BUYER: asks}
    matches = seen_matches().filter(sides.get(participation.side, offers | asks))
    matches = matches.order_by("-score", "pk").select_related("product__company", "line__demand")
    for match in matches.prefetch_related("product__texts")[:2000]:
        is_offer = match.product.company_id == participation.company_id
        key = match.line.demand.company_id if is_offer else match.product.company_id
        if len(found[key].matches) < 2 and match.pk not in {m.pk for m in found[key].matches}:
            found[key].matches.append(match)


def _add_wishes_and_requests(participation: EventParticipation, found: dict[int, Suggestion]) -> None:
    event, company = participation.event, participation.company
    for wish in Wish.objects.filter(event=event, company=company, other__in=list(found)):
        found[wish.other_id].wish = wish.kind
    standing = MeetingRequest.objects.filter(event=event, status__in=["pending", "accepted"])
    for request in standing.filter(Q(company=company) | Q(other=company, hidden=False)):
        key = request.other_id if request.company_id == company.pk else request.company_id
        if key in found:
            found[key].request = request


# A person comes to the desk without a plan: whom she could meet, and when.


@dataclass(frozen=True, slots=True)
class Place:
    """A counterpart and the next slot in which both are free and a table is empty; `weight` 0 without a reason."""

    other: EventParticipation
    starts_at: dt.datetime
    weight: int


def places_for(participation: EventParticipation, *, count: int = 8) -> list[Place]:
    """Whom a company could still meet today or later: those with the best reasons first, then those free soonest.

    Costs a fixed number of queries, however many companies there are. Pairs that never want to meet are left out, and
    so are those that have a meeting already.
    """
    event, company, now = participation.event, participation.company_id, timezone.now()
    supplier_side = participation.side != EventParticipation.Side.BUYER
    others = {row.company_id: row for row in counterparts(participation)}
    ours, theirs = {company}, set(others)
    found = worths(event, *((ours, theirs) if supplier_side else (theirs, ours)))
    weight = {pair[0] if pair[1] == company else pair[1]: row.weight for pair, row in found.items() if company in pair}
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
    offered = [
        s for s in open_slots(event) if s > now and s not in taken and used.get(s, 0) < len(event.open_tables(s))
    ]
    places = []
    for key, other in others.items():
        if key in met or (company, key) in barred:
            continue
        closed = busy.get(key, set()) | away_slots(other)
        first = next((slot for slot in offered if slot not in closed), None)
        if first is not None:
            places.append(Place(other, first, weight.get(key, 0)))
    return sorted(places, key=lambda place: (-place.weight, place.starts_at, place.other.pk))[:count]
