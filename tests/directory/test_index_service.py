"""What goes into the directories, and above all what does not."""

import datetime as dt
import sys
from dataclasses import replace

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.directory import array_backend, index_service
from matchmaker.directory.index_service import IndexService
from matchmaker.directory.rows import DIRECTORIES
from matchmaker.directory.services import search, similar_products
from matchmaker.engines.search import SearchQuery, name_vectors, searching
from matchmaker.market_access.models import ReadinessAnswer, Registration
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"


def search_products(text="", filters=None, **more):
    return search("products", SearchQuery(text, filters or {}, **more))


def search_suppliers(text):
    return search("suppliers", SearchQuery(text))


def search_demands(text):
    return search("demands", SearchQuery(text))


def service() -> IndexService:
    return index_service.index_service()


def test_a_published_product_is_found_and_counted():
    row = make.product(name="Jasmine rice", origin="TH")
    found = search_products("jasmine rice")
    assert found.keys == [row.pk]
    assert found.facets["origin"] == [("TH", 1)]


def test_a_change_is_found_at_once():
    row = make.product(name="Jasmine rice")
    assert search_products("jasmine").keys == [row.pk]
    text = row.texts.get()
    text.name = "Basmati rice"
    text.save()
    row.save()
    assert search_products("jasmine").keys == []
    assert search_products("basmati").keys == [row.pk]


@pytest.mark.parametrize("status", [Product.Status.DRAFT, Product.Status.PAUSED, Product.Status.WITHDRAWN])
def test_a_product_that_is_not_published_is_found_by_nobody(status):
    make.product(name="Jasmine rice", status=status)
    found = search_products("jasmine rice")
    assert (found.keys, found.nearest, found.facets) == ([], [], {})


def test_products_of_a_suspended_company_are_found_by_nobody():
    row = make.product(name="Jasmine rice")
    assert search_products("jasmine").keys == [row.pk]
    Company.objects.filter(pk=row.company_id).update(status=Company.Status.SUSPENDED)
    assert search_products("jasmine").keys == []
    assert search_suppliers("jasmine").keys == []


@pytest.mark.parametrize("visibility", [Demand.Visibility.PRIVATE, Demand.Visibility.INVITED])
def test_a_demand_that_is_not_public_is_neither_found_nor_counted(visibility):
    make.line(make.demand(visibility=visibility), text="茉莉香米")
    found = search_demands("茉莉香米")
    assert (found.keys, found.nearest, found.facets, found.understood) == ([], [], {}, None)


def test_a_demand_is_found_by_any_of_its_lines():
    demand = make.demand()
    make.line(demand, text="橄榄油 500毫升")
    make.line(demand, text="茉莉香米 5公斤")
    assert search_demands("茉莉香米").keys == search_demands("橄榄油").keys == [demand.pk]


def test_a_supplier_is_found_by_product_and_by_name():
    row = make.product(company=make.supplier(legal_name="Surin Mill", name_key="surin mill"), name="Jasmine rice")
    assert search_suppliers("jasmine").keys == search_suppliers("surin").keys == [row.company_id]


def test_similar_products_are_of_others_and_of_the_same_category():
    mine = make.product(name="Jasmine rice")
    make.product(name="Jasmine rice broken", company=mine.company)
    other = make.product(name="Jasmine rice, organic")
    make.product(name="Jasmine tea", category=make.category("AGRI-02"), hs_code="")
    assert similar_products(mine).keys == [other.pk]


def test_similar_products_are_found_by_what_the_index_knows_without_encoding_a_name_again(monkeypatch):
    mine, other = make.product(name="Jasmine rice"), make.product(name="Jasmine rice, organic")
    make.product(name="Ball valve", hs_code="848180")
    by_its_name = search_products("Jasmine rice", {"category": [mine.category_id]}, not_of=mine.company_id)
    monkeypatch.setattr(searching, "_encode", lambda encoder, text: pytest.fail(f"{text} was encoded"))
    assert similar_products(mine).keys == by_its_name.keys == [other.pk]


def test_products_like_a_draft_are_found_by_its_name():
    draft = make.product(name="Jasmine rice", status=Product.Status.DRAFT)
    other = make.product(name="Jasmine rice, organic")
    assert similar_products(draft).keys == [other.pk]


