"""Searches the directories, and keeps their indexes in step with the rows. Pages, API and alerts call `search`.

The index of a small directory is built while the reader waits, in a fraction of a second, whenever a row changed. That
of a large one is refreshed by a worker every few seconds; where no worker runs, the first reader who finds it old
starts the refresh in a thread. The rows are the truth: what a page shows is looked up again, so that an index a few
seconds old can miss something, but never shows what was taken away. Without an index that can be trusted, names alone
are searched in the database, and the page says so.
"""

import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from matchmaker.catalogue.models import Demand, Product
from matchmaker.core import replica
from matchmaker.core.ttl_cache import cached_for
from matchmaker.directory import facts
from matchmaker.directory.rows import DIRECTORIES, Changes, DirectoryDefinition
from matchmaker.directory.search_backend import SearchBackend, Source, State, search_backend
from matchmaker.engines.language import clean
from matchmaker.engines.search import SearchQuery, SearchResult
from matchmaker.notifications import leases

AT_ONCE = 1_500  # rows up to which a directory is built while the reader waits
PART = 20_000  # rows that one process reads at a time for a new index
MOST_KEYS = 10_000  # that a list of the API holds for its words
MOST_OWN = 100  # rows of a reader's own that are searched beside a directory, the newest
BY_NAME = 1_000  # rows that are listed, and counted, while there is no index
STALE, OLDEST = 30, 600  # seconds without a refresh until a reader starts one, and until the index is not trusted
OVERLAP = timedelta(seconds=60)  # a transaction may end so much later than the time it wrote into its rows
COUNT_RARELY, COUNT_EVERY = 100_000, 30  # entries from which rows are counted only once in so many seconds
LEASE = 60  # seconds after which another machine builds in place of one that died
REMEMBERED = 30  # seconds for which a large directory is taken for large without asking


