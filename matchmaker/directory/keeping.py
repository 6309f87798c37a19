"""The three directories, kept ready and up to date.

A small one is built in each process from the database while the reader waits, in a fraction of a second. A large one
lies in files of this machine (`index/store.py`), which a worker refreshes every few seconds from what changed; where no
worker runs, the first reader who finds it old starts the refresh aside. The rows are the truth: what a page shows is
looked up again, so that an index a few seconds old can miss something, but never shows what was taken away. Without an
index, or with one that is too old, names alone are searched in the database, and the page says so.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from matchmaker.catalogue.models import Product
from matchmaker.directory import facts
from matchmaker.directory.building import whole
from matchmaker.directory.index.build import build
from matchmaker.directory.index.searching import Found, Index, Wish
from matchmaker.directory.index.store import Manifest, Store
from matchmaker.directory.name_vectors import name_vectors
from matchmaker.directory.rows import DIRECTORIES, Changes, Directory
from matchmaker.language.encoder import Encoder, get_encoder
from matchmaker.language.text import clean

AT_ONCE = 1_500  # rows up to which a directory is built while the reader waits
MOST_OWN = 100  # rows of a reader's own that are searched beside a directory, the newest
BY_NAME = 1_000  # rows that are listed, and counted, while there is no index
LOOK_AGAIN = 0.5  # seconds between two looks at whether the files changed
STALE, OLDEST = 30, 600  # seconds without a refresh until a reader starts one, and until the index is not trusted
OVERLAP = timedelta(seconds=60)  # a transaction may end so much later than the time it wrote into its rows
COUNT_RARELY, COUNT_EVERY = 100_000, 30  # entries from which rows are counted only once in so many seconds
FILES = "files"  # in place of the stamp of rows, of an index that was read from files
REMEMBERED = 30  # seconds for which a large directory is taken for large without asking

_lock = threading.Lock()
_held: dict[str, tuple[tuple, Index]] = {}  # kind → stamp of its rows or of its files, index
_looked: dict[str, float] = {}  # kind → when its files were looked at
_large: dict[str, float] = {}  # kind → until when it is taken for large without asking
_busy: set[str] = set()
_counted: dict[str, float] = {}  # kind → when its rows were counted


def search_products(query: str = "", chosen=None, *, sort: str = "fit", **wish) -> Found:
    """Published products by primary key; facets group, category, origin, certificate, verification, language, duty,
    price, order, currency, and readyYYYYMM for the months of `facts.months`."""
    return search("products", Wish(query, chosen or {}, sort, **wish))


def search_suppliers(query: str = "", chosen=None, *, sort: str = "fit", **wish) -> Found:
    """Approved suppliers by what they and their products say."""
    return search("suppliers", Wish(query, chosen or {}, sort, **wish))


def search_demands(query: str = "", chosen=None, *, sort: str = "fit", **wish) -> Found:
    """Open public demands by what their lines say."""
    return search("demands", Wish(query, chosen or {}, sort, **wish))


def similar_products(product: Product, top: int = 4, without: frozenset[int] = frozenset()) -> Found:
    """Other companies' products that are most like this one."""
    name = product.original.name if product.original else ""
    chosen = {"category": [product.category_id]} if product.category_id else None
    own, mine = product.company_id, product.pk
    return search_products(name, chosen, limit=top, like=mine, not_of=own, without=without, with_counts=False)


def search(kind: str, wish: Wish, own: QuerySet | None = None) -> Found:
    """`own` are rows outside the directory that this reader alone finds in it; they are not kept."""
    index = current(kind)
    if index is None:
        return _by_name(DIRECTORIES[kind], wish)
    newest: list[int] = []
    if own is not None and not own.query.is_empty():
        newest = list(own.order_by("-pk").values_list("pk", flat=True)[:MOST_OWN])
    if own is not None and newest:
        entries = DIRECTORIES[kind].entries(own.filter(pk__in=newest))
        index = index.beside(build(entries, partial(name_vectors, index.encoder), index.encoder.dim, _common(index)))
    return index.search(wish)


def _common(index: Index) -> np.ndarray | None:
    """What the names of the directory share, so that a segment beside them is measured alike."""
    return np.asarray(index.segments[0].common) if index.size else None