@pytest.fixture
def large(settings, tmp_path, monkeypatch):
    """Every directory counts as large: it lies in files, which only a refresh brings up to date."""
    settings.ENGINE_CACHE = tmp_path / "engine"
    monkeypatch.setattr(index_service, "AT_ONCE", -1)
    monkeypatch.setattr(IndexService, "is_large", lambda self, kind: True)
    monkeypatch.setattr(array_backend, "LOOK_AGAIN", 0)
    monkeypatch.setattr(IndexService, "_refresh_in_thread", lambda self, kind: None)


def test_without_an_index_similar_products_are_of_others_too(large):
    mine = make.product(name="Jasmine rice")
    make.product(name="Jasmine rice", company=mine.company)
    other = make.product(name="Jasmine rice")
    assert similar_products(mine).keys == [other.pk]


def test_without_an_index_names_alone_are_searched(large):
    rice = make.product(name="Jasmine rice", origin="TH")
    make.product(name="Jasmine rice", origin="VN")
    make.product(name="Jasmine rice", status=Product.Status.DRAFT, origin="TH")
    found = search_products("rice jasmine", {"origin": ["TH"], "verification": ["x"]})
    assert (found.keys, found.is_by_name) == ([rice.pk], True)
    first = search_products("rice", limit=1)
    assert (len(first.keys), first.total, search_products("rice", limit=0).total) == (1, 2, 2)
    assert search_products("rice", limit=1, after=first.next_position).total == 2
    make.line(make.demand(visibility=Demand.Visibility.PRIVATE), text="茉莉香米")
    assert search_demands("茉莉香米").keys == []


def test_an_index_that_nobody_refreshed_for_too_long_is_not_trusted(large, monkeypatch):
    make.product(name="Jasmine rice")
    service().refresh("products")
    assert not search_products("jasmine").is_by_name
    monkeypatch.setattr(index_service, "OLDEST", -1)
    assert search_products("jasmine").is_by_name


def test_a_refresh_finds_what_changed_came_and_went(large):
    rice, tea = make.product(name="Jasmine rice"), make.product(name="Sencha")
    service().refresh("products")
    assert search_products("").total == 2
    text = rice.texts.get()
    text.name = "Basmati rice"
    text.save()
    rice.save()
    coffee = make.product(name="Coffee", hs_code="")
    Company.objects.filter(pk=tea.company_id).update(status=Company.Status.SUSPENDED)
    service().refresh("products")
    assert search_products("jasmine").keys == search_products("sencha").keys == []
    assert search_products("basmati").keys == [rice.pk]
    assert sorted(search_products("").keys) == [rice.pk, coffee.pk]
    assert dict(search_products("").facets["origin"]) == {"TH": 2}


def test_a_refresh_that_has_nothing_to_do_leaves_the_files_as_they_are(large):
    make.product(name="Jasmine rice")
    service().refresh("products")
    service().refresh("products")  # the last minute before a refresh is looked at once more
    version = service().backend.files("products").version()
    for _again in range(2):
        service().refresh("products")
    assert service().backend.files("products").version() == version


def _edited(product):
    product.save()


def _renamed(product):
    product.company.save()


def _registered(product):
    Registration.objects.create(company=product.company, code="GACC", number="1")


def _registered_for_it(product):
    Registration.objects.create(company=product.company, product=product, code="GACC", number="1")


def _answered(product):
    ReadinessAnswer.objects.create(product=product, question="has:label", answer=True)


def _out_of_date(product):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Registration.objects.create(company=product.company, code="GACC", number="1", valid_until=yesterday)
    Registration.objects.update(recorded_at=timezone.now() - dt.timedelta(days=400))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        *(("products", change) for change in (_edited, _renamed, _registered, _registered_for_it, _answered)),
        *(("suppliers", change) for change in (_edited, _renamed)),
        ("products", _out_of_date),
    ],
)
def test_a_change_is_read_by_whichever_road_it_comes_and_once(large, monkeypatch, kind, change):
    product, directory, read = make.product(), DIRECTORIES[kind], []
    service().refresh(kind)
    service().refresh(kind)  # the last minute before a refresh is looked at once more

    def entries(rows):
        read.extend(rows.values_list("pk", flat=True))
        return directory.entries(rows)

    monkeypatch.setitem(DIRECTORIES, kind, replace(directory, entries=entries))
    change(product)
    for _again in range(3):
        service().refresh(kind)
    assert read == [product.pk if kind == "products" else product.company_id]


