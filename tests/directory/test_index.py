"""Segments against a plain reading of the same entries: whatever is merged, killed, paged or kept in files."""

import random

import numpy as np
import pytest

from matchmaker.directory.index import build as building
from matchmaker.directory.index import counting, kernels, meaning
from matchmaker.directory.index.build import build, merged
from matchmaker.directory.index.entries import Entry
from matchmaker.directory.index.searching import Index, Wish
from matchmaker.directory.index.segment import Segment
from matchmaker.directory.index.store import Store
from tests.directory.test_searching import Deaf

pytestmark = pytest.mark.slow
NOUNS = ("rice", "valve", "olive oil", "coffee", "cheese", "pump")
KINDS = ("jasmine", "steel", "extra virgin", "ground", "hard", "small")
CODES = ("100630", "848180", "150920", "090121", "040690", "841370")


def entries(n: int, seed: int, first: int = 1) -> list[Entry]:
    draw = random.Random(seed)
    found = []
    for key in range(first, first + n):
        kind = draw.randrange(6)
        found.append(
            Entry(
                key,
                names=(("en", f"{draw.choice(KINDS)} {NOUNS[kind]} {key}"),),
                hs_codes=(CODES[kind],),
                exact=frozenset({f"NO{key:05d}"}),
                name_key=f"company {key % 7}",
                owner=key % 7,
                facets={
                    "origin": (draw.choice(["TH", "IT", "FR"]),),
                    "certificate": tuple(sorted(draw.sample(["A", "B", "C", "D"], draw.randrange(3)))),
                    "group": ("AGRI" if kind in (0, 2, 3, 4) else "TECH",),
                },
                orders={"ready": draw.randrange(4)},
                newest=float(draw.randrange(50)),
                title=f"{NOUNS[kind]} {key}",
                card=f"card {key}".encode(),
            )
        )
    return found


def one(listed) -> Index:
    return Index([build(listed, Deaf().encode_passage, 4)], Deaf())


def plain_counts(listed, chosen) -> dict[str, dict[str, int]]:
    """By the definition: each value counted as if only the other facets were chosen."""
    counted: dict[str, dict[str, int]] = {}
    for entry in listed:
        for name, values in entry.facets.items():
            for value in values:
                counted.setdefault(name, {}).setdefault(value, 0)
                others = all(
                    set(entry.facets.get(other, ())) & set(wanted) for other, wanted in chosen.items() if other != name
                )
                counted[name][value] += others
    return counted


@pytest.mark.parametrize("chosen", [{}, {"origin": ["TH"]}, {"origin": ["TH", "FR"]}, {"certificate": ["A", "B"]},
                                    {"origin": ["IT"], "certificate": ["A"]},
                                    {"origin": ["IT"], "certificate": ["A", "C"], "group": ["TECH"]}])  # fmt: skip
@pytest.mark.parametrize("way", ["pairs", "values", "rows", "dead", "two segments"])
def test_counts_are_those_of_the_definition_whichever_way_they_are_made(chosen, way, monkeypatch):
    listed = entries(400, 3)
    if way == "pairs":
        monkeypatch.setattr(building, "PAIRS_FROM", 1)
    for name in ("A_PLACE", "A_LIST"):
        monkeypatch.setattr(counting, name, 1e9 if way == "rows" else 0)
    here = one(listed)
    if way == "dead":
        gone = set(range(1, 400, 5))
        segment = here.segments[0]
        alive = kernels.every(400) & ~kernels.bits(segment.places_of_keys(np.array(sorted(gone))), 400)
        monkeypatch.setattr(building, "PAIRS_FROM", 1)
        here = Index([build(listed, Deaf().encode_passage, 4)], Deaf(), alive=[alive])
        listed = [entry for entry in listed if entry.key not in gone]
    if way == "two segments":
        here = Index(
            [build(listed[:150], Deaf().encode_passage, 4), build(listed[150:], Deaf().encode_passage, 4)], Deaf()
        )
    found = here.search(Wish("", chosen))
    counted = plain_counts(listed, chosen)
    assert {name: dict(values) for name, values in found.facets.items()} == counted
    some = here.search(Wish("", chosen, counted=("group",)))
    assert {name: dict(values) for name, values in some.facets.items()} == {"group": counted["group"]}


