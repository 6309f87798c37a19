"""B62: what may not be seen is found by nobody, by no road. The roads are listed; what is hidden is made by turns."""

import itertools
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from matchmaker.catalogue.models import Demand, DemandInvitation, Product, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.directory import keeping
from matchmaker.directory.index.searching import Wish
from matchmaker.directory.models import Alerted, SavedSearch
from matchmaker.directory.services import look_for_news, save_search, say_not_for_us
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SECRET = "unobtainium"


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.directory.test_searching.Deaf"


def hidden_product(**fields) -> Product:
    return make.product(name=f"{SECRET} rice", description=SECRET, origin="AQ", certificates=("FSC",), **fields)


def of_company(status):
    row = hidden_product(company=make.supplier(legal_name=f"{SECRET} Ltd", name_key=f"{SECRET} ltd"))
    Company.objects.filter(pk=row.company_id).update(status=status)
    return row


HIDDEN = {
    **{f"a product that is {status}": lambda status=status: hidden_product(status=status)
       for status in Product.Status.values if status != "published"},
    **{f"a product of a company that is {status}": lambda status=status: of_company(status)
       for status in Company.Status.values if status != "approved"},
    **{f"a demand that is {seen}": lambda seen=seen: demand(visibility=seen)
       for seen in Demand.Visibility.values if seen != "public"},
    **{f"a {status} demand": lambda status=status: demand(status=status)
       for status in Demand.Status.values if status != "published"},
}  # fmt: skip


def demand(**fields):
    row = make.demand(title=f"{SECRET} wanted", description=SECRET, **fields)
    make.line(row, text=f"{SECRET} rice", certificates_required=["FSC"], origins_wanted=["AQ"])
    return row


def whoever(role: str):
    return {
        "a stranger": lambda: None,
        "another buyer": lambda: make.member_of(make.buyer()),
    }[role]()


def roads(client, row):
    """Every answer of the directory that could show it."""
    words = (SECRET, "unobtanium", SECRET[:6], "rice")
    for kind, query in itertools.product(("products", "suppliers", "demands"), words):
        yield client.get(reverse(kind), {"q": query}).content.decode()
    for kind in ("products", "suppliers", "demands"):
        page = client.get(reverse(kind))
        assert "AQ" not in [option["value"] for facet in page.context["facets"] for option in facet["options"]]
        assert "FSC" not in [option["value"] for facet in page.context["facets"] for option in facet["options"]]
        yield page.content.decode()
        yield client.get(reverse(kind), {"origin": "AQ", "certificate": "FSC"}).content.decode().replace("AQ", "")
    for section in ("products", "suppliers", "demands"):
        yield client.get(reverse("sitemap_file", args=[section, 1])).content.decode()
    yield client.get(reverse("home")).content.decode()
    yield client.get(reverse("searches"), follow=True).content.decode()
    for query in (SECRET, "unobtanium"):  # what was understood, and what comes closest
        page = client.get(reverse("products"), {"q": query})
        yield " ".join(part["text"] for part in page.context["understood"]) + str(page.context["nearest"])
    for name, uid in (("p", row.uid), ("s", row.company.uid)):  # the address gives back what was asked for
        yield client.get(reverse("buyer_compare"), {name: str(uid)}).content.decode().replace(str(uid), "")


@pytest.mark.parametrize("role", ["a stranger", "another buyer"])
@pytest.mark.parametrize("what", HIDDEN)
def test_b62_what_may_not_be_seen_is_found_by_nobody(client, what, role):
    other = make.product(name="Jasmine rice", origin="TH")
    row = HIDDEN[what]()
    if person := whoever(role):
        client.force_login(person)
    for answer in roads(client, row):
        said = answer.replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", "").replace(f"text={SECRET}", "")
        said = said.replace(f"“{SECRET}”", "")  # the words typed, given back
        assert f"{SECRET} rice" not in said
        assert f"{SECRET} Ltd" not in said
        assert f"{SECRET} wanted" not in said
        assert str(row.uid) not in said
    assert row.pk not in keeping.similar_products(other) or isinstance(row, Demand)


@pytest.mark.parametrize("what", [name for name in HIDDEN if "product" in name])
def test_b62_the_sheet_of_a_comparison_leaves_out_what_may_not_be_seen(client, what):
    other, row = make.product(name="Jasmine rice", origin="TH"), HIDDEN[what]()
    client.force_login(make.member_of(make.buyer()))
    answer = client.get(reverse("buyer_compare_sheet"), {"p": [str(other.uid), str(row.uid)]})
    cells = [str(cell) for line in load_workbook(BytesIO(answer.content)).active.values for cell in line]
    assert any("Jasmine rice" in cell for cell in cells)
    assert not any(SECRET in cell for cell in cells)


@pytest.mark.parametrize("what", HIDDEN)
def test_b62_nobody_is_alerted_of_what_may_not_be_seen(what):
    person = make.member_of(make.buyer())
    for kind in ("products", "suppliers", "demands"):
        save_search(by=person, company=None, kind=kind, query=f"q={SECRET}")
    HIDDEN[what]()
    assert [look_for_news(search) for search in SavedSearch.objects.all()] == [0, 0, 0]
    assert Alerted.objects.count() == Notice.objects.filter(kind="search_alert").count() == 0


def test_b62_what_was_taken_away_does_not_linger_in_files(settings, tmp_path, monkeypatch):
    settings.ENGINE_CACHE = tmp_path / "engine"
    monkeypatch.setattr(keeping, "_is_large", lambda kind: True)
    monkeypatch.setattr(keeping, "LOOK_AGAIN", 0)
    monkeypatch.setattr(keeping, "_held", {})
    row = hidden_product()
    make.product(name="Jasmine rice")
    keeping.refresh("products")
    assert keeping.search_products(SECRET).keys[0] == row.pk
    Product.objects.filter(pk=row.pk).update(status=Product.Status.WITHDRAWN)
    keeping.refresh("products")
    found = keeping.search("products", Wish("unobtanium"))
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
    people = {"own": make.member_of(row.company), "invited": make.member_of(invited), "other": whoever("another buyer")}
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
