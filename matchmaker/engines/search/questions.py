"""What a search is asked and what it answers, as plain data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Position = tuple[Any, ...]  # what the last entry of a page is ordered by: numbers and texts that JSON can hold
CompanyFacets = Mapping[str, Mapping[str, NDArray[np.int64]]]  # facet → value → primary keys of companies
MOST = 1_000  # entries one result holds


@dataclass(frozen=True)
class SearchQuery:
    """What is searched for in one directory; empty `text` finds everything.

    An entry is found if it holds one of the values of every facet in `filters`. `sort` is fit, newest, oldest, name or
    an order of the entries; `after` is the `next_position` of an earlier result of the same query. With a `limit` of 0
    entries are only counted. `without` are primary keys that this reader must not find, `not_of` a company whose
    entries are left out. `like` is the key of an entry that means what the text says. `company_facets` are facets that
    only the caller knows. `boosts` (key → score) come before all others when the order is fit. `mode` is all, or words:
    only the words as they are typed. `facets` are those whose values are counted, None for all. With `only_fits`
    what is merely related to the words is left out.
    """

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "fit"
    after: Position | None = None
    limit: int = MOST
    without: frozenset[int] = frozenset()
    not_of: int | None = None
    like: int | None = None
    company_facets: CompanyFacets = field(default_factory=dict)
    boosts: Mapping[int, float] = field(default_factory=dict)
    mode: str = "all"
    facets: Collection[str] | None = None
    only_fits: bool = False
    name_weight: float = 0.3  # of a company's name: much among companies, little among products


@dataclass(frozen=True)
class QueryInterpretation:
    """What the search made of the words, to be shown and corrected."""

    language: str = ""
    gloss: str = ""
    spelling: tuple[tuple[str, str], ...] = ()  # (typed, read as)
    named: tuple[str, ...] = ()  # the goods that the words name, in English
    hs_code: str = ""  # the code that was typed
    number: str = ""  # the company or certificate number that was typed
    heading: str = ""  # the heading most of the best entries share
    others: tuple[tuple[str, str], ...] = ()  # (language, name) of the best entries, in other languages than the query
    is_cut: bool = False


@dataclass(frozen=True)
class SearchResult:
    """`keys` and `cards` of one page in order; `facets` name → [(value, count)], each count as if only the filters of
    the other facets were chosen. `fits` says of each key whether it fits the words or is only related to them; ordered
    by fit, what fits comes first. All of a list without words fit."""

    keys: list[int]
    facets: dict[str, list[tuple[str, int]]]
    understood: QueryInterpretation | None = None
    nearest: list[int] = field(default_factory=list)  # keys of what comes closest when nothing was found
    nearest_cards: list[bytes] = field(default_factory=list)
    total: int = 0
    next_position: Position | None = None  # None on the last page
    cards: list[bytes] = field(default_factory=list)
    fits: list[bool] = field(default_factory=list)
    is_by_name: bool = False  # no index was ready: only names were searched


def is_position(sort: str, parts: Sequence[Any]) -> bool:
    """Whether an address holds a place in a list of this order, or in one by names alone."""
    own = {"name": [str, float, int], "fit": [float, float, int], "newest": [float, int], "oldest": [float, int]}
    return [type(part) for part in parts] in (own.get(sort, [int, float, int]), [float, int])