@pytest.mark.parametrize("sort", ["newest", "oldest", "name", "ready", "fit"])
@pytest.mark.parametrize("query", ["", "rice"])
def test_pages_one_after_the_other_are_the_whole_list_in_order(sort, query):
    listed = entries(200, 5)
    here = Index([build(listed[:80], Deaf().encode_passage, 4), build(listed[80:], Deaf().encode_passage, 4)], Deaf())
    wish = {"query": query, "chosen": {"origin": ["TH", "FR"]}, "sort": sort}
    whole = here.search(Wish(**wish))
    paged, after = [], None
    while True:
        page = here.search(Wish(**wish, after=after, limit=7))
        assert page.total == whole.total == len(whole.keys)
        paged += page.keys
        after = page.end
        if after is None:
            break
    assert paged == whole.keys


def test_orders_follow_their_columns():
    listed = entries(120, 7)
    here = one(listed)
    by_key = {entry.key: entry for entry in listed}
    shown = [by_key[key] for key in here.search(Wish(sort="ready")).keys]
    assert shown == sorted(listed, key=lambda e: (e.orders["ready"], -e.newest, -e.key))
    shown = [by_key[key] for key in here.search(Wish(sort="name")).keys]
    assert shown == sorted(listed, key=lambda e: (e.title, -e.newest, -e.key))
    shown = [by_key[key] for key in here.search(Wish(sort="oldest")).keys]
    assert shown == sorted(listed, key=lambda e: (e.newest, e.key))


@pytest.mark.parametrize("query", ["", "rice", "steel pump", "company 3", "848180", "NO00017", "vaalve"])
def test_segments_made_one_answer_as_if_built_at_once(query):
    listed = entries(300, 11)
    gone = {entry.key for entry in listed[::9]}
    parts = [build(listed[at : at + 100], Deaf().encode_passage, 4) for at in range(0, 300, 100)]
    alive = [
        kernels.every(part.n) & ~kernels.bits(part.places_of_keys(np.array(sorted(gone))), part.n) for part in parts
    ]
    together = Index([merged(parts, alive)], Deaf())
    fresh = one([entry for entry in listed if entry.key not in gone])
    mine, theirs = together.search(Wish(query)), fresh.search(Wish(query))
    assert (mine.keys, mine.total, mine.facets, mine.understood) == (
        theirs.keys, theirs.total, theirs.facets, theirs.understood,
    )  # fmt: skip
    assert mine.cards == [f"card {key}".encode() for key in mine.keys]


def test_what_is_not_for_this_reader_is_neither_found_nor_counted():
    listed = entries(100, 13)
    hidden = frozenset({entry.key for entry in listed[:30]})
    mine = one(listed).search(Wish("rice", without=hidden))
    theirs = one([entry for entry in listed if entry.key not in hidden]).search(Wish("rice"))
    assert (sorted(mine.keys), {n: {v: c for v, c in vs if c} for n, vs in mine.facets.items()}) == (
        sorted(theirs.keys), {n: {v: c for v, c in vs if c} for n, vs in theirs.facets.items()},
    )  # fmt: skip


def test_a_facet_from_outside_is_chosen_and_counted_by_company():
    listed = entries(100, 17)
    outside = {"event": {"harbin": np.array([1, 2]), "wuhan": np.array([2, 3])}}
    found = one(listed).search(Wish(chosen={"event": ["harbin"]}, outside=outside))
    assert {entry.key for entry in listed if entry.owner in (1, 2)} == set(found.keys)
    assert dict(found.facets["event"]) == {
        "harbin": sum(entry.owner in (1, 2) for entry in listed),
        "wuhan": sum(entry.owner in (2, 3) for entry in listed),
    }