class IndexService:
    """One in each process, for one backend."""

    def __init__(self, backend: SearchBackend) -> None:
        self.backend = backend
        self._building = threading.Lock()
        self._large_until: dict[str, float] = {}  # kind → until when it is taken for large without asking
        self._counted: dict[str, float] = {}  # kind → when its rows were counted
        self._refreshing: set[str] = set()  # kinds that a thread of this process refreshes

    # -- searching ----------------------------------------------------------------------------------------------------
    def search(self, kind: str, query: SearchQuery, own: QuerySet | None = None) -> SearchResult:
        """`own` are rows outside the directory that only this reader finds; they stay in no index."""
        directory = DIRECTORIES[kind]
        result = None
        with replica.primary():  # an index of rows that are some moments old would be built again at the next change
            is_ready = self._is_ready(kind, directory)
        if is_ready:
            entries = () if own is None else self._own_entries(directory, own)
            result = self.backend.search(kind, replace(query, name_weight=directory.name_weight), entries)
        return result or _by_name(directory, query)

    def _own_entries(self, directory: DirectoryDefinition, own: QuerySet) -> Sequence:
        if own.query.is_empty():
            return ()
        newest = list(own.order_by("-pk").values_list("pk", flat=True)[:MOST_OWN])
        return list(directory.entries(own.filter(pk__in=newest))) if newest else ()

    def _is_ready(self, kind: str, directory: DirectoryDefinition) -> bool:
        """Whether there is an index to be trusted; a small one is brought up to date."""
        if self.is_large(kind):
            age = time.time() - self.backend.checked(kind)
            state = self.backend.state(kind)
            is_current = state is not None and state.get("fingerprint") == directory.fingerprint
            if age > STALE or not is_current:
                self._refresh_in_thread(kind)
            return is_current and age <= OLDEST
        stamp = repr(directory.stamp())
        if (self.backend.state(kind) or {}).get("stamp") != stamp:
            with self._building:
                if (self.backend.state(kind) or {}).get("stamp") != stamp:
                    source = Source(lambda: directory.entries(directory.rows()), is_small=True)
                    self.backend.rebuild(kind, source, {"stamp": stamp})
        return True

    def is_large(self, kind: str) -> bool:
        """Of a small one it is asked at each search: an import may make it large between two readers."""
        now = time.monotonic()
        if self._large_until.get(kind, 0) > now:
            return True
        is_large = any(_has_many(DIRECTORIES[name]) for name in {kind, DIRECTORIES[kind].rests_on or kind})
        if is_large:
            self.backend.forget_small(kind)
            self._large_until[kind] = now + REMEMBERED
        return is_large

    # -- keeping the index of a large directory up to date ------------------------------------------------------------
    def refresh_all(self) -> bool:
        """Refresh every large directory; whether one of them needs tidying."""
        large = [kind for kind in DIRECTORIES if self.is_large(kind)]
        for kind in large:
            self.refresh(kind)
        return any(self.backend.needs_tidying(kind) for kind in large)

    def refresh(self, kind: str) -> None:
        """Index what changed since the last time; everything anew where there is nothing to add to, or where facets,
        rules or rates changed.

        Safe to call at any time from any process: one of the machine does it, the others go on without.
        """
        with self.backend.lock(kind, wait=False) as is_mine:
            if not is_mine:
                return
            has_index = self._add_changes(kind)
            if not has_index and not self.backend.is_published:
                self._rebuild(kind)
        if self.backend.is_published and has_index:
            self._publish(kind)
        elif self.backend.is_published:
            self._build_for_all(kind)

    def rebuild(self, kind: str) -> int:
        """The index from nothing, whatever lies there; returns how many entries it has."""
        with self.backend.lock(kind):
            entries = self._rebuild(kind)
        if self.backend.is_published:
            with leases.hold(f"index of {kind}", seconds=LEASE) as is_mine:
                if is_mine:
                    self.backend.publish(kind)
        return entries

    def rebuild_large(self) -> list[str]:
        """Make the index of every large directory anew; returns which. Small ones are built for the next reader."""
        large = [kind for kind in DIRECTORIES if self.is_large(kind)]
        for kind in large:
            self.rebuild(kind)
        return large

    def _add_changes(self, kind: str) -> bool:
        """Index what changed since the last time; False where there is no index to add to, here or published."""
        directory = DIRECTORIES[kind]
        before, state = self.backend.state(kind), _state(directory)
        wanted = {name: state[name] for name in ("fingerprint", "facts")}
        if before is None or any(before.get(name) != value for name, value in wanted.items()):
            if not self.backend.fetch(kind, wanted):
                return False
            self._counted.pop(kind, None)
            before = self.backend.state(kind) or {}
        keys, changes = self._find_changes(directory, before)
        if not keys:
            self.backend.mark_checked(kind)
            return True
        state["changes"] = sorted(changes)
        entries = list(directory.entries(directory.rows().filter(pk__in=keys)))
        removed = keys - {entry.key for entry in entries}
        if removed:
            self.backend.delete(kind, removed, before if entries else state)
        if entries:
            self.backend.index(kind, entries, state)
        return True

    def _build_for_all(self, kind: str) -> None:
        """Build the index that other machines fetch, unless one of them builds it now: then this one waits."""
        with leases.hold(f"index of {kind}", seconds=LEASE) as is_mine:
            if not is_mine:
                return
            with self.backend.lock(kind, wait=False) as is_free:
                # another machine may have published one before this one took the lease
                if not is_free or self._add_changes(kind):
                    return
                self._rebuild(kind)
            self.backend.publish(kind)

    def _publish(self, kind: str) -> None:
        """Publish what changed every few minutes, so that a new machine has few changes to add."""
        if not self.backend.is_publication_due(kind):
            return
        with leases.hold(f"index of {kind}", seconds=LEASE) as is_mine:
            if is_mine:
                self.backend.publish(kind)

    def _rebuild(self, kind: str) -> int:
        directory = DIRECTORIES[kind]
        state = _state(directory)
        keys = np.array(directory.rows().order_by("pk").values_list("pk", flat=True), np.int64)
        ranges = []
        if len(keys) > 2 * PART:
            ranges = [(int(keys[at]), int(keys[min(at + PART, len(keys)) - 1])) for at in range(0, len(keys), PART)]
        return self.backend.rebuild(directory.name, Source(lambda: directory.entries(directory.rows()), ranges), state)

    def tidy_all(self) -> None:
        for kind in DIRECTORIES:
            if self.backend.needs_tidying(kind):
                self.backend.tidy(kind)

    def _find_changes(self, directory: DirectoryDefinition, state: State) -> tuple[set[int], Changes]:
        """(keys of rows that may differ from their entries, the changes that were looked at).

        The time before the last refresh is looked at again, because a transaction may have ended after it; what was
        dealt with then is known.
        """
        changes = directory.changed(datetime.fromisoformat(state["since"]) - OVERLAP)
        known = {(key, what) for key, what in state.get("changes", ())}
        return {key for key, _what in changes - known} | self._only_on_one_side(directory), changes

    def _only_on_one_side(self, directory: DirectoryDefinition) -> set[int]:
        """Keys that are only in the rows or only in the index: what was let in or taken away without a new time."""
        indexed, now = self.backend.keys(directory.name), time.monotonic()
        if len(indexed) > COUNT_RARELY and now - self._counted.get(directory.name, 0) < COUNT_EVERY:
            return set()
        self._counted[directory.name] = now
        counted = directory.rows().aggregate(count=Count("pk"), sum=Sum("pk"))
        if (counted["count"], counted["sum"] or 0) == (len(indexed), int(indexed.sum())):
            return set()
        return set(indexed.tolist()) ^ set(directory.rows().values_list("pk", flat=True))

    def _refresh_in_thread(self, kind: str) -> None:
        """Refresh in a thread of this process, so that the reader does not wait."""

        def work() -> None:
            try:
                self.refresh(kind)
            finally:
                self._refreshing.discard(kind)
                connection.close()  # each thread opens its own

        if kind not in self._refreshing:
            self._refreshing.add(kind)
            threading.Thread(target=work, name=f"directory-{kind}", daemon=True).start()