def test_files_that_are_damaged_are_made_anew(large):
    rice = make.product(name="Jasmine rice")
    service().refresh("products")
    (service().backend.files("products").folder / "manifest.json").write_text("{")
    assert search_products("jasmine").is_by_name
    service().refresh("products")
    assert search_products("jasmine").keys == [rice.pk]


def _names(folder, texts):
    """The vectors of texts as a process sees them that starts now, and how many of the texts it had to encode."""
    before = Counting.encoded
    rows = name_vectors.NameVectors(Counting(), folder)(texts)
    assert rows.tolist() == [[0.0, len(text)] for text in texts]
    return Counting.encoded - before


def test_vectors_of_names_outlive_the_process(tmp_path, monkeypatch):
    monkeypatch.setattr(name_vectors, "WORTH_STORING", 1)
    assert [_names(tmp_path, ["大米", "rice", "大米"]) for _start in range(2)] == [2, 0]
    for file in (tmp_path / "names-counting").iterdir():
        file.write_bytes(b"not a file of ours")
    assert _names(tmp_path, ["rice"]) == 1


def test_vectors_are_stored_when_they_are_worth_it_and_held_until_then(tmp_path, monkeypatch):
    monkeypatch.setattr(name_vectors, "WORTH_STORING", 3)
    names, before = name_vectors.NameVectors(Counting(), tmp_path), Counting.encoded
    for _again in range(2):
        names(["rice", "tea"])
    assert (Counting.encoded - before, _names(tmp_path, ["rice", "tea"])) == (2, 2)
    names(["rice", "coffee"])
    assert (Counting.encoded - before, _names(tmp_path, ["rice", "tea", "coffee"])) == (5, 0)


def test_processes_that_encode_at_once_store_the_names_of_all(tmp_path, monkeypatch):
    monkeypatch.setattr(name_vectors, "WORTH_STORING", 1)
    first, second = (name_vectors.NameVectors(Counting(), tmp_path) for _process in range(2))
    first(["rice"]), second(["tea"]), first(["coffee"]), second(["cocoa"])
    assert _names(tmp_path, ["rice", "tea", "coffee", "cocoa", "beans"]) == 1


def test_small_files_of_vectors_are_joined_and_the_oldest_are_deleted(tmp_path, monkeypatch):
    monkeypatch.setattr(name_vectors, "WORTH_STORING", 1)
    monkeypatch.setattr(name_vectors, "MANY", 4)
    names, listed = name_vectors.NameVectors(Counting(), tmp_path), [f"name{'s' * n}" for n in range(5)]
    for name in listed:
        names([name])
    names.tidy()
    assert len(list((tmp_path / "names-counting").iterdir())) == 4  # two files each for four names and for one
    assert _names(tmp_path, listed) == 0
    monkeypatch.setattr(name_vectors, "MOST", 4)
    names.tidy()
    assert _names(tmp_path, listed[4:]) == 0
    assert _names(tmp_path, listed) == 4


def test_a_disk_that_cannot_be_written_loses_no_search(tmp_path, monkeypatch):
    monkeypatch.setattr(name_vectors, "WORTH_STORING", 1)
    (tmp_path / "names-counting").write_text("no folder")
    names, before = name_vectors.NameVectors(Counting(), tmp_path), Counting.encoded
    for _again in range(2):
        assert names(["rice"]).tolist() == [[0.0, 4.0]]
    names.tidy()
    assert Counting.encoded - before == 1


class Counting:
    name, dim, encoded = "counting", 2, 0

    def encode_passage(self, texts):
        Counting.encoded += len(texts)
        return np.array([[0, len(text)] for text in texts], np.float32)


