"""A directory as a page: the address holds the whole state, so that it can be shared, and works without a script."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Category, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.core.lists import join_sentences
from matchmaker.core.replica import reads_replica
from matchmaker.core.text import validate_text
from matchmaker.core.ttl_cache import cached_for
from matchmaker.directory.models import Kind
from matchmaker.directory.services import hidden_products, hidden_suppliers, search, search_total
from matchmaker.engines.search import CompanyFacets, SearchQuery, SearchResult, is_position
from matchmaker.events.services.outcomes import attendance_rate
from matchmaker.messaging.services.reply_rates import reply_rate
from matchmaker.web.access.decorators import current_company, everyone
from matchmaker.web.public import in_campaign
from matchmaker.web.public.addresses import address
from matchmaker.web.public.understood import sentences

PAGE = 24
OPEN = 3  # groups of filters that show their options at once
SHOWN_OPTIONS = 12  # of a filter, until more are asked for
MOST_CHOSEN = 40  # values of one facet that an address may hold

_PREPARING = gettext_lazy("The search is being prepared: for a minute this list goes by names alone, newest first.")


@dataclass(frozen=True)
class Facet:
    """A group of filters: `label(values)` gives the words for its values at once.

    `index` is its name in the index where the address has another; `select` a choice that stands above its options.
    """

    name: str
    title: str
    label: Callable[[Sequence[str]], Mapping[str, str]]
    flags: bool = False
    index: str = ""
    in_order: Sequence[str] = ()  # values in the order they are shown; by count where none is given
    select: Mapping[str, Any] | None = None

    @property
    def index_name(self) -> str:
        return self.index or self.name


@dataclass(frozen=True)
class Sort:
    """An order: `key` is the index's, `first` are entries that come before all others."""

    words: str
    key: str
    first: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Directory:
    """What one directory page lists; `sorts` has the order for words first, then that for a list without words.

    `rows` reads rows by primary key and card and leaves out what may not be seen any more.
    """

    kind: str
    facets: Sequence[Facet]
    sorts: Mapping[str, Sort]
    rows: Callable[[Sequence[int], Sequence[bytes]], Sequence[Any]]
    company_facets: CompanyFacets = field(default_factory=dict)
    without: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Place:
    """Where a page is in its list."""

    first: int
    last: int
    total: int
    next_url: str
    start_url: str


@dataclass(frozen=True)
class Address:
    """What the address of a page asks for; `trouble` says in a sentence what is wrong with it."""

    query: str
    chosen: dict[str, list[str]]
    sort: str
    before: int = 0  # entries on earlier pages
    after: tuple | None = None
    trouble: str = ""

    @property
    def sort_name(self) -> str:
        """The parameter of the order. A list without words has one of its own, so that words typed into its form are
        sorted by fit and not by the order of the list before."""
        return "sort" if self.query else "sort_list"


@dataclass(frozen=True)
class Listing:
    """The context of `public/parts/directory.html`."""

    kind: str
    query: str
    trouble: str
    status: int
    rows: Sequence[Any]
    related: Sequence[Any]
    has_fitting: bool
    total: int
    place: Place
    facets: Sequence[dict[str, Any]]
    chips: Sequence[dict[str, str]]
    clear_url: str
    saved_query: str
    sort: str
    sort_name: str
    sorts: Sequence[tuple[str, str]]
    understood: Sequence[dict[str, str]]
    nearest: Sequence[Any]
    kinds: Sequence[dict[str, Any]]
    hides: bool
    shown_url: str

    def context(self) -> dict[str, Any]:
        return vars(self)


def listing(request: HttpRequest, directory: Directory) -> Listing:
    """One page of a directory, as its address says.

    Its status is 400 when the address holds something no link of ours makes: an unknown order, a damaged place in the
    list, or a character that cannot be stored.
    """
    parameters = _read_address(request, directory)
    result = search(directory.kind, _search_query(request, directory, parameters), request.user)
    trouble = parameters.trouble or (str(_PREPARING) if result.is_by_name else "")
    filters, chips = _filters(request, directory.facets, parameters.chosen, result)
    rows, related = _rows(directory, result, is_split=bool(parameters.query) and parameters.sort == "fit")
    return Listing(
        kind=directory.kind,
        query=parameters.query,
        trouble=trouble,
        status=400 if parameters.trouble else 200,
        rows=rows,
        related=related,
        has_fitting=bool(rows) or parameters.before > 0,
        total=result.total,
        place=_place(request, result, parameters.before),
        facets=filters,
        chips=chips,
        clear_url=address(request, drop={facet.name: None for facet in directory.facets}),
        saved_query=address(request, drop={"sort": None, "sort_list": None, "more": None}).partition("?")[2],
        sort=parameters.sort,
        sort_name=parameters.sort_name,
        sorts=[(key, one.words) for key, one in directory.sorts.items() if parameters.query or key != "fit"],
        understood=sentences(request, result.understood) if parameters.query else [],
        nearest=list(directory.rows(result.nearest, result.nearest_cards)) if result.nearest else [],
        kinds=_kinds(directory.kind, {directory.kind: result.total}) if parameters.query else [],
        hides=bool(directory.without),
        shown_url=address(request, drop={}, add={"all": "1"}),
    )


