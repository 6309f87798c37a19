"""Segments against a plain reading of the same entries: whatever is merged, killed, paged or kept in files."""

import random

import numpy as np
import pytest

from matchmaker.engines.search import SearchQuery, meaning, scoring
from matchmaker.engines.search.build import build_segment, merge_segments
from matchmaker.engines.search.entries import Entry
from matchmaker.engines.search.files import IndexFiles
from matchmaker.engines.search.searching import Index
from matchmaker.engines.search.segment import Segment
from tests.engines.search.test_searching import Deaf

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
    return Index([build_segment(listed, Deaf().encode_passage, 4)], Deaf())


def two(listed, first: int) -> Index:
    return Index([build_segment(part, Deaf().encode_passage, 4) for part in (listed[:first], listed[first:])], Deaf())


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
@pytest.mark.parametrize("way", ["one segment", "deleted documents", "two segments"])
def test_counts_are_those_of_the_definition(chosen, way):
    listed = entries(400, 3)
    here = one(listed)
    if way == "deleted documents":
        gone = set(range(1, 400, 5))
        here = Index(here.segments, Deaf(), [here.segments[0].places_of(np.array(sorted(gone)))])
        listed = [entry for entry in listed if entry.key not in gone]
    if way == "two segments":
        here = two(listed, 150)
    found = here.search(SearchQuery("", chosen))
    counted = plain_counts(listed, chosen)
    assert {name: dict(values) for name, values in found.facets.items()} == counted
    some = here.search(SearchQuery("", chosen, facets=("group",)))
    assert {name: dict(values) for name, values in some.facets.items()} == {"group": counted["group"]}


@pytest.mark.parametrize("sort", ["newest", "oldest", "name", "ready", "fit"])
@pytest.mark.parametrize("query", ["", "rice"])
def test_pages_one_after_the_other_are_the_whole_list_in_order(sort, query):
    listed = entries(200, 5)
    here = two(listed, 80)
    asked = {"text": query, "filters": {"origin": ["TH", "FR"]}, "sort": sort}
    whole = here.search(SearchQuery(**asked))
    paged, after = [], None
    while True:
        page = here.search(SearchQuery(**asked, after=after, limit=7))
        assert page.total == whole.total == len(whole.keys)
        paged += page.keys
        after = page.next_position
        if after is None:
            break
    assert paged == whole.keys


def test_orders_follow_their_columns():
    listed = entries(120, 7)
    here = one(listed)
    by_key = {entry.key: entry for entry in listed}
    shown = [by_key[key] for key in here.search(SearchQuery(sort="ready")).keys]
    assert shown == sorted(listed, key=lambda e: (e.orders["ready"], -e.newest, -e.key))
    shown = [by_key[key] for key in here.search(SearchQuery(sort="name")).keys]
    assert shown == sorted(listed, key=lambda e: (e.title, -e.newest, -e.key))
    shown = [by_key[key] for key in here.search(SearchQuery(sort="oldest")).keys]
    assert shown == sorted(listed, key=lambda e: (e.newest, e.key))


@pytest.mark.parametrize("query", ["", "rice", "steel pump", "company 3", "848180", "NO00017", "vaalve"])
def test_segments_made_one_answer_as_if_built_at_once(query):
    listed = entries(300, 11)
    gone = {entry.key for entry in listed[::9]}
    parts = [build_segment(listed[at : at + 100], Deaf().encode_passage, 4) for at in range(0, 300, 100)]
    together = Index([merge_segments(parts, [part.places_of(np.array(sorted(gone))) for part in parts])], Deaf())
    fresh = one([entry for entry in listed if entry.key not in gone])
    mine, theirs = together.search(SearchQuery(query)), fresh.search(SearchQuery(query))
    assert (mine.keys, mine.total, mine.facets, mine.understood) == (
        theirs.keys, theirs.total, theirs.facets, theirs.understood,
    )  # fmt: skip
    assert mine.cards == [f"card {key}".encode() for key in mine.keys]


