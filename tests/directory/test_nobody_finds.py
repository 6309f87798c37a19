"""B62: what may not be seen is found by nobody, by no road. The roads are listed; what is hidden is made by turns."""

import itertools
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from matchmaker.catalogue.models import Demand, DemandInvitation, Product, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.directory import array_backend
from matchmaker.directory.index_service import IndexService, index_service
from matchmaker.directory.models import SavedSearch
from matchmaker.directory.services import look_for_news, save_search, say_not_for_us, similar_products
from matchmaker.directory.services import search as search_directory
from matchmaker.engines.search import SearchQuery
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SECRET, MISSPELT = "unobtainium", "unobtanium"
MARK = "zorblatt"  # is typed nowhere


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"


def product(**fields) -> Product:
    return make.product(name=f"{SECRET} {MARK} rice", description=SECRET, origin="AQ", certificates=("FSC",), **fields)


def of_company(status):
    row = product(company=make.supplier(legal_name=f"{SECRET} {MARK} Ltd", name_key=f"{SECRET} {MARK} ltd"))
    Company.objects.filter(pk=row.company_id).update(status=status)
    return row


def demand(**fields):
    row = make.demand(title=f"{SECRET} {MARK} wanted", description=SECRET, **fields)
    make.line(row, text=f"{SECRET} {MARK} rice", certificates_required=["FSC"], origins_wanted=["AQ"])
    return row


HIDDEN = {
    **{f"a product that is {status}": lambda status=status: product(status=status)
       for status in Product.Status.values if status != "published"},
    **{f"a product of a company that is {status}": lambda status=status: of_company(status)
       for status in Company.Status.values if status != "approved"},
    **{f"a demand that is {seen}": lambda seen=seen: demand(visibility=seen)
       for seen in Demand.Visibility.values if seen != "public"},
    **{f"a {status} demand": lambda status=status: demand(status=status)
       for status in Demand.Status.values if status != "published"},
}  # fmt: skip
KINDS = ("products", "suppliers", "demands")


# -- the roads: what each of them says, without what was typed --------------------------------------------------------
def search(client, row, other) -> str:
    """Lists of every kind by its name, a misspelling, a beginning, a word it shares, its filters, and by nothing."""
    asked = [{"q": word} for word in (SECRET, MISSPELT, SECRET[:6], "rice")]
    asked += [{}, {"origin": "AQ"}, {"certificate": "FSC"}, {"sort": "newest"}]
    pages = [client.get(reverse(kind), query).content.decode() for kind in KINDS for query in asked]
    return " ".join([*pages, client.get(reverse("home")).content.decode()])


def facet_counts(client, row, other) -> str:
    """Options of filters: nothing else comes from the Antarctic or is certified by the FSC."""
    pages = [client.get(reverse(kind), query) for kind in KINDS for query in ({}, {"q": "rice"}, {"q": SECRET})]
    listed = [option for page in pages for facet in page.context["facets"] for option in facet["options"]]
    return " ".join(MARK for option in listed if option["value"] in ("AQ", "FSC") and option["count"])


def suggestion(client, row, other) -> str:
    """What the words are taken for, what comes closest, and how much the other directories are said to hold."""
    found = []
    for kind in KINDS:
        page = client.get(reverse(kind), {"q": MISSPELT})
        found += [part["text"] for part in page.context["understood"]] + [str(page.context["nearest"])]
        totals = client.get(reverse(f"{kind}_totals"), {"q": MISSPELT})
        found += [MARK for one in (*page.context["kinds"], *totals.context["kinds"]) if one["count"]]
    return " ".join(found).replace(SECRET, MARK)


def similar(client, row, other) -> str:
    keys = similar_products(other).keys
    page = client.get(reverse("product", args=[other.uid])).content.decode()
    return page + (MARK if isinstance(row, Product) and row.pk in keys else "")


def sitemap(client, row, other) -> str:
    answers = [client.get(reverse("sitemap_file", args=["en", section, 1])).content.decode() for section in KINDS]
    found = " ".join(answers).replace(str(row.uid), MARK)
    return found if row.company.is_approved else found.replace(str(row.company.uid), MARK)


def compare(client, row, other) -> str:
    """The page and the sheet; a buyer who knows the address of a thing may try it."""
    found = []
    for name, uids in (("p", [other.uid, row.uid]), ("s", [other.company.uid, row.company.uid])):
        query = {name: [str(uid) for uid in uids]}
        found.append(client.get(reverse("buyer_compare"), query).content.decode())
        answer = client.get(reverse("buyer_compare_sheet"), query)
        if answer.status_code == 200:
            cells = load_workbook(BytesIO(answer.content)).active.values
            found += [str(cell) for line in cells for cell in line]
    return " ".join(found)