def _rows(directory: Directory, result: SearchResult, *, is_split: bool) -> tuple[list[Any], list[Any]]:
    """The rows of a page, and those of them that are only related to the words, which stand below a line: in the order
    by fit they are the last."""
    first = sum(result.fits) if is_split else len(result.keys)
    fitting = directory.rows(result.keys[:first], result.cards[:first]) if first else []
    below = directory.rows(result.keys[first:], result.cards[first:]) if result.keys[first:] else []
    return list(fitting), list(below)


def _read_address(request: HttpRequest, directory: Directory) -> Address:
    query, trouble = _words(request)
    chosen = {facet.name: request.GET.getlist(facet.name)[:MOST_CHOSEN] for facet in directory.facets}
    default = next(key for key in directory.sorts if query or key != "fit")
    sort = request.GET.get("sort") if query else request.GET.get("sort_list") or request.GET.get("sort")
    if sort and sort not in directory.sorts:
        trouble, sort = _("There is no such order: it is set to the usual one."), default
    place = Address(query, chosen, sort or default, trouble=trouble)
    written = request.GET.get("after", "")
    if not written:
        return place
    try:
        before, *position = json.loads(base64.urlsafe_b64decode(written.encode()))
        if type(before) is int and 0 < before < 10**9 and is_position(directory.sorts[place.sort].key, position):
            return replace(place, before=before, after=tuple(position))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    return replace(place, trouble=_("The address of this page is damaged: this is the beginning of the list."))


def _words(request: HttpRequest) -> tuple[str, str]:
    """(the words of the address, what is wrong with them)."""
    query = request.GET.get("q", "")
    try:
        validate_text(query)
    except ValidationError as error:
        return "", join_sentences(error.messages)
    return query.strip()[:2000], ""


def _search_query(request: HttpRequest, directory: Directory, parameters: Address) -> SearchQuery:
    sort = directory.sorts[parameters.sort]
    return SearchQuery(
        parameters.query,
        {facet.index_name: parameters.chosen[facet.name] for facet in directory.facets} | in_campaign.filters(request),
        sort.key,
        after=parameters.after,
        limit=PAGE,
        without=directory.without,
        company_facets=directory.company_facets,
        boosts=sort.first,
        mode="words" if request.GET.get("exactly") else "all",
        facets=[facet.index_name for facet in directory.facets],
    )


def _place(request: HttpRequest, result: SearchResult, before: int) -> Place:
    end, last = "", before + len(result.keys)
    if result.next_position is not None:
        end = base64.urlsafe_b64encode(json.dumps([last, *result.next_position]).encode()).decode()
    return Place(
        before + 1,
        last,
        result.total,
        next_url=address(request, drop={}, add={"after": end}) if end else "",
        start_url=address(request, drop={}) if before else "",
    )


@everyone
@require_safe
@reads_replica
def totals(request: HttpRequest, kind: str) -> HttpResponse:
    """How many entries the words find in each directory: asked for by a page that shows one of them."""
    query, _trouble = _words(request)
    counts = (
        {one.value: search_total(one.value, query, request.user, in_campaign.filters(request)) for one in Kind}
        if query
        else {}
    )
    context = {"kinds": _kinds(kind, counts), "kind": kind, "query": query}
    return render(request, "public/parts/kinds.html", context)


