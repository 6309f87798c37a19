"""The directory as pages: the address is the state, and nothing in it reaches the database unread."""

import re
import uuid

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import Demand, Product
from matchmaker.directory import keeping
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.directory.test_searching.Deaf"


def shown(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def test_words_and_filters_of_the_address_choose_what_is_shown(client):
    make.product(name="Jasmine rice", origin="TH")
    make.product(name="Camargue rice", origin="FR")
    make.product(name="Ball valve", origin="IT", hs_code="", category=make.category("TECH-01"))
    assert sorted(shown(client.get(reverse("products")))) == ["Ball valve", "Camargue rice", "Jasmine rice"]
    assert shown(client.get(reverse("products"), {"q": "rice", "origin": "FR"})) == ["Camargue rice"]


def test_every_filter_has_a_chip_that_takes_it_away(client):
    make.product(name="Jasmine rice", origin="TH")
    response = client.get(reverse("products"), {"q": "rice", "origin": ["TH", "FR"], "page": "2"})
    assert [chip["label"] for chip in response.context["chips"]] == ["Thailand", "France"]
    assert response.context["chips"][0]["url"] == "/products/?q=rice&origin=FR"
    assert response.context["clear_url"] == "/products/?q=rice"


def test_nothing_found_offers_to_make_a_demand_of_the_words(client):
    response = client.get(reverse("products"), {"q": "unobtainium"})
    assert response.context["empty_url"] == "/buyer/demands/new/?text=unobtainium"
    assert "Make a demand of these words" in response.content.decode()


@pytest.mark.parametrize("page", ["-1", "0", "1000000000000", "x", "١"])
def test_b8_numbers_of_pages_are_not_read(client, page):
    row = make.product(name="Jasmine rice")
    response = client.get(reverse("products"), {"page": page, "page_size": "1000000000"})
    assert (response.status_code, [card.pk for card in response.context["rows"]]) == (200, [row.pk])


@pytest.mark.parametrize(
    "after", ["x", "-1", "W10=", "WzEsIDJd", "WzEsICJ4Il0=", "W1tbW1tbW1tb", "\U0001f600", "A" * 5000]
)
def test_b8_a_damaged_place_in_the_list_is_refused_and_the_beginning_shown(client, after):
    row = make.product(name="Jasmine rice")
    response = client.get(reverse("products"), {"after": after})
    assert (response.status_code, [card.pk for card in response.context["rows"]]) == (400, [row.pk])


def test_pages_lead_through_the_whole_list_and_back_to_its_beginning(client, monkeypatch):
    monkeypatch.setattr("matchmaker.web.public.directory.PAGE", 2)
    for n in range(5):
        make.product(name=f"Jasmine rice {n}", origin="TH")
    address, seen = "/products/?origin=TH", []
    while address:
        response = client.get(address)
        place = response.context["place"]
        seen += shown(response)
        assert (place["total"], place["last"]) == (5, len(seen))
        assert place["start_url"] == ("" if place["first"] == 1 else "/products/?origin=TH")
        address = place["next_url"]
    assert sorted(seen) == [f"Jasmine rice {n}" for n in range(5)]


def test_a_product_taken_away_is_not_shown_from_an_index_that_still_holds_it(client, monkeypatch):
    gone, kept = make.product(name="Jasmine rice"), make.product(name="Jasmine tea")
    client.get(reverse("products"))
    index = keeping.current("products")
    monkeypatch.setattr(keeping, "current", lambda kind: index)
    Product.objects.filter(pk=gone.pk).update(status=Product.Status.PAUSED)
    assert shown(client.get(reverse("products"))) == [kept.name]


@pytest.mark.parametrize("sort", ["password", "owner__email", "-id", "newest' OR 1=1"])
def test_b9_an_unknown_order_is_refused_with_a_sentence(client, sort):
    response = client.get(reverse("products"), {"sort": sort})
    assert response.status_code == 400
    assert "There is no such order" in response.content.decode()


def test_b10_unknown_parameters_never_reach_the_rows(client):
    make.product(name="Jasmine rice")
    address = reverse("products") + "?_connector=OR%201=1&company__members__password__startswith=a&status=draft"
    assert shown(client.get(address)) == ["Jasmine rice"]


@pytest.mark.parametrize("route", ["product", "supplier", "demand"])
def test_b11_what_may_not_be_seen_looks_like_what_does_not_exist(client, route):
    hidden = {
        "product": lambda: make.product(status=Product.Status.DRAFT),
        "supplier": lambda: make.supplier(status="pending"),
        "demand": lambda: make.demand(visibility=Demand.Visibility.PRIVATE, lines=1),
    }[route]()
    random = uuid.uuid4()
    pages = [client.get(reverse(route, args=[uid])) for uid in (hidden.uid, random)]
    assert [page.status_code for page in pages] == [404, 404]
    changing = re.compile(f'{hidden.uid}|{random}|(?<=csrfmiddlewaretoken" value=")[^"]+')
    first, second = (changing.sub("", page.content.decode()) for page in pages)
    assert first == second


@pytest.mark.parametrize("key", ["1 OR 1=1", "../", "x" * 7000, "١٢٣"])
@pytest.mark.parametrize("place", ["products", "suppliers", "demands"])
def test_b12_a_key_that_is_none_is_not_found(client, place, key):
    assert client.get(f"/{place}/{key}/").status_code == 404


def test_b20_what_people_typed_is_shown_and_never_run(client):
    name = "<script>alert(1)</script>{{7*7}}${x}%s"
    row = make.product(name=name, description=name)
    page = client.get(reverse("product", args=[row.uid])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}${x}%s" in page
    assert "\\u003Cscript\\u003Ealert" in page  # the structured data


@pytest.mark.parametrize("who", ["stranger", "supplier", "buyer"])
def test_b62_a_private_demand_appears_nowhere_on_the_public_side(client, who):
    make.line(make.demand(visibility=Demand.Visibility.PRIVATE, title="秘密采购计划"), text="秘密采购计划茉莉香米")
    if who != "stranger":
        client.force_login(make.member_of(getattr(make, who)()))
    pages = ("home", "demands", "categories", "products", "suppliers", "sitemap")
    addresses = [reverse(page) for page in pages]
    addresses += [reverse("sitemap_file", args=["demands", 1]), reverse("category", args=["AGRI-01"])]
    addresses += [f"{reverse('demands')}?q=茉莉香米", f"{reverse('demands')}?category=AGRI-01"]
    for address in addresses:
        assert "秘密采购计划" not in client.get(address).content.decode()
    assert client.get(reverse("demands")).context["total"] == 0


def test_b63_a_character_that_cannot_be_stored_is_refused(client):
    response = client.get(reverse("products") + "?q=rice%00")
    assert response.status_code == 400
    assert "cannot be stored" in response.content.decode()


@pytest.mark.parametrize(
    "typed", ["%" * 1000, "(a+)+$", '"', "*" * 50, "' OR 1=1", "茉莉" * 300, "😀", "أرز", "ＲＩＣＥ"]
)
def test_b63_b64_hard_searches_are_answered(client, typed):
    make.product(name="Jasmine rice")
    for place in ("products", "suppliers", "demands"):
        assert client.get(reverse(place), {"q": typed}).status_code == 200


def test_the_list_needs_the_same_queries_for_one_product_and_for_twelve(client, django_assert_max_num_queries):
    for _n in range(12):
        make.product(company=make.supplier(), certificates=("HACCP",))
    client.get(reverse("products"))
    with django_assert_max_num_queries(9):
        client.get(reverse("products"))
