"""Who wants a supplier's products: why, on which conditions, and what she says to it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker.campaigns import boundary
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.lists import format_list, join_sentences
from matchmaker.core.problems import Refused
from matchmaker.matching.models import EarlyMatch, Match
from matchmaker.matching.services import answer_early, find_early
from matchmaker.web.access.decorators import supplier
from matchmaker.web.back import address_back
from matchmaker.web.rendering.match_terms import common, take_answer, terms_of, window_of
from matchmaker.web.rendering.reading_ahead import read_ahead_matches, read_ahead_products
from matchmaker.web.supplier.forms import MatchFilter

PER_PAGE = 10
STATES = {
    "unanswered": Q(supplier_answer=""),
    "answered": ~Q(supplier_answer=""),
    "mutual": Q(mutual_at__isnull=False),
}


def seen_by(company: Company) -> QuerySet[Match]:
    """The matches this company's people may see, each once."""
    return Match.objects.filter(pk__in=Match.objects.for_supplier(company).values("pk"))


def with_products(matches: QuerySet[Match], products: list[Product]) -> list[Match]:
    """Matches with all that their cards show; the products of the company are there already and not read again, but
    one that was published since then is."""
    by_key = {product.pk: product for product in products}
    found = list(matches.select_related("line__demand__company", "line__category"))
    for match in found:
        if product := by_key.get(match.product_id):
            match.product = product
    return found


@supplier
def index(request: HttpRequest) -> HttpResponse:
    products = list(Product.objects.of(request.company).for_cards())
    read_ahead_products(products)
    form = MatchFilter(request.GET, products=products)
    chosen = form.chosen()
    if request.company.is_before_approval:
        return _early_index(request, products, form, chosen)
    found = seen_by(request.company)
    if chosen["product"]:
        found = found.filter(product__uid=chosen["product"])
    counts = found.order_by().aggregate(all=Count("pk"), **{name: Count("pk", filter=q) for name, q in STATES.items()})
    if chosen["state"]:
        found = found.filter(STATES[chosen["state"]])
    waits_first = Case(When(supplier_answer="", then=Value(0)), default=Value(1), output_field=IntegerField())
    page = Paginator(found.order_by(waits_first, "-score", "id"), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_products(page.object_list, products)
    read_ahead_matches(page)
    context = {
        "page": page,
        "cards": [match_context(match) for match in page],
        "form": form,
        "chosen": chosen,
        "states": [
            {"value": value, "label": label, "count": counts[value or "all"]} for value, label in MatchFilter.STATES
        ],
        "has_products": bool(products),
        "has_published": any(product.status == Product.Status.PUBLISHED for product in products),
        "company": request.company,
    }
    return render(request, "supplier/matches.html#results" if request.htmx else "supplier/matches.html", context)


def _early_index(request: HttpRequest, products: list[Product], form: MatchFilter, chosen: dict) -> HttpResponse:
    """The matches of a company that waits for its approval: the same cards; what it answers goes out after it."""
    find_early(request.company)
    found = EarlyMatch.objects.for_supplier(request.company)
    if chosen["product"]:
        found = found.filter(product__uid=chosen["product"])
    states = {"": Q(), "unanswered": Q(supplier_answer=""), "answered": ~Q(supplier_answer="")}
    counts = {value: found.filter(q).count() for value, q in states.items()}
    found = found.filter(states.get(chosen["state"], Q(pk=None)))
    ordered = found.for_cards().order_by("supplier_answer", "-score", "id")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [early.as_match() for early in page.object_list]
    read_ahead_matches(page)
    context = {
        "page": page,
        "cards": [match_context(match) for match in page],
        "form": form,
        "chosen": chosen,
        "states": [
            {"value": value, "label": label, "count": counts[value]}
            for value, label in MatchFilter.STATES
            if value in counts
        ],
        "has_products": bool(products),
        "has_published": bool(products),  # drafts are compared, too, before the approval
        "company": request.company,
        "is_early": True,
    }
    return render(request, "supplier/matches.html#results" if request.htmx else "supplier/matches.html", context)


@supplier
def show(request: HttpRequest, uid) -> HttpResponse:
    early = EarlyMatch.objects.for_supplier(request.company).for_cards().filter(uid=uid).first()
    match = early.as_match() if early else get_object_or_404(seen_by(request.company).for_cards(), uid=uid)
    terms = terms_of(match)
    context = {
        "is_early": early is not None,
        "card": match_context(match, terms["conditions"]),
        "facts": _facts(match),
        "window": window_of(match),
        "terms": terms,
    }
    return render(request, "supplier/match.html", context)


@supplier
def answer(request: HttpRequest, uid) -> HttpResponse:
    if early := EarlyMatch.objects.for_supplier(request.company).for_cards().filter(uid=uid).first():
        return _answer_early(request, early)
    match = get_object_or_404(seen_by(request.company).for_cards(), uid=uid)
    return take_answer(request, match, side="supplier", template="supplier/answer.html", context_of=match_context)


def _answer_early(request: HttpRequest, early: EarlyMatch) -> HttpResponse:
    """As `take_answer`, of a match that the buyer does not know of yet."""
    refusal = ""
    if request.method == "POST":
        answer, why = request.POST.get("answer", ""), request.POST.get("why", "")
        try:
            row = answer_early(by=request.user, match=early, answer=answer, why=why)
            early.supplier_answer, early.supplier_why = row.supplier_answer, row.supplier_why
        except Refused as problem:
            refusal = problem.message
        except ValidationError as problem:
            refusal = join_sentences(problem.messages)
    if request.htmx:
        context = {"card": match_context(early.as_match()), "refusal": refusal, "is_early": True}
        return render(request, "supplier/answer.html", context, status=422 if refusal else 200)
    if refusal:
        messages.error(request, refusal)
    elif request.method == "POST":
        messages.success(request, _("Kept. It goes out by itself as soon as your company is approved."))
    return redirect(f"{address_back(request, reverse('supplier_match', args=[early.uid]))}#match-{early.uid}")


def match_context(match: Match, judged: list[dict] | None = None) -> dict:
    """A match as the page shows it. The buyer's name is in it only after both said yes."""
    buyer = match.line.demand.company
    return {
        **common(match, judged),
        "demand": match.line.demand,
        "place": buyer.place,
        "country": buyer.country,
        "country_name": buyer.country_name,
        "buyer": buyer if match.is_mutual else None,
        "contact": boundary.contact(buyer, to=match.product.company) if match.is_mutual else None,
        "unit": reference.name(reference.units().get(match.line.unit), match.line.unit),
    }


def _facts(match: Match) -> list[dict]:
    """What the buyer says of the purchase; nothing that names the buyer."""
    line, demand = match.line, match.line.demand
    incoterm = _("%(incoterm)s, %(port)s") % {"incoterm": demand.incoterm, "port": demand.destination_name}
    return [
        {"label": _("Category"), "value": str(line.category.name) if line.category else ""},
        {"label": _("HS code"), "value": line.hs_code},
        {
            "label": _("Delivery term"),
            "value": incoterm if demand.incoterm and demand.destination else demand.incoterm or demand.destination_name,
        },
        {"label": _("Origins wanted"), "value": _names(line.origins_wanted, reference.countries())},
        {"label": _("Origins excluded"), "value": _names(line.origins_excluded, reference.countries())},
        {"label": _("Certificates required"), "value": _names(line.certificates_required, reference.certificates())},
    ]


def _names(codes: list[str], rows: dict) -> str:
    return format_list(reference.name(rows.get(code), code) for code in codes)
