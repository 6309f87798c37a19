"""A directory as a page: the address holds the whole state, so that it can be shared, and works without a script."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from matchmaker.catalogue.models import Category, Demand, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.core.briefly import briefly
from matchmaker.core.joined import one_after_another
from matchmaker.core.text import sound_text
from matchmaker.directory import keeping
from matchmaker.directory.index.counting import Outside
from matchmaker.directory.index.searching import Found, Wish
from matchmaker.directory.models import Kind
from matchmaker.directory.services import hidden_products, hidden_suppliers
from matchmaker.events.services.reliability import kept_rate
from matchmaker.messaging.services.rates import reply_rate
from matchmaker.web.access import current_company
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


@dataclass(frozen=True)
class Sort:
    """An order: `key` is the index's, `first` are entries that come before all others."""

    words: str
    key: str
    first: Mapping[int, float] = field(default_factory=dict)


def listing(
    request: HttpRequest,
    kind: str,
    *,
    facets: Sequence[Facet],
    sorts: Mapping[str, Sort],
    rows: Callable[[Sequence[int], Sequence[bytes]], Sequence[Any]],
    outside: Outside | None = None,
    without: frozenset[int] = frozenset(),
    own: QuerySet | None = None,
) -> dict[str, Any]:
    """The context of a directory page.

    `sorts` has the default first; `rows` reads rows by primary key and card and leaves out what may not be seen any
    more; `own` are rows that only this reader finds. `status` is 400 when the address holds something no link of ours
    makes: an unknown order, a damaged place in the list, or a character that cannot be stored.
    """
    query, trouble = _query(request)
    chosen = {facet.name: request.GET.getlist(facet.name)[:MOST_CHOSEN] for facet in facets}
    default = next(iter(sorts)) if query else next(key for key in sorts if key != "fit")
    sort = request.GET.get("sort") or default
    if sort not in sorts:
        trouble, sort = _("There is no such order: it is set to the usual one."), default
    before, after, damaged = _place(request.GET.get("after", ""), sorts[sort].key)
    if damaged:
        trouble = _("The address of this page is damaged: this is the beginning of the list.")
    index_names = {facet.name: facet.index or facet.name for facet in facets}
    wish = Wish(
        query,
        {index_names[name]: values for name, values in chosen.items()},
        sorts[sort].key,
        after=after,
        limit=PAGE,
        without=without,
        outside=outside or {},
        first=sorts[sort].first,
        mode="words" if request.GET.get("exactly") else "all",
        counted=tuple(index_names.values()),
    )
    found = keeping.search(kind, wish, own)
    shown = list(rows(found.keys, found.cards)) if found.keys else []
    labels = {
        facet.name: facet.label([v for v, _n in found.facets.get(index_names[facet.name], [])] + chosen[facet.name])
        for facet in facets
    }
    return {
        "kind": kind,
        "query": query,
        "trouble": trouble or (_PREPARING if found.is_by_name else ""),
        "status": 400 if trouble else 200,
        "rows": shown,
        "total": found.total,
        "place": _around(request, found, before, len(found.keys)),
        "facets": [
            {**options, "open": at < OPEN}
            for at, options in enumerate(
                _as_tree([_options(request, facet, found, chosen[facet.name], labels[facet.name]) for facet in facets])
            )
        ],
        "chips": _chips(request, facets, chosen, labels),
        "clear_url": address(request, drop={facet.name: None for facet in facets}),
        "everything_url": request.path,
        "without_words_url": address(request, drop={"q": None}),
        "saved_query": address(request, drop={"sort": None, "more": None}).partition("?")[2],
        "sort": sort,
        "sorts": [(key, one.words) for key, one in sorts.items() if query or key != "fit"],
        "understood": sentences(request, found.understood) if query else [],
        "nearest": list(rows(found.nearest, found.nearest_cards)) if found.nearest else [],
        "kinds": _kinds(request, kind, query, found.total),
        "hides": bool(without),
        "shown_url": address(request, drop={}, add={"all": "1"}),
    }


