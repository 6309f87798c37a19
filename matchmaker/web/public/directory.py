"""A directory as a page: the address holds the whole state, so that it can be shared, and works without a script."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matchmaker.catalogue.models import Category, HSCode, ShortlistItem
from matchmaker.core.text import sound_text
from matchmaker.matching.search import Found, Understood
from matchmaker.web.access import current_company
from matchmaker.web.templatetags.trade import hs, language_name

PAGE = 24
OPEN = 3  # groups of filters that show their options at once
MOST_CHOSEN = 40  # values of one facet that an address may hold

_PREPARING = gettext_lazy("The search is being prepared: for a minute this list goes by names alone, newest first.")


@dataclass(frozen=True)
class Facet:
    """A group of filters: `label(values)` gives the words for its values at once."""

    name: str
    title: str
    label: Callable[[Sequence[str]], Mapping[str, str]]
    flags: bool = False


def listing(
    request: HttpRequest,
    search: Callable[..., Found],
    *,
    facets: Sequence[Facet],
    sorts: Mapping[str, str],
    rows: Callable[[Sequence[int]], Sequence[Any]],
) -> dict[str, Any]:
    """The context of a directory page.

    `sorts` maps a key of the search to its words, the default first; `rows` reads rows by primary key. `status` is 400
    when the address holds something no link of ours makes: an unknown order, or a character that cannot be stored.
    """
    query, trouble = _query(request)
    chosen = {facet.name: request.GET.getlist(facet.name)[:MOST_CHOSEN] for facet in facets}
    default = next(iter(sorts)) if query else next(key for key in sorts if key != "fit")
    sort = request.GET.get("sort") or default
    if sort not in sorts:
        trouble, sort = _("There is no such order: it is set to the usual one."), default
    found = search(query, chosen, sort=sort)
    page = Paginator(found.keys, PAGE).get_page(request.GET.get("page"))
    keys = list(page.object_list)
    in_order = _in_order(rows(keys), keys)
    labels = {
        facet.name: facet.label([value for value, _n in found.facets.get(facet.name, [])] + chosen[facet.name])
        for facet in facets
    }
    return {
        "query": query,
        "trouble": trouble or (_PREPARING if found.is_by_name else ""),
        "status": 400 if trouble else 200,
        "page": page,
        "rows": in_order,
        "total": page.paginator.count,
        "facets": [
            {**_options(facet, found, chosen[facet.name], labels[facet.name]), "open": at < OPEN}
            for at, facet in enumerate(facets)
        ],
        "chips": _chips(request, facets, chosen, labels),
        "clear_url": _address(request, drop={facet.name: None for facet in facets}),
        "everything_url": request.path,
        "without_words_url": _address(request, drop={"q": None}),
        "sort": sort,
        "sorts": [(key, words) for key, words in sorts.items() if query or key != "fit"],
        "understood": _sentences(request, found.understood) if query else [],
        "nearest": _in_order(rows(found.nearest), found.nearest) if found.nearest else [],
    }


def _query(request) -> tuple[str, str]:
    query = request.GET.get("q", "")
    try:
        sound_text(query)
    except ValidationError as error:
        return "", " ".join(error.messages)
    return query.strip()[:2000], ""


def _in_order(rows: Sequence[Any], keys: Sequence[int]) -> list[Any]:
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


def _options(facet: Facet, found: Found, chosen: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    counted = dict(found.facets.get(facet.name, []))
    values = [value for value, count in counted.items() if count or value in chosen]
    values += [value for value in chosen if value not in counted]
    options = [
        {
            "value": value,
            "label": labels.get(value, value),
            "count": counted.get(value, 0),
            "checked": value in chosen,
            "flag": value if facet.flags else "",
        }
        for value in dict.fromkeys(values)
    ]
    return {"name": facet.name, "title": facet.title, "options": options}


def _chips(request, facets, chosen, labels) -> list[dict[str, str]]:
    return [
        {
            "label": labels[facet.name].get(value, value),
            "name": facet.title,
            "url": _address(request, drop={facet.name: value}),
        }
        for facet in facets
        for value in dict.fromkeys(chosen[facet.name])
    ]


def _address(request, *, drop: Mapping[str, str | None], add: Mapping[str, str] | None = None) -> str:
    """This page without some of its parameters; a value of None drops the parameter as a whole."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in drop.items():
        kept = [v for v in query.getlist(name) if value is not None and v != value]
        query.setlist(name, kept) if kept else query.pop(name, None)
    for name, value in (add or {}).items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _sentences(request, understood: Understood | None) -> list[dict[str, str]]:
    """What was made of the words, each with a way to narrow the search to it."""
    if understood is None:
        return []
    found = []
    if understood.is_cut:
        found.append({"text": _("Only the first 200 characters were read.")})
    for typed, read in understood.spelling:
        found.append({"text": _("“%(typed)s” was read as “%(read)s”.") % {"typed": typed, "read": read}})
    if understood.gloss:
        found.append({"text": _("Read as “%(words)s”.") % {"words": understood.gloss}})
    elif understood.language and understood.language not in ("en", "zh"):
        found.append({"text": _("Read as %(language)s.") % {"language": language_name(understood.language)}})
    code = understood.hs_code or understood.heading
    row = HSCode.objects.filter(pk=code).first() if code else None
    if row is not None:
        sentence = (
            _("HS %(code)s: “%(text)s”")
            if understood.hs_code
            else _("Most of the best stand under HS %(code)s: “%(text)s”")
        )
        text = row.text_en if len(row.text_en) <= 90 else row.text_en[:88].rstrip(" ,;") + "…"
        found.append(
            {
                "text": sentence % {"code": hs(row.code), "text": text},
                "url": "" if understood.hs_code else _address(request, drop={}, add={"q": row.code}),
                "url_label": _("Only these"),
            }
        )
    return found


# -- words for values -------------------------------------------------------------------------------------------------
def category_names(codes: Sequence[str]) -> dict[str, str]:
    return {row.pk: row.name for row in Category.objects.filter(pk__in=codes)}


def group_names(codes: Sequence[str]) -> dict[str, str]:
    return {code: str(label) for code, label in Category.Group.choices}


def each(label: Callable[[str], str]) -> Callable[[Sequence[str]], dict[str, str]]:
    """A label function over several values from one over a single value."""
    return lambda values: {value: str(label(value)) for value in values}


def buyer_view(request) -> dict[str, Any]:
    """Whether a buyer looks at this page, and what its company has on its shortlist."""
    company = current_company(request, is_buyer=True)
    kept = set(ShortlistItem.objects.filter(company=company).values_list("product", flat=True)) if company else set()
    return {"buyer_company": company, "shortlisted": kept}
