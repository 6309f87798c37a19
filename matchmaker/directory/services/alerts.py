"""New entries under a saved search, told once: never the same entry twice, through no two alerts."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from matchmaker.campaigns import site
from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.core.hooks import Hook
from matchmaker.directory import facts
from matchmaker.directory.index_service import search
from matchmaker.directory.models import Alerted, Kind, SavedSearch
from matchmaker.directory.rows import DIRECTORIES
from matchmaker.directory.services.buying import hidden_products, hidden_suppliers
from matchmaker.engines.search import CompanyFacets, SearchQuery
from matchmaker.notifications.services import notify

EVERY = timedelta(minutes=10)  # a search is looked at again
BATCH = 50  # searches that one task looks at
MOST = 500  # entries under a search that are known; a wider search tells of its newest
TOLD = 5  # names an alert writes out
known_elsewhere: Hook[Callable[[], CompanyFacets]] = Hook(
    "directory.services.alerts.known_elsewhere", "facets of companies that the pages know of"
)
_ROWS = {
    Kind.PRODUCTS: (lambda user: Product.objects.published().prefetch_related("texts"), "name"),
    Kind.SUPPLIERS: (lambda user: Company.objects.public(), "display_name"),
    Kind.DEMANDS: (lambda user: Demand.objects.visible_to(user).open(), "title_for_reader"),
}


def keys_under(saved: SavedSearch) -> list[int]:
    """Primary keys of the newest entries that fit a saved search, without what its company does not want to see and
    what is only related to the words; among demands also those she was invited to."""
    typed, kind = QueryDict(saved.query), Kind(saved.kind)
    of_companies = {} if kind is Kind.DEMANDS else known_elsewhere.items()
    names = (*DIRECTORIES[kind].facets, *of_companies)
    filters = {name: typed.getlist(name) for name in names if typed.getlist(name)}
    if "ready" in filters:
        filters[f"ready{facts.month_of(typed.get('ship', '')):%Y%m}"] = filters.pop("ready")
    filters |= site.index_filters(site.campaigns_shown(saved.campaign))
    hidden = {Kind.PRODUCTS: hidden_products, Kind.SUPPLIERS: hidden_suppliers}.get(kind)
    buyer = saved.company if saved.company and saved.company.is_buyer else None
    query = SearchQuery(
        typed.get("q", ""),
        filters,
        "newest",
        limit=MOST,
        without=hidden(buyer) if hidden and buyer else frozenset(),
        company_facets={name: find().get(name, {}) for name, find in of_companies.items() if name in filters},
        mode="words" if typed.get("exactly") else "all",
        facets=(),
        only_fits=True,
    )
    return search(kind.value, query, saved.user).keys


def due_searches() -> Iterator[SavedSearch]:
    """Those that were not looked at for a while, the longest waiting first."""
    waiting = SavedSearch.objects.alerting().select_related("user", "company", "campaign")
    never = waiting.filter(looked_at=None)
    again = waiting.filter(looked_at__lt=timezone.now() - EVERY).order_by("looked_at")
    yield from list(never[:BATCH])
    yield from list(again[:BATCH])


@transaction.atomic
def look_for_news(search: SavedSearch) -> int:
    """Tell of what is new under a search; returns how many entries that were.

    Two tasks at once tell once: only the one that moves `looked_at` continues, and each told entry is a row.
    """
    now = timezone.now()
    mine = SavedSearch.objects.filter(pk=search.pk, alerts=True, looked_at=search.looked_at).update(looked_at=now)
    if not mine:
        return 0
    keys = keys_under(search)
    earlier = Alerted.objects.filter(user=search.user, kind=search.kind, key__in=keys)
    known = set(earlier.values_list("key", flat=True))
    rows, name = _ROWS[Kind(search.kind)]
    fresh = list(rows(search.user).filter(pk__in=[key for key in keys if key not in known]))
    if len(keys) == MOST:  # of a wider search something older may have moved up: only later entries are news
        fresh = [row for row in fresh if _since(row) > search.created_at]
    if search.kind != Kind.SUPPLIERS:  # one's own is no news
        own = set(Company.objects.of(search.user).values_list("pk", flat=True))
        fresh = [row for row in fresh if row.company_id not in own]
    if not fresh:
        return 0
    Alerted.objects.bulk_create([Alerted(user=search.user, kind=search.kind, key=row.pk) for row in fresh])
    fresh.sort(key=lambda row: keys.index(row.pk))
    shown = fresh[:TOLD]
    notify(
        kind="search_alert",
        to=[search.user],
        about=None,
        event_key=f"search_alert:{search.uid}:{now.isoformat()}",
        context={
            "search": search.name,
            "count": len(fresh),
            "names": lambda: [str(getattr(row, name)) for row in shown],
            "more": len(fresh) - len(shown),
        },
        path=search.path[:280],
        part_of=search.campaign_id,
    )
    return len(fresh)


def _since(row: Product | Company | Demand) -> datetime:
    return getattr(row, "published_at", None) or row.created_at