def _query(request) -> tuple[str, str]:
    query = request.GET.get("q", "")
    try:
        sound_text(query)
    except ValidationError as error:
        return "", one_after_another(error.messages)
    return query.strip()[:2000], ""


# -- the place in the list --------------------------------------------------------------------------------------------
def _place(written: str, key: str) -> tuple[int, tuple | None, bool]:
    """(entries before this page, position to go on from, whether the address was damaged)."""
    if not written:
        return 0, None, False
    try:
        before, *position = json.loads(base64.urlsafe_b64decode(written.encode()))
        own = {"name": [str, float, int], "fit": [float, float, int]}.get(key, [int, float, int])
        if type(before) is int and 0 < before < 10**9 and [type(part) for part in position] in (own, [float, int]):
            return before, tuple(position), False
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    return 0, None, True


def _around(request, found: Found, before: int, shown: int) -> dict[str, Any]:
    end = ""
    if found.end is not None:
        end = base64.urlsafe_b64encode(json.dumps([before + shown, *found.end]).encode()).decode()
    return {
        "first": before + 1,
        "last": before + shown,
        "total": found.total,
        "next_url": address(request, drop={}, add={"after": end}) if end else "",
        "start_url": address(request, drop={}) if before else "",
    }


# -- what can be chosen -----------------------------------------------------------------------------------------------
def _options(request, facet: Facet, found: Found, chosen: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    counted = dict(found.facets.get(facet.index or facet.name, []))
    values = [value for value, count in counted.items() if count or value in chosen]
    if facet.in_order:
        values = [value for value in facet.in_order if value in values]
    values = list(dict.fromkeys([*values, *(value for value in chosen if value not in counted)]))
    hidden = len(values) - SHOWN_OPTIONS
    more_url = ""
    if hidden > 1 and request.GET.get("more") != facet.name:
        more_url = address(request, drop={}, add={"more": facet.name})
        values = [v for at, v in enumerate(values) if at < SHOWN_OPTIONS or v in chosen]
    options = [
        {
            "value": value,
            "label": labels.get(value, value),
            "count": counted.get(value, 0),
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


def _chips(request, facets, chosen, labels) -> list[dict[str, str]]:
    return [
        {
            "label": labels[facet.name].get(value, value),
            "name": facet.title,
            "url": address(request, drop={facet.name: value}),
        }
        for facet in facets
        for value in dict.fromkeys(chosen[facet.name])
    ]


def _kinds(request, kind: str, query: str, total: int) -> list[dict[str, Any]]:
    """The same words in the other directories, with how much they find there."""
    if not query:
        return []
    found = []
    for other in Kind:
        count = total
        if other.value != kind:
            own = Demand.objects.only_for(request.user) if other is Kind.DEMANDS else None
            count = keeping.search(other.value, Wish(query, limit=0, with_counts=False), own).total
        found.append({"name": other.value, "label": other.label, "count": count, "is_current": other.value == kind})
    return found


# -- words for values -------------------------------------------------------------------------------------------------
def category_names(codes: Sequence[str]) -> dict[str, str]:
    known = _category_names(get_language() or "en")
    return {code: known[code] for code in codes if code in known}


@briefly(10)
def _category_names(_language: str) -> dict[str, str]:
    return {row.pk: row.name for row in Category.objects.all()}


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
    kept = set(ShortlistItem.objects.filter(company=company).values_list("product", flat=True)) if company else set()
    return {"buyer_company": company, "shortlisted": kept}


def not_for(request, kind: str = "products") -> frozenset[int]:
    """Products, or suppliers, this buyer said "not for us" to; none where she asks for all."""
    company = None if request.GET.get("all") else current_company(request, is_buyer=True)
    hidden = hidden_suppliers if kind == "suppliers" else hidden_products
    return hidden(company) if company else frozenset()


@briefly(30)
def word_of(company: Company) -> dict[str, Any]:
    """How a company answers and keeps its meetings: counted over months, so that half a minute changes nothing."""
    return {"rate": reply_rate(company), "kept": kept_rate(company)}