def test_a_directory_read_in_parts_answers_as_one_read_at_once(large, monkeypatch):
    for at in range(7):
        make.product(name=f"Jasmine rice {at}", origin=("TH", "VN")[at % 2])

    def run_parts(backend, kind, folder, ranges):
        for first, last in ranges:
            call_command("index_part", kind, folder, f"{first}:{last}")

    queries = [SearchQuery(text, sort="newest", limit=4) for text in ("", "jasmine", "rice 3")]
    service().rebuild("products")
    once = [search("products", query) for query in queries]
    monkeypatch.setattr(index_service, "PART", 2)
    monkeypatch.setattr(array_backend.ArraySearchBackend, "_run_parts", run_parts)
    service().rebuild("products")
    assert [search("products", query) for query in queries] == once
    folder = service().backend.files("products").folder
    assert not [path for path in folder.iterdir() if path.name.startswith("parts-")]


def test_a_part_that_cannot_be_read_leaves_the_index_as_it_was(large, monkeypatch):
    rice = make.product(name="Jasmine rice")
    service().rebuild("products")
    for _more in range(2):
        make.product(name="Brown rice")
    monkeypatch.setattr(index_service, "PART", 1)
    monkeypatch.setattr(array_backend.subprocess, "Popen", lambda *_args, **_named: FailingProcess())
    with pytest.raises(array_backend.subprocess.CalledProcessError):
        service().rebuild("products")
    assert search_products("").keys == [rice.pk]


class FailingProcess:
    def wait(self):
        return 1


def test_a_small_directory_that_an_import_makes_large_is_not_built_while_a_reader_waits(
    settings, tmp_path, monkeypatch
):
    settings.ENGINE_CACHE = tmp_path / "engine"
    monkeypatch.setattr(index_service, "AT_ONCE", 1)
    monkeypatch.setattr(IndexService, "_refresh_in_thread", lambda self, kind: None)
    make.product(name="Jasmine rice")
    assert not search_products("rice").is_by_name
    make.product(name="Brown rice")
    assert search_products("rice").is_by_name
    service().refresh("products")
    assert (search_products("rice").total, search_products("rice").is_by_name) == (2, False)


def test_another_definition_of_the_facets_makes_the_index_anew(large, monkeypatch):
    rice = make.product(name="Jasmine rice")
    service().refresh("products")
    directory = DIRECTORIES["products"]
    monkeypatch.setitem(DIRECTORIES, "products", replace(directory, facets=(*directory.facets, "colour")))
    assert search_products("jasmine").is_by_name  # what lies there knows nothing of colours
    service().refresh("products")
    assert (search_products("jasmine").keys, search_products("jasmine").is_by_name) == ([rice.pk], False)


def test_entries_have_the_facets_that_their_directory_declares():
    product = make.product(certificates=("HACCP",), price_low=1, currency="CNY", price_unit="kg", min_order=1,
                           min_order_unit="kg", hs_code="100630", origin="TH")  # fmt: skip
    make.line(make.demand(), text="rice", certificates_required=["FSC"], origins_wanted=["TH"])
    assert product.company.country
    for directory in DIRECTORIES.values():
        (entry,) = directory.entries(directory.rows())
        names = {"ready" if name.startswith("ready") else name for name in entry.facets}
        assert names | {"duty"} >= set(directory.facets) >= names


def test_stats_tell_how_large_an_index_is(large):
    make.product(name="Jasmine rice")
    service().refresh("products")
    stats = service().backend.stats("products")
    assert (stats.entries, stats.bytes > 0) == (1, True)


SEARCH_PATH = [  # docs/directory.md has the same table, with what each module does
    "index_service",
    "array_backend",
    "search.searching",
    "search.query",
    "search.entries",
    "search.scoring",
]
VALUES = (
    "search_backend",
    "search.segment",
    "search.questions",
    "search",
)  # classes of values that the steps hand to each other
FRESHNESS = ("rows",)  # asked whether the rows changed since the index was built


def test_a_search_with_words_passes_through_six_modules():
    make.product(name="Jasmine rice")
    search_products("jasmine")  # builds the index
    modules: dict[str, None] = {}

    def note(frame, event, _argument):
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith(("matchmaker.directory.", "matchmaker.engines.search")):
            modules[name.removeprefix("matchmaker.directory.").removeprefix("matchmaker.engines.")] = None

    sys.setprofile(note)
    try:
        search_products("jasmine rice")
    finally:
        sys.setprofile(None)
    assert [name for name in modules if name not in (*VALUES, *FRESHNESS)] == SEARCH_PATH
