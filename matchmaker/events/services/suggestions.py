"""Whom a participant could meet, best first, with the reasons of matching and what she has said about them."""

from dataclasses import dataclass, field

from django.db.models import Q

from matchmaker.companies.models import Company
from matchmaker.events.models import EventParticipation, Meeting, MeetingRequest, Wish
from matchmaker.events.services.weights import seen_matches
from matchmaker.events.services.wishes import counterparts
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
            Q(company__legal_name__icontains=search)
            | Q(company__name_latin__icontains=search)
            | Q(company__name_zh__icontains=search)
            | Q(seeks__icontains=search)
            | Q(company__about__icontains=search)
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
    supplier_side = participation.side == EventParticipation.Side.SUPPLIER
    own, other = "product__company", "line__demand__company"
    if not supplier_side:
        own, other = other, own
    matches = seen_matches().filter(**{own: participation.company, f"{other}__in": list(found)})
    matches = matches.order_by("-score", "pk").select_related("product__company", "line__demand")
    for match in matches.prefetch_related("product__texts")[:2000]:
        key = match.line.demand.company_id if supplier_side else match.product.company_id
        if len(found[key].matches) < 2 and match.pk not in {m.pk for m in found[key].matches}:
            found[key].matches.append(match)


def _add_wishes_and_requests(participation: EventParticipation, found: dict[int, Suggestion]) -> None:
    event, company = participation.event, participation.company
    for wish in Wish.objects.filter(event=event, company=company, other__in=list(found)):
        found[wish.other_id].wish = wish.kind
    standing = MeetingRequest.objects.filter(event=event, status__in=["pending", "accepted"])
    for asked in standing.filter(Q(company=company) | Q(other=company, hidden=False)):
        key = asked.other_id if asked.company_id == company.pk else asked.company_id
        if key in found:
            found[key].request = asked