def _kinds(current: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """The directories that the same words may be searched in; a count is None where it was not asked for."""
    return [
        {"name": one.value, "label": one.label, "count": counts.get(one.value), "is_current": one.value == current}
        for one in Kind
    ]


# -- what can be chosen -----------------------------------------------------------------------------------------------
def _filters(
    request: HttpRequest, facets: Sequence[Facet], chosen: Mapping[str, list[str]], result: SearchResult
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """(the filters with their options, a chip for each chosen value that takes it away)."""
    options, chips = [], []
    for facet in facets:
        counts, values = dict(result.facets.get(facet.index_name, [])), chosen[facet.name]
        labels = facet.label([*counts, *values])
        options.append(_options(request, facet, counts, values, labels))
        chips += [
            {
                "label": labels.get(value, value),
                "name": facet.title,
                "url": address(request, drop={facet.name: value}),
            }
            for value in dict.fromkeys(values)
        ]
    return [{**one, "open": at < OPEN} for at, one in enumerate(_as_tree(options))], chips


def _options(
    request: HttpRequest, facet: Facet, counts: Mapping[str, int], chosen: Sequence[str], labels: Mapping[str, str]
) -> dict[str, Any]:
    values = [value for value, count in counts.items() if count or value in chosen]
    if facet.in_order:
        values = [value for value in facet.in_order if value in values]
    values = list(dict.fromkeys([*values, *(value for value in chosen if value not in counts)]))
    hidden = len(values) - SHOWN_OPTIONS
    more_url = ""
    if hidden > 1 and request.GET.get("more") != facet.name:
        more_url = address(request, drop={}, add={"more": facet.name})
        values = [v for at, v in enumerate(values) if at < SHOWN_OPTIONS or v in chosen]
    options = [
        {
            "value": value,
            "label": labels.get(value, value),
            "count": counts.get(value, 0),
            "checked": value in chosen,
            "flag": value if facet.flags else "",
        }
        for value in values
    ]
    return {
        "name": facet.name,
        "title": facet.title,
        "options": options,
        "select": facet.select,
        "more_url": more_url,
        "more_count": max(hidden, 0),
    }


def _as_tree(facets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups of categories with their own below each, as one filter; a category's code begins with its group."""
    by_name = {facet["name"]: facet for facet in facets}
    if "group" not in by_name or "category" not in by_name:
        return facets
    groups, categories = by_name["group"], by_name["category"]
    branches: dict[str, list[dict[str, Any]]] = {option["value"]: [] for option in groups["options"]}
    for option in categories["options"]:
        branches.setdefault(option["value"].partition("-")[0], []).append({**option, "facet": "category", "deep": True})
    tops = {option["value"]: {**option, "facet": "group"} for option in groups["options"]}
    listed = [one for code, below in branches.items() for one in (tops.get(code), *below) if one is not None]
    return [{**categories, "options": listed}, *(f for f in facets if f["name"] not in ("group", "category"))]


# -- words for values -------------------------------------------------------------------------------------------------
def category_names(codes: Sequence[str]) -> dict[str, str]:
    known = _category_names(get_language() or "en")
    return {code: known[code] for code in codes if code in known}


@cached_for(10)
def _category_names(_language: str) -> dict[str, str]:
    return {row.pk: str(row.name) for row in Category.objects.all()}


def group_names(codes: Sequence[str]) -> dict[str, str]:
    return {code: str(label) for code, label in Category.Group.choices}


def each(label: Callable[[str], str]) -> Callable[[Sequence[str]], dict[str, str]]:
    """A label function over several values from one over a single value."""
    return lambda values: {value: str(label(value)) for value in values}


def in_order(rows: Sequence[Any], keys: Sequence[int]) -> list[Any]:
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


def buyer_view(request) -> dict[str, Any]:
    """Whether a buyer looks at this page, and what its company has on its shortlist."""
    company = current_company(request, is_buyer=True)
    shortlisted = (
        set(ShortlistItem.objects.filter(company=company).values_list("product", flat=True)) if company else set()
    )
    return {
        "buyer_company": company,
        "shortlisted": shortlisted,
        "shortlist_count": len(shortlisted) if company else None,
    }


def not_for(request, kind: str = "products") -> frozenset[int]:
    """Products, or suppliers, this buyer said "not for us" to; none where she asks for all."""
    company = None if request.GET.get("all") else current_company(request, is_buyer=True)
    hidden = hidden_suppliers if kind == "suppliers" else hidden_products
    return hidden(company) if company else frozenset()


@cached_for(300)
def reliability_of(company: Company) -> dict[str, Any]:
    """How a company answers and keeps its meetings: counted over months, so that five minutes change nothing."""
    return {"rate": reply_rate(company), "kept": attendance_rate(company)}