@cache
def _service(path: str, encoder: str, folder: Path) -> IndexService:
    return IndexService(search_backend(path, encoder, folder))


def index_service() -> IndexService:
    """The service of this process, for the backend that the settings name."""
    return _service(settings.SEARCH_BACKEND, settings.ENCODER, Path(settings.ENGINE_CACHE))


# -- what pages, API and alerts call ----------------------------------------------------------------------------------
def search(kind: str, query: SearchQuery, user=None) -> SearchResult:
    """One page of products, suppliers or demands; a signed-in person also finds the demands that only she may see."""
    own = Demand.objects.only_for(user) if kind == "demands" and user is not None else None
    return index_service().search(kind, query, own)


Filters = Mapping[str, Sequence[str]]  # facet → values, of which an entry has one


def search_total(kind: str, text: str, user=None, filters: Filters | None = None) -> int:
    """How many entries of a directory the words find."""
    return search(kind, SearchQuery(text, filters or {}, limit=0, facets=()), user).total


def search_keys(kind: str, text: str) -> tuple[list[int], list[int]]:
    """Primary keys of what fits the words in a directory, and of what is only related to them, the best first."""
    found = search(kind, SearchQuery(text, limit=MOST_KEYS, facets=()))
    fitting = [key for key, fits in zip(found.keys, found.fits, strict=True) if fits]
    return fitting, [key for key, fits in zip(found.keys, found.fits, strict=True) if not fits]


def similar_products(
    product: Product, top: int = 4, without: Collection[int] = (), campaigns: tuple[int, ...] | None = None
) -> SearchResult:
    """Other companies' products that are most like this one, in any of these campaigns (primary keys; None for all).

    The list may be a minute old.
    """
    name = product.original.name if product.original else ""
    filters: dict[str, tuple[str, ...]] = {"category": (product.category_id,)} if product.category_id else {}
    if campaigns is not None:
        filters["campaign"] = tuple(map(str, campaigns)) or ("0",)
    return _similar(product.pk, name, tuple(filters.items()), product.company_id, top, frozenset(without))


@cached_for(60)
def _similar(
    key: int,
    name: str,
    chosen: tuple[tuple[str, tuple[str, ...]], ...],
    company: int,
    top: int,
    without: frozenset[int],
) -> SearchResult:
    filters = dict(chosen)
    query = SearchQuery(name, filters, limit=top, like=key, not_of=company, without=without, facets=())
    return search("products", query)


# -- for operators ----------------------------------------------------------------------------------------------------
def index_ages() -> dict[str, float]:
    """Seconds since the index of each large directory was last up to date; a small one is made while a reader waits."""
    service = index_service()
    return {kind: time.time() - service.backend.checked(kind) for kind in DIRECTORIES if service.is_large(kind)}


def publication_problems() -> list[str]:
    """Why this machine has an index of its own although another one published one, for each large directory."""
    service = index_service()
    problems = [service.backend.publication_problem(kind) for kind in DIRECTORIES if service.is_large(kind)]
    return [problem for problem in problems if problem]


def warm_up() -> None:
    """Get ready for the first search; called when a process starts, so that no reader waits for models to load."""
    for kind in DIRECTORIES:
        index_service().search(kind, SearchQuery("茉莉香米"))


def _state(directory: DirectoryDefinition) -> dict[str, Any]:
    rules = facts.stamp() if directory.name == "products" else ""
    return {"since": timezone.now().isoformat(), "facts": rules, "fingerprint": directory.fingerprint}


def _has_many(directory: DirectoryDefinition) -> bool:
    return directory.rows().order_by("pk").values("pk")[AT_ONCE : AT_ONCE + 1].exists()


# -- without an index -------------------------------------------------------------------------------------------------
def _by_name(directory: DirectoryDefinition, query: SearchQuery) -> SearchResult:
    """The newest rows whose names hold the words: what can be answered without an index."""
    rows = directory.rows()
    for name, lookup in directory.lookups.items():
        values: Iterable[str] = query.filters.get(name, ())
        if values := [value for value in values if name != "verification" or value.isdigit()]:
            rows = rows.filter(**{f"{lookup}__in": values})
    for word in clean(query.text).split()[:5]:
        rows = rows.filter(**{f"{directory.names}__icontains": word})
    rows = rows.exclude(pk__in=query.without)
    if query.not_of is not None:
        rows = rows.exclude(**{directory.owner: query.not_of})
    rows = rows.order_by("-pk").values_list("pk", flat=True).distinct()
    total = rows[:BY_NAME].count()
    if query.after is not None:
        rows = rows.filter(pk__lt=-query.after[-1])
    most = min(query.limit, BY_NAME)
    keys = list(rows[: most + 1]) if most else []
    position = (0.0, -keys[most - 1]) if len(keys) > most else None
    keys = keys[:most]
    return SearchResult(keys, {}, is_by_name=True, total=total, next_position=position, fits=[True] * len(keys))
