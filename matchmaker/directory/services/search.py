"""Searching a directory: the one way that pages, API and alerts search."""

from collections.abc import Collection

from matchmaker.catalogue.models import Demand, Product
from matchmaker.core.ttl_cache import cached_for
from matchmaker.directory.index_service import index_service
from matchmaker.directory.search_backend import SearchQuery, SearchResult

MOST_KEYS = 10_000  # that a list of the API holds for its words


def search(kind: str, query: SearchQuery, user=None) -> SearchResult:
    """One page of products, suppliers or demands; a signed-in person also finds the demands that only she may see."""
    own = Demand.objects.only_for(user) if kind == "demands" and user is not None else None
    return index_service().search(kind, query, own)


def search_total(kind: str, text: str, user=None) -> int:
    """How many entries of a directory the words find."""
    return search(kind, SearchQuery(text, limit=0, facets=()), user).total


def search_keys(kind: str, text: str) -> list[int]:
    """Primary keys of what the words find in a directory, the best first."""
    return search(kind, SearchQuery(text, limit=MOST_KEYS, facets=())).keys


def similar_products(product: Product, top: int = 4, without: Collection[int] = ()) -> SearchResult:
    """Other companies' products that are most like this one; the list may be a minute old."""
    name = product.original.name if product.original else ""
    return _similar(product.pk, name, product.category_id, product.company_id, top, frozenset(without))


@cached_for(60)
def _similar(
    key: int, name: str, category: str | None, company: int, top: int, without: frozenset[int]
) -> SearchResult:
    filters = {"category": [category]} if category else {}
    query = SearchQuery(name, filters, limit=top, like=key, not_of=company, without=without, facets=())
    return search("products", query)
