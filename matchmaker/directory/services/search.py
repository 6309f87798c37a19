"""Searching a directory: the one way that pages, API and alerts search."""

from collections.abc import Collection

from matchmaker.catalogue.models import Demand, Product
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
    """Other companies' products that are most like this one."""
    query = SearchQuery(
        product.original.name if product.original else "",
        {"category": [product.category_id]} if product.category_id else {},
        limit=top,
        like=product.pk,
        not_of=product.company_id,
        without=frozenset(without),
        facets=(),
    )
    return search("products", query)