def alert(client, row, other) -> str:
    """Under searches that were kept before it came."""
    for kept in SavedSearch.objects.order_by("pk"):
        look_for_news(kept)
    return " ".join(str(notice.context["names"]) for notice in Notice.objects.filter(kind="search_alert"))


ROADS = {road.__name__: road for road in (search, facet_counts, suggestion, similar, sitemap, compare, alert)}
OPEN_TO_STRANGERS = ("search", "facet_counts", "suggestion", "similar", "sitemap")
ROLES = {"a stranger": lambda: None, "another buyer": lambda: make.member_of(make.buyer())}


def along(client, road: str, role: str, made) -> str:
    """What somebody hears along a road after this was made."""
    other = make.product(name="Jasmine rice", origin="TH")
    watcher = make.member_of(make.buyer())
    for kind, query in itertools.product(KINDS, (f"q={SECRET}", "origin=AQ")):
        save_search(by=watcher, company=None, kind=kind, query=query)
    row = made()
    if person := ROLES[role]():
        client.force_login(person)
    return ROADS[road](client, row, other)


@pytest.mark.parametrize(
    ("road", "role"),
    [(road, role) for road in ROADS for role in ROLES if role != "a stranger" or road in OPEN_TO_STRANGERS],
)
@pytest.mark.parametrize("what", HIDDEN)
def test_what_may_not_be_seen_is_found_by_nobody(client, what, road, role):
    assert MARK not in along(client, road, role, HIDDEN[what])


@pytest.mark.parametrize(
    ("road", "made"),
    [*((road, product) for road in ROADS), *((road, demand) for road in ROADS if road not in ("similar", "compare"))],
)
def test_along_each_road_the_same_is_found_when_it_may_be_seen(client, road, made):
    """Otherwise the test above would prove nothing."""
    assert MARK in along(client, road, "another buyer", made)


def test_what_was_taken_away_does_not_linger_in_files(settings, tmp_path, monkeypatch):
    settings.ENGINE_CACHE = tmp_path / "engine"
    monkeypatch.setattr(IndexService, "is_large", lambda self, kind: True)
    monkeypatch.setattr(array_backend, "LOOK_AGAIN", 0)
    row = product()
    make.product(name="Jasmine rice")
    index_service().refresh("products")
    assert search_directory("products", SearchQuery(SECRET)).keys[0] == row.pk
    Product.objects.filter(pk=row.pk).update(status=Product.Status.WITHDRAWN)
    index_service().refresh("products")
    found = search_directory("products", SearchQuery(MISSPELT))
    assert (found.keys, found.nearest, found.understood.spelling) == ([], [], ())
    assert "AQ" not in {value for value, count in found.facets["origin"] if count}


def test_a_shortlist_does_not_tell_its_supplier_who_keeps_it(client):
    product = make.product()
    buyer = make.buyer(legal_name="武汉秘密采购有限公司")
    ShortlistItem.objects.create(company=buyer, product=product)
    client.force_login(make.member_of(product.company))
    page = client.get(reverse("supplier_interest"))
    assert page.context["rows"][0]["saved"] == 1
    assert "武汉秘密采购有限公司" not in page.content.decode()


@pytest.mark.parametrize(("seen", "finders"), [("private", ["own"]), ("invited", ["own", "invited"])])
def test_only_its_people_find_a_demand_that_is_not_public(client, seen, finders):
    row = demand(visibility=seen)
    make.demand(lines=1)
    invited = make.supplier()
    DemandInvitation.objects.create(demand=row, company=invited)
    people = {"own": make.member_of(row.company), "invited": make.member_of(invited), "other": ROLES["another buyer"]()}
    found = []
    for name in (*people, "nobody", *people):  # what one person finds stays in no index
        client.logout() if name == "nobody" else client.force_login(people[name])
        page = client.get(reverse("demands"), {"q": SECRET})
        assert page.context["total"] == len(page.context["rows"])
        if row in page.context["rows"]:
            found.append(name)
        assert client.get(reverse("demands")).context["total"] == (2 if name in finders else 1)
    assert found == finders * 2


def test_a_supplier_that_is_not_for_us_is_in_no_list_until_all_are_asked_for(client):
    gone, stays = make.product(name="Jasmine rice").company, make.product(name="Basmati rice").company
    buyer = make.buyer()
    person = make.member_of(buyer)
    say_not_for_us(by=person, company=buyer, supplier=gone)
    client.force_login(person)
    assert client.get(reverse("suppliers")).context["rows"] == [stays]
    assert set(client.get(reverse("suppliers"), {"all": "1"}).context["rows"]) == {gone, stays}
    client.logout()
    assert set(client.get(reverse("suppliers")).context["rows"]) == {gone, stays}