def warm() -> None:
    """Get ready for the first search; called when a process starts, so that no reader waits for models to load."""
    for kind in DIRECTORIES:
        search(kind, Wish("茉莉香米"))


# -- which index answers ----------------------------------------------------------------------------------------------
def current(kind: str) -> Index | None:
    """The index as its rows are now, or a large one as it was a few seconds ago; None where there is none to trust."""
    if _large.get(kind, 0) > time.monotonic():
        return _from_files(kind)
    stamp, held = None, _held.get(kind)
    if held and held[0][0] != FILES:  # while no row changed, a small directory is small
        stamp = DIRECTORIES[kind].stamp()
        if held[0] == stamp:
            return held[1]
    if _is_large(kind):
        return _from_files(kind)
    stamp = stamp or DIRECTORIES[kind].stamp()
    with _lock:
        held = _held.get(kind)
        if held and held[0] == stamp:
            return held[1]
        directory, encoder = DIRECTORIES[kind], _encoder()
        entries = list(directory.entries(directory.rows()))
        index = Index.of(entries, encoder, partial(name_vectors, encoder), directory.name_weight)
        _held[kind] = (stamp, index)
        return index


def _is_large(kind: str) -> bool:
    """Of a small one it is asked each time that something changed: an import may make it large between two readers."""
    now = time.monotonic()
    if _large.get(kind, 0) > now:
        return True
    is_large = any(_has_many(name) for name in {kind, DIRECTORIES[kind].rests_on or kind})
    if is_large:
        _large[kind] = now + REMEMBERED
    return is_large


def _has_many(kind: str) -> bool:
    return DIRECTORIES[kind].rows().order_by("pk").values("pk")[AT_ONCE : AT_ONCE + 1].exists()


def _from_files(kind: str) -> Index | None:
    store, now = store_of(kind), time.monotonic()
    held = _held.get(kind)
    if held and held[0][0] == FILES and now - _looked.get(kind, 0) < LOOK_AGAIN:
        return held[1]
    _looked[kind] = now
    age = time.time() - store.checked()
    if age > STALE:
        refresh_aside(kind)
    if age > OLDEST:
        return None
    version = (FILES, store.version())
    if held is None or held[0] != version:
        with _lock:
            index = _opened(kind, store)
            if index is None:
                return held[1] if held and held[0][0] == FILES else None
            held = (version, index)
            _held[kind] = held
    return held[1]


def _opened(kind: str, store: Store) -> Index | None:
    encoder = _encoder()
    for _attempt in range(3):  # between manifest and segments a writer may have replaced both
        manifest = store.manifest(encoder.name)
        if manifest is None:
            return None
        try:
            parts = store.segments(manifest)
        except (OSError, ValueError):
            continue
        weight = DIRECTORIES[kind].name_weight
        return Index([s for s, _bits in parts], encoder, name_weight=weight, alive=[bits for _s, bits in parts])
    return None


def store_of(kind: str) -> Store:
    return Store(Path(settings.ENGINE_CACHE) / "directory" / kind)


def _encoder() -> Encoder:
    return get_encoder(settings.ENCODER)


# -- keeping the files up to date -------------------------------------------------------------------------------------
def refresh_all() -> bool:
    """Bring every large directory up to date; whether one of them should be compacted."""
    wanted = False
    for kind in DIRECTORIES:
        if _is_large(kind):
            refresh(kind)
            store = store_of(kind)
            manifest = store.manifest(_encoder().name)
            wanted = wanted or (manifest is not None and store.needs_compaction(manifest))
    return wanted


def refresh(kind: str) -> None:
    """What changed since the last time, as one more segment; everything anew where there is nothing to add to.

    Safe to call at any time from any process: one of the machine does it, the others go on without.
    """
    store, directory, encoder = store_of(kind), DIRECTORIES[kind], _encoder()
    with store.lock(wait=False) as mine:
        if not mine:
            return
        started, everything = timezone.now(), facts.stamp() if kind == "products" else ""
        manifest = store.manifest(encoder.name)
        if manifest is None or manifest.state.get("facts") != everything:
            store.start(whole(kind, store.folder), encoder.name, _state(started, everything))
            return
        parts = store.segments(manifest)
        keys, noted = _changed(directory, manifest, parts)
        if not keys:
            store.mark_checked()
            return
        entries = list(directory.entries(directory.rows().filter(pk__in=keys)))
        segment = build(entries, partial(name_vectors, encoder), encoder.dim, np.asarray(parts[0][0].common))
        store.add(manifest, segment, sorted(keys), _state(started, everything, noted))