def test_clusters_find_what_a_full_comparison_finds(monkeypatch):
    random_ = np.random.default_rng(1)
    centres = random_.normal(size=(40, 16))
    rows = centres[random_.integers(40, size=3000)] + 0.3 * random_.normal(size=(3000, 16))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    listed = [Entry(at + 1, names=(("en", str(at)),), newest=float(at)) for at in range(3000)]
    monkeypatch.setattr(meaning, "ONE_CLUSTER", 1000)
    segment = build(listed, lambda texts: rows[[int(text) for text in texts]], 16)
    hits = 0
    for query in rows[::100]:
        names, near = meaning.nearest_names(segment, query, 0.0, -1.0)
        best = {int(segment.keys[segment.name_places[at]]) - 1 for at in names[np.argsort(-near)[:10]]}
        hits += len(best & set(np.argsort(-(rows @ query))[:10].tolist()))
    assert hits / 300 >= 0.9


def test_many_names_are_kept_along_fewer_axes_and_mean_nearly_the_same(monkeypatch):
    random_ = np.random.default_rng(2)
    rows = random_.normal(size=(1000, 64)) * np.linspace(1, 0, 64) ** 2  # as of words: some directions say little
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    listed = [Entry(at + 1, names=(("en", str(at)),), newest=float(at)) for at in range(1000)]
    monkeypatch.setattr(meaning, "NARROW_FROM", 900)
    monkeypatch.setattr(meaning, "NARROW", 32)

    def part(first, last):
        return build(listed[first:last], lambda texts: rows[[int(text) for text in texts]], 64)

    few, large = merged([part(0, 400), part(400, 800)], [None] * 2), merged([part(0, 500), part(500, 950)], [None] * 2)
    assert (few.vectors.shape[1], few.axes.size) == (64, 0)
    assert (large.vectors.shape[1], large.axes.shape) == (32, (64, 32))
    grown = merged([large, part(950, 1000)], [None] * 2)
    assert np.array_equal(grown.axes, large.axes)  # what is along them already is not measured anew
    for query in rows[::50]:
        names, near = meaning.nearest_names(grown, query, 0.0, -2.0)
        keys = grown.keys[grown.name_places[names]] - 1
        assert (near - rows[keys] @ query).std() < 0.03
    place = int(np.flatnonzero(grown.keys == 7)[0])
    assert meaning.vectors_of(grown, place)[0] @ rows[6] > 0.95


def test_files_hold_what_was_written_and_follow_changes(tmp_path):
    store, listed = Store(tmp_path / "products"), entries(60, 19)
    with store.lock():
        manifest = store.start(build(listed[:40], Deaf().encode_passage, 4), "deaf", {"since": "x"})
        for at in range(40, 60, 2):  # so often that the small ones are made one in between
            fresh = build(listed[at : at + 2], Deaf().encode_passage, 4)
            manifest = store.add(manifest, fresh, [at - 39], {"since": str(at)})
    parts = store.segments(store.manifest("deaf"))
    here = Index([s for s, _b in parts], Deaf(), alive=[b for _s, b in parts])
    gone = set(range(1, 21, 2))
    assert sorted(here.search(Wish()).keys) == [entry.key for entry in listed if entry.key not in gone]
    assert store.compact("deaf")
    ((segment, alive),) = store.segments(store.manifest("deaf"))
    assert (alive, sorted(segment.keys.tolist())) == (None, [e.key for e in listed if e.key not in gone])
    assert len([one for one in store.folder.iterdir() if one.is_dir()]) == 1
    assert store.manifest("another encoder") is None


def test_what_dies_while_segments_are_made_one_is_dead_in_the_new_one(tmp_path, monkeypatch):
    store, listed = Store(tmp_path / "products"), entries(30, 23)
    with store.lock():
        manifest = store.start(build(listed, Deaf().encode_passage, 4), "deaf", {})

    def meanwhile(parts, alive):
        store.add(manifest, build([listed[4]], Deaf().encode_passage, 4), [5, 9], {})
        return merged(parts, alive)

    monkeypatch.setattr("matchmaker.directory.index.store.merged", meanwhile)
    assert store.compact("deaf")
    parts = store.segments(store.manifest("deaf"))
    here = Index([s for s, _b in parts], Deaf(), alive=[b for _s, b in parts])
    assert sorted(here.search(Wish()).keys) == [key for key in range(1, 31) if key != 9]


def test_a_file_cut_short_is_noticed(tmp_path):
    build(entries(10, 29), Deaf().encode_passage, 4).write(tmp_path / "s")
    (tmp_path / "s" / "keys.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises((OSError, ValueError)):
        Segment.read(tmp_path / "s")
