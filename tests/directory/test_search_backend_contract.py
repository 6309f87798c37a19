"""What every search backend must do. A new backend is added to `BACKENDS` and passes as it is."""

import json
from collections import Counter

import numpy as np
import pytest
from django.utils.module_loading import import_string

from benchmarks.search.search_quality import judged, ndcg, products
from matchmaker.directory import array_backend
from matchmaker.directory.search_backend import SearchBackend, Source
from matchmaker.engines.language.encoder import get_encoder
from matchmaker.engines.search import SearchQuery
from matchmaker.engines.search.entries import Entry
from tests.engines.search.test_index import entries, plain_counts
from tests.engines.search.test_searching import Deaf

pytestmark = pytest.mark.slow
BACKENDS = ["matchmaker.directory.array_backend.ArraySearchBackend"]
KIND = "products"


@pytest.fixture(params=BACKENDS)
def backend_class(request, monkeypatch):
    monkeypatch.setattr(array_backend, "LOOK_AGAIN", 0)
    return import_string(request.param)


@pytest.fixture
def backend(backend_class, tmp_path) -> SearchBackend:
    return backend_class(Deaf(), tmp_path)


@pytest.fixture(scope="module", params=BACKENDS)
def sample(request, tmp_path_factory):
    """(a backend with the products of the sample campaign, their keys)."""
    keys, listed = products()
    backend = import_string(request.param)(get_encoder(), tmp_path_factory.mktemp("sample"))
    rebuild(backend, listed)
    return backend, keys


def rebuild(backend: SearchBackend, listed: list[Entry], **state) -> int:
    with backend.lock(KIND):
        return backend.rebuild(KIND, Source(lambda: listed), state)


def search_keys(backend: SearchBackend, text: str = "", **more) -> list[int]:
    return backend.search(KIND, SearchQuery(text, **more)).keys


# -- how well it finds ------------------------------------------------------------------------------------------------
LEAST = {"zh": 0.66, "en": 0.77, "th": 0.6, "vi": 0.6, "fr": 0.6, "es": 0.6, "it": 0.6, "pt": 0.5, "de": 0.5, "nl": 0.5,
         "pl": 0.5, "tr": 0.5, "ru": 0.5, "ar": 0.5, "ja": 0.5, "ko": 0.5}  # fmt: skip


def test_judged_queries_of_all_languages_find_what_fits(sample):
    backend, keys = sample
    scores: dict[str, list[float]] = {}
    for one in judged():
        result = backend.search(KIND, SearchQuery(one.query, limit=10, facets=()))
        scores.setdefault(one.language, []).append(ndcg([keys[key - 1] for key in result.keys], one.gains))
    every = np.concatenate(list(scores.values()))
    assert round(float(every.mean()), 3) >= 0.751
    enough = {language: values for language, values in scores.items() if len(values) >= 5}
    means = {language: float(np.mean(values)) for language, values in enough.items()}
    assert {language for language, mean in means.items() if mean < LEAST[language]} == set()


@pytest.mark.parametrize(("pinyin", "words"), [("molixiangmi", "茉莉香米"), ("ganlanyou", "橄榄油")])
def test_pinyin_finds_products_by_their_chinese_names(sample, pinyin, words):
    backend, _keys = sample
    result, in_chinese = (backend.search(KIND, SearchQuery(text)) for text in (pinyin, words))
    assert result.total > 0
    assert result.keys == in_chinese.keys
    assert result.understood.spelling == ((pinyin, words),)


@pytest.mark.parametrize("text", ["", "rice", "valvola", "茉莉香米", "849180", "unobtainium"])
@pytest.mark.parametrize("filters", [{}, {"origin": ["TH", "IT"]}, {"origin": ["TH"], "certificate": ["A", "B"]}])
def test_counts_are_exact_as_if_only_the_other_facets_were_chosen(backend, text, filters):
    listed = entries(300, 5)
    rebuild(backend, listed)
    keys = set(search_keys(backend, text, limit=1000))
    result = backend.search(KIND, SearchQuery(text, filters))
    counted = plain_counts([entry for entry in listed if entry.key in keys], filters)
    seen = {name: {value: n for value, n in values if n} for name, values in result.facets.items()}
    assert seen == {name: +Counter(counted.get(name, {})) for name in seen}
    assert result.total == len(result.keys)
    assert set(result.keys) == {
        entry.key for entry in listed
        if entry.key in keys and all(set(entry.facets[name]) & set(values) for name, values in filters.items())
    }  # fmt: skip


