"""How much a meeting of two companies is worth: the best match between them, and what both sides wish.

Weight of a pair = match + supplier's wish * share + buyer's wish * share, where
match is 100 + 400 x score of their best match (0 without one), must is 1000, would is 600, and an accepted request
counts as must from both; one that waits for an answer counts as would from the side that sent it. "Interested" on a
match counts as would from that side. Pairs with a `never` on either side, a declined request, or nothing that speaks
for them, are absent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max, Q

from matchmaker.catalogue.models import is_public
from matchmaker.events.models import Event, MeetingRequest, Wish
from matchmaker.events.services.wishes import never_pairs
from matchmaker.matching.models import Match

WORTH = {"must": 1000, "would": 600}
MATCH_FROM, MATCH_SPAN = 100, 400
Pair = tuple[int, int]  # keys of the supplier and the buyer


@dataclass(frozen=True, slots=True)
class Worth:
    weight: int
    mutual: bool


def seen_matches():
    """Matches that both sides may know of and neither declined, of what is published."""
    known = Match.objects.known_to_supplier().exclude(supplier_answer="declined")
    return known.filter(is_public("product__"), line__demand__status="published")


def best_matches(suppliers: set[int], buyers: set[int]) -> dict[Pair, tuple[float, bool, bool]]:
    """For each pair its best score, and whether the supplier and the buyer said they are interested."""
    rows = (
        seen_matches()
        .filter(product__company__in=suppliers, line__demand__company__in=buyers)
        .order_by()
        .values_list("product__company", "line__demand__company")
        .annotate(
            score=Max("score"),
            supplier_yes=Max("pk", filter=Q(supplier_answer="interested")),
            buyer_yes=Max("pk", filter=Q(buyer_answer="interested")),
        )
    )
    return {(s, b): (score, bool(yes), bool(too)) for s, b, score, yes, too in rows}


def worths(
    event: Event, suppliers: set[int], buyers: set[int], *, shares: Mapping[str, int] | None = None
) -> dict[Pair, Worth]:
    """Every pair that may meet with its weight; `shares` is how much each side's wishes count, in percent."""
    share = {"supplier": 100, "buyer": 100, **(shares or {})}
    matched = matches_of(event, suppliers, buyers)
    wished = _wish_values(event, suppliers, buyers, matched)
    barred = never_pairs(event) | _take_requests(event, suppliers, wished)
    found = {}
    for pair in matched.keys() | wished.keys():
        if pair in barred or not _may_meet(event, pair, suppliers, buyers):
            continue
        sides = wished.get(pair, {})
        weight = MATCH_FROM + round(MATCH_SPAN * matched[pair][0]) if pair in matched else 0
        weight += sum(worth * share[side] // 100 for side, worth in sides.items())
        if weight > 0:
            found[pair] = Worth(weight, len(sides) == 2)
    return found


def matches_of(event: Event, suppliers: set[int], buyers: set[int]) -> dict[Pair, tuple[float, bool, bool]]:
    """`best_matches`; among equals in both directions, each pair with the lower key first."""
    if not event.is_of_equals:
        return best_matches(suppliers, buyers)
    companies = suppliers | buyers
    found: dict[Pair, tuple[float, bool, bool]] = {}
    for (seller, buyer), (score, seller_yes, buyer_yes) in best_matches(companies, companies).items():
        if seller == buyer:
            continue
        pair, said = ordered_pair(seller, buyer), (seller_yes, buyer_yes) if seller < buyer else (buyer_yes, seller_yes)
        before = found.get(pair, (0.0, False, False))
        found[pair] = (max(score, before[0]), said[0] or before[1], said[1] or before[2])
    return found


def ordered_pair(one: int, other: int) -> Pair:
    """Two companies of an event of equals as a pair."""
    return min(one, other), max(one, other)


def _may_meet(event: Event, pair: Pair, suppliers: set[int], buyers: set[int]) -> bool:
    either = event.is_of_equals and pair[1] in suppliers and pair[0] in buyers
    return either or (pair[0] in suppliers and pair[1] in buyers)


def _wish_values(
    event: Event, suppliers: set[int], buyers: set[int], matched: Mapping[Pair, tuple]
) -> dict[Pair, dict]:
    """What each side's wish for a pair is worth: answers to matches first, then wishes for this event."""
    wished: dict[Pair, dict[str, int]] = {}
    for pair, (_score, supplier_yes, buyer_yes) in matched.items():
        if supplier_yes:
            wished.setdefault(pair, {})["supplier"] = WORTH["would"]
        if buyer_yes:
            wished.setdefault(pair, {})["buyer"] = WORTH["would"]
    for one, other, kind in Wish.objects.positive().filter(event=event).values_list("company", "other", "kind"):
        if event.is_of_equals:
            side = "supplier" if one < other else "buyer"
            wished.setdefault(ordered_pair(one, other), {})[side] = WORTH[kind]
        elif one in suppliers and other in buyers:
            wished.setdefault((one, other), {})["supplier"] = WORTH[kind]
        elif one in buyers and other in suppliers:
            wished.setdefault((other, one), {})["buyer"] = WORTH[kind]
    return wished


def _take_requests(event: Event, suppliers: set[int], wished: dict[Pair, dict[str, int]]) -> set[Pair]:
    """Add requests to the wishes: an accepted one is a must of both sides. Returns the pairs that were declined."""
    declined: set[Pair] = set()
    for one, other, status in MeetingRequest.objects.filter(event=event).values_list("company", "other", "status"):
        asks_first = one < other if event.is_of_equals else one in suppliers
        pair = (one, other) if asks_first else (other, one)
        if status == MeetingRequest.Status.ACCEPTED:
            wished[pair] = {"supplier": WORTH["must"], "buyer": WORTH["must"]}
        elif status == MeetingRequest.Status.DECLINED:
            declined.add(pair)
        elif status == MeetingRequest.Status.PENDING:
            side = "supplier" if asks_first else "buyer"
            wished.setdefault(pair, {}).setdefault(side, WORTH["would"])
    return declined