def test_what_is_not_for_this_reader_is_neither_found_nor_counted():
    listed = entries(100, 13)
    hidden = frozenset({entry.key for entry in listed[:30]})
    mine = one(listed).search(SearchQuery("rice", without=hidden))
    theirs = one([entry for entry in listed if entry.key not in hidden]).search(SearchQuery("rice"))
    assert (sorted(mine.keys), {n: {v: c for v, c in vs if c} for n, vs in mine.facets.items()}) == (
        sorted(theirs.keys), {n: {v: c for v, c in vs if c} for n, vs in theirs.facets.items()},
    )  # fmt: skip


def test_a_facet_from_outside_is_chosen_and_counted_by_company():
    listed = entries(100, 17)
    outside = {"event": {"harbin": np.array([1, 2]), "wuhan": np.array([2, 3])}}
    found = one(listed).search(SearchQuery(filters={"event": ["harbin"]}, company_facets=outside))
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
    segment = build_segment(listed, lambda texts: rows[[int(text) for text in texts]], 16)
    hits = 0
    for query in rows[::100]:
        names, near = scoring.nearest_names(segment, query, 0.0, -1.0)
        best = {int(segment.keys[segment.name_documents[at]]) - 1 for at in names[np.argsort(-near)[:10]]}
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
        return build_segment(listed[first:last], lambda texts: rows[[int(text) for text in texts]], 64)

    few, large = merge_segments([part(0, 400), part(400, 800)]), merge_segments([part(0, 500), part(500, 950)])
    assert (few.vectors.shape[1], few.axes.size) == (64, 0)
    assert (large.vectors.shape[1], large.axes.shape) == (32, (64, 32))
    grown = merge_segments([large, part(950, 1000)])
    assert np.array_equal(grown.axes, large.axes)  # what is along them already is not measured anew
    for query in rows[::50]:
        names, near = scoring.nearest_names(grown, query, 0.0, -2.0)
        keys = grown.keys[grown.name_documents[names]] - 1
        assert (near - rows[keys] @ query).std() < 0.03
    place = int(np.flatnonzero(grown.keys == 7)[0])
    assert meaning.vectors_of(grown, place)[0] @ rows[6] > 0.95


def opened(files: IndexFiles) -> Index:
    segments, deleted = files.segments(files.manifest())
    return Index(segments, Deaf(), deleted)


def test_files_hold_what_was_written_and_follow_changes(tmp_path):
    files, listed = IndexFiles(tmp_path / "products", "deaf"), entries(60, 19)
    with files.lock():
        files.start(build_segment(listed[:40], Deaf().encode_passage, 4), {"since": "x"})
        for at in range(40, 60, 2):  # so often that the small ones are made one in between
            files.change([at - 39], build_segment(listed[at : at + 2], Deaf().encode_passage, 4), {"since": str(at)})
    gone = set(range(1, 21, 2))
    assert sorted(opened(files).search(SearchQuery()).keys) == [entry.key for entry in listed if entry.key not in gone]
    assert files.compact()
    ((segment,), (deleted,)) = files.segments(files.manifest())
    assert (deleted.tolist(), sorted(segment.keys.tolist())) == ([], [e.key for e in listed if e.key not in gone])
    assert len([one for one in files.folder.iterdir() if one.is_dir()]) == 1
    assert files.manifest().state == {"since": "58"}
    assert IndexFiles(files.folder, "another encoder").manifest() is None


def test_what_is_deleted_while_segments_are_made_one_is_deleted_in_the_new_one(tmp_path, monkeypatch):
    files, listed = IndexFiles(tmp_path / "products", "deaf"), entries(30, 23)
    with files.lock():
        files.start(build_segment(listed, Deaf().encode_passage, 4), {})

    def meanwhile(segments, deleted):
        files.change([5, 9], build_segment([listed[4]], Deaf().encode_passage, 4), {})
        return merge_segments(segments, deleted)

    monkeypatch.setattr("matchmaker.engines.search.files.merge_segments", meanwhile)
    assert files.compact()
    assert sorted(opened(files).search(SearchQuery()).keys) == [key for key in range(1, 31) if key != 9]


def test_a_file_cut_short_is_noticed(tmp_path):
    build_segment(entries(10, 29), Deaf().encode_passage, 4).write(tmp_path / "s")
    (tmp_path / "s" / "keys.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises((OSError, ValueError)):
        Segment.read(tmp_path / "s")