@pytest.mark.parametrize("sort", ["fit", "newest", "oldest", "name", "ready"])
@pytest.mark.parametrize("text", ["", "rice"])
def test_pages_lead_through_the_whole_list_by_positions_that_an_address_can_hold(backend, text, sort):
    rebuild(backend, entries(100, 9))
    whole, paged, after = search_keys(backend, text, sort=sort), [], None
    while True:
        page = backend.search(KIND, SearchQuery(text, sort=sort, after=after, limit=7))
        paged += page.keys
        if page.next_position is None:
            break
        after = tuple(json.loads(json.dumps(page.next_position)))
    assert paged == whole
    assert len(set(whole)) == len(whole)


def test_cards_come_with_the_keys(backend):
    rebuild(backend, entries(10, 9))
    result = backend.search(KIND, SearchQuery("rice"))
    assert result.cards == [f"card {key}".encode() for key in result.keys]


# -- who finds what ---------------------------------------------------------------------------------------------------
def test_what_is_not_for_a_reader_is_neither_found_nor_counted(backend):
    listed = entries(50, 13)
    rebuild(backend, listed)
    hidden = frozenset(entry.key for entry in listed[:20])
    result = backend.search(KIND, SearchQuery("rice", without=hidden, not_of=3))
    allowed = [entry for entry in listed if entry.key not in hidden and entry.owner != 3]
    assert set(result.keys) <= {entry.key for entry in allowed}
    counted = plain_counts([entry for entry in allowed if entry.key in result.keys], {})
    assert {v: n for v, n in result.facets["origin"] if n} == {v: n for v, n in counted["origin"].items() if n}


def test_entries_of_one_reader_are_found_by_this_reader_alone(backend):
    rebuild(backend, entries(20, 13))
    secret = Entry(999, names=(("en", "unobtainium rice"),), facets={"origin": ("AQ",)}, newest=99.0)
    mine = backend.search(KIND, SearchQuery("unobtainium"), [secret])
    assert (mine.keys[0], dict(mine.facets["origin"])["AQ"]) == (999, 1)
    theirs = backend.search(KIND, SearchQuery("unobtanium rice"))
    assert 999 not in theirs.keys
    assert "AQ" not in dict(theirs.facets["origin"])
    assert "unobtainium" not in str(theirs.understood)


# -- changes ----------------------------------------------------------------------------------------------------------
def test_changes_are_seen_by_another_process_as_soon_as_they_are_made(backend, backend_class, tmp_path):
    other = backend_class(Deaf(), tmp_path)
    rebuild(backend, [Entry(1, names=(("en", "jasmine rice"),)), Entry(2, names=(("en", "steel valve"),))])
    assert search_keys(other, "jasmine") == [1]
    with backend.lock(KIND):
        backend.index(KIND, [Entry(1, names=(("en", "basmati"),)), Entry(3, names=(("en", "coffee"),))], {"n": 1})
        backend.delete(KIND, [2], {"n": 2})
    assert (search_keys(other, "jasmine"), search_keys(other, "basmati"), search_keys(other, "valve")) == ([], [1], [])
    assert sorted(search_keys(other)) == sorted(other.keys(KIND).tolist()) == [1, 3]
    assert (other.state(KIND), other.stats(KIND).entries) == ({"n": 2}, 2)


def test_what_was_deleted_is_no_spelling_of_anything_and_counts_nowhere(backend):
    rebuild(backend, [Entry(1, names=(("en", "unobtainium"),), facets={"origin": ("AQ",)}),
                      Entry(2, names=(("en", "steel valve"),), facets={"origin": ("IT",)})])  # fmt: skip
    with backend.lock(KIND):
        backend.delete(KIND, [1], {})
    result = backend.search(KIND, SearchQuery("unobtanium"))
    assert (result.keys, result.nearest, result.understood.spelling) == ([], [], ())
    assert [value for value, n in backend.search(KIND, SearchQuery()).facets["origin"] if n] == ["IT"]