def make_anew(kind: str) -> int:
    """The index from nothing, whatever lies there; returns how many entries it has."""
    store, started = store_of(kind), timezone.now()
    with store.lock():
        everything = facts.stamp() if kind == "products" else ""
        segment = whole(kind, store.folder)
        store.start(segment, _encoder().name, _state(started, everything))
        return segment.n


def compact_all() -> None:
    for kind in DIRECTORIES:
        store = store_of(kind)
        manifest = store.manifest(_encoder().name)
        if manifest is not None and store.needs_compaction(manifest):
            store.compact(_encoder().name)


def _state(started: datetime, everything: str, noted: Iterable[tuple[int, str]] = ()) -> dict[str, Any]:
    return {"since": started.isoformat(), "facts": everything, "noted": sorted(noted)}


def _changed(directory: Directory, manifest: Manifest, parts) -> tuple[set[int], Changes]:
    """(keys of rows that may differ from their entries, the changes that were looked at).

    The time before the last refresh is looked at again, because a transaction may have ended after it; what was dealt
    with then is known.
    """
    noted = directory.changed(datetime.fromisoformat(manifest.state["since"]) - OVERLAP)
    known = {(key, what) for key, what in manifest.state.get("noted", ())}
    return {key for key, _what in noted - known} | _out_of_step(directory, parts), noted


def _out_of_step(directory: Directory, parts) -> set[int]:
    """Keys that are only in the rows or only in the index: what was let in or taken away without a new time."""
    alive = [np.asarray(segment.keys)[_flags(bits, segment.n)] for segment, bits in parts]
    indexed = np.concatenate(alive)
    now = time.monotonic()
    if len(indexed) > COUNT_RARELY and now - _counted.get(directory.name, 0) < COUNT_EVERY:
        return set()
    _counted[directory.name] = now
    counted = directory.rows().aggregate(count=Count("pk"), sum=Sum("pk"))
    if (counted["count"], counted["sum"] or 0) == (len(indexed), int(indexed.sum())):
        return set()
    return set(indexed.tolist()) ^ set(directory.rows().values_list("pk", flat=True))


def _flags(bits, n: int):
    return slice(None) if bits is None else np.unpackbits(bits.view(np.uint8), bitorder="little")[:n].astype(bool)


def refresh_aside(kind: str) -> None:
    """In a thread of this process; nobody waits for it."""

    def work() -> None:
        try:
            refresh(kind)
        finally:
            _busy.discard(kind)
            connection.close()  # each thread opens its own

    if kind not in _busy:
        _busy.add(kind)
        threading.Thread(target=work, name=f"directory-{kind}", daemon=True).start()


# -- without an index -------------------------------------------------------------------------------------------------
def _by_name(directory: Directory, wish: Wish) -> Found:
    """The newest rows whose names hold the words: what can be answered without an index."""
    rows = directory.rows()
    for name, lookup in directory.lookups.items():
        values: Sequence[str] = wish.chosen.get(name, ())
        if values := [value for value in values if name != "verification" or value.isdigit()]:
            rows = rows.filter(**{f"{lookup}__in": values})
    for word in clean(wish.query).split()[:5]:
        rows = rows.filter(**{f"{directory.names}__icontains": word})
    rows = rows.exclude(pk__in=wish.without)
    if wish.not_of is not None:
        rows = rows.exclude(**{directory.owner: wish.not_of})
    rows = rows.order_by("-pk").values_list("pk", flat=True).distinct()
    total = rows[:BY_NAME].count()
    if wish.after is not None:
        rows = rows.filter(pk__lt=-wish.after[-1])
    most = min(wish.limit, BY_NAME)
    keys = list(rows[: most + 1]) if most else []
    end = (0.0, -keys[most - 1]) if len(keys) > most else None
    return Found(keys[:most], {}, is_by_name=True, total=total, end=end)
