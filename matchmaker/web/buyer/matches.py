"""Who offers what a buyer wants: why, on which conditions, and what the buyer says to it."""

from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext

from matchmaker.catalogue.models import Demand, DemandLine, ShortlistItem
from matchmaker.core.lists import format_list
from matchmaker.matching.models import Match
from matchmaker.web.access.decorators import buyer
from matchmaker.web.buyer.forms import MatchFilter
from matchmaker.web.rendering.match_terms import common, take_answer, terms_of, window_of
from matchmaker.web.rendering.reading_ahead import read_ahead_matches

PER_PAGE = 10
STATES = {
    "unanswered": Q(buyer_answer=""),
    "answered": ~Q(buyer_answer=""),
    "mutual": Q(mutual_at__isnull=False),
}


@buyer
def index(request: HttpRequest) -> HttpResponse:
    demands = list(Demand.objects.of(request.company))
    lines = DemandLine.objects.filter(demand__company=request.company)
    form = MatchFilter(request.GET, demands=demands, lines=lines)
    chosen = form.chosen()
    found = Match.objects.for_buyer(request.company)
    if chosen["demand"]:
        found = found.filter(line__demand__uid=chosen["demand"])
    if chosen["line"]:
        found = found.filter(line__uid=chosen["line"])
    counts = found.order_by().aggregate(all=Count("pk"), **{name: Count("pk", filter=q) for name, q in STATES.items()})
    if chosen["state"]:
        found = found.filter(STATES[chosen["state"]])
    waits_first = Case(
        When(buyer_answer="", supplier_answer="interested", then=Value(0)),
        When(buyer_answer="", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    page = Paginator(found.for_cards().order_by(waits_first, "-score", "id"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    read_ahead_matches(page)
    context = {
        "page": page,
        "cards": [match_context(match) for match in page],
        "chosen": chosen,
        "form": form,
        "line": next((line for line in lines if str(line.uid) == chosen["line"]), None),
        "states": [
            {"value": value, "label": label, "count": counts[value or "all"]} for value, label in MatchFilter.STATES
        ],
        "has_open": any(demand.is_open for demand in demands),
        "has_demands": bool(demands),
    }
    return render(request, "buyer/matches.html", context)


@buyer
def show(request: HttpRequest, uid) -> HttpResponse:
    match = get_object_or_404(Match.objects.for_buyer(request.company).for_cards(), uid=uid)
    is_shortlisted = ShortlistItem.objects.filter(company=request.company, product=match.product).exists()
    terms = terms_of(match)
    context = {
        "card": match_context(match, terms["conditions"]),
        "shortlisted": {match.product_id} if is_shortlisted else set(),
        "window": window_of(match, to_maker=False),
        "terms": terms,
    }
    return render(request, "buyer/match.html", context)


@buyer
def answer(request: HttpRequest, uid) -> HttpResponse:
    match = get_object_or_404(Match.objects.for_buyer(request.company).for_cards(), uid=uid)
    return take_answer(request, match, side="buyer", template="buyer/match_card.html", context_of=match_context)


def match_context(match: Match, judged: list[dict] | None = None) -> dict:
    """A match as the buyer's pages show it."""
    shared = common(match, judged)
    return {
        **shared,
        "company": match.product.company,
        "failing": sum(condition["state"] == "fails" for condition in shared["conditions"]),
        "outcomes": _outcomes(shared["conditions"]),
    }


def _outcomes(conditions: list[dict]) -> str:
    """How many conditions came out how, in one breath."""
    counts = {state: sum(row["state"] == state for row in conditions) for state in ("meets", "fails", "unknown")}
    words = {
        "meets": ngettext("%(n)d met", "%(n)d met", counts["meets"]),
        "fails": ngettext("%(n)d not met", "%(n)d not met", counts["fails"]),
        "unknown": ngettext("%(n)d not known", "%(n)d not known", counts["unknown"]),
    }
    return format_list(words[state] % {"n": n} for state, n in counts.items() if n)