def test_many_small_changes_and_tidying_change_no_answer(backend):
    listed = entries(60, 17)
    rebuild(backend, listed[:40])
    with backend.lock(KIND):
        for entry in listed[40:]:
            backend.index(KIND, [entry], {})
        backend.delete(KIND, [3, 50], {})
    asked = [SearchQuery(text, filters) for text in ("", "rice", "company 3") for filters in ({}, {"origin": ["TH"]})]
    before = [backend.search(KIND, query) for query in asked]
    backend.tidy(KIND)
    assert [(r.keys, r.total, r.facets) for r in before] == [
        (r.keys, r.total, r.facets) for r in (backend.search(KIND, query) for query in asked)
    ]
    assert sorted(before[0].keys) == [key for key in range(1, 61) if key not in (3, 50)]


def test_a_rebuild_answers_from_the_old_index_until_the_new_one_is_whole(backend, backend_class, tmp_path):
    other = backend_class(Deaf(), tmp_path)
    rebuild(backend, [Entry(1, names=(("en", "old rice"),))])
    seen = []

    def slowly():
        yield Entry(2, names=(("en", "new rice"),))
        seen.append(search_keys(other, "rice"))
        yield Entry(3, names=(("en", "new tea"),))

    with backend.lock(KIND):
        assert backend.rebuild(KIND, Source(slowly), {}) == 2
    assert (seen, search_keys(other, "rice")) == ([[1]], [2])


def test_a_rebuild_that_fails_leaves_the_old_index(backend):
    rebuild(backend, [Entry(1, names=(("en", "old rice"),))], version=1)

    def failing():
        yield Entry(2, names=(("en", "new rice"),))
        raise OSError("the database went away")

    with backend.lock(KIND), pytest.raises(OSError, match="went away"):
        backend.rebuild(KIND, Source(failing), {"version": 2})
    assert (search_keys(backend, "rice"), backend.state(KIND)) == ([1], {"version": 1})


def test_without_an_index_nothing_is_answered(backend):
    assert (backend.search(KIND, SearchQuery("rice")), backend.state(KIND), backend.keys(KIND).tolist()) == (
        None, None, [],
    )  # fmt: skip


def test_one_process_at_a_time_may_change_an_index(backend, backend_class, tmp_path):
    other = backend_class(Deaf(), tmp_path)
    with backend.lock(KIND) as is_mine, other.lock(KIND, wait=False) as is_theirs:
        assert (is_mine, is_theirs) == (True, False)
    with other.lock(KIND, wait=False) as is_theirs:
        assert is_theirs


# -- files of the array backend ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("damage", ["cut", "gone", "another format", "no manifest"])
def test_a_damaged_index_in_files_is_never_served(backend_class, tmp_path, damage):
    backend = backend_class(Deaf(), tmp_path)
    rebuild(backend, entries(30, 19))
    folder = next(one for one in backend.files(KIND).folder.iterdir() if one.is_dir())
    if damage == "cut":
        for file in folder.glob("term_documents.npy"):
            file.write_bytes(file.read_bytes()[:-40])
    elif damage == "gone":
        (folder / "keys.npy").unlink()
    elif damage == "another format":
        (folder / "plain.json").write_text('{"format": 3}')
    else:
        (folder.parent / "manifest.json").write_text("{")
    assert backend_class(Deaf(), tmp_path).search(KIND, SearchQuery("rice")) is None
    assert backend_class(Deaf(), tmp_path).state(KIND) is None


def test_an_index_of_another_encoder_is_never_served(backend, backend_class, tmp_path):
    class Other(Deaf):
        name = "other"

    rebuild(backend, entries(30, 19))
    assert backend_class(Other(), tmp_path).search(KIND, SearchQuery("rice")) is None
