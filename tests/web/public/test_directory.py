"""The directory as pages: the address is the state, and nothing in it reaches the database unread."""

import datetime as dt
import re
import uuid
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue.models import Demand, Product
from matchmaker.directory.index_service import IndexService
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"


def names_on_page(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


def test_words_and_filters_of_the_address_choose_what_is_shown(client):
    make.product(name="Jasmine rice", origin="TH")
    make.product(name="Camargue rice", origin="FR")
    make.product(name="Ball valve", origin="IT", hs_code="", category=make.category("TECH-01"))
    assert sorted(names_on_page(client.get(reverse("products")))) == ["Ball valve", "Camargue rice", "Jasmine rice"]
    assert names_on_page(client.get(reverse("products"), {"q": "rice", "origin": "FR"})) == ["Camargue rice"]


def test_what_is_only_related_stands_below_a_line_of_its_own(client):
    make.product(name="Ball valve", hs_code="")
    make.product(name="Pneumatic rotary unit", description="turns a ball valve in a plant", hs_code="")
    response = client.get(reverse("products"), {"q": "ball valve"})
    assert names_on_page(response) == ["Ball valve"]
    assert [row.name for row in response.context["related"]] == ["Pneumatic rotary unit"]
    page = response.content.decode()
    assert page.index("Ball valve</") < page.index("Less related") < page.index("Pneumatic rotary unit</")


def test_where_nothing_fits_the_page_says_so_and_shows_the_nearest(client):
    make.product(name="Pneumatic rotary unit", description="turns a ball valve in a plant", hs_code="")
    response = client.get(reverse("products"), {"q": "ball valve plant"})
    assert names_on_page(response) == []
    assert "Nothing fits: these come closest" in response.content.decode()
    newest = client.get(reverse("products"), {"q": "ball valve plant", "sort": "newest"})
    assert "Less related" not in newest.content.decode()


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
def test_numbers_of_pages_are_not_read(client, page):
    row = make.product(name="Jasmine rice")
    response = client.get(reverse("products"), {"page": page, "page_size": "1000000000"})
    assert (response.status_code, [card.pk for card in response.context["rows"]]) == (200, [row.pk])


@pytest.mark.parametrize(
    "after", ["x", "-1", "W10=", "WzEsIDJd", "WzEsICJ4Il0=", "W1tbW1tbW1tb", "\U0001f600", "A" * 5000]
)
def test_a_damaged_place_in_the_list_is_refused_and_the_beginning_shown(client, after):
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
        seen += names_on_page(response)
        assert (place.total, place.last) == (5, len(seen))
        assert place.start_url == ("" if place.first == 1 else "/products/?origin=TH")
        address = place.next_url
    assert sorted(seen) == [f"Jasmine rice {n}" for n in range(5)]


def test_a_product_taken_away_is_not_shown_from_an_index_that_still_holds_it(client, monkeypatch):
    gone, kept = make.product(name="Jasmine rice"), make.product(name="Jasmine tea")
    client.get(reverse("products"))
    monkeypatch.setattr(IndexService, "_is_ready", lambda self, kind, directory: True)  # as it was a moment ago
    Product.objects.filter(pk=gone.pk).update(status=Product.Status.PAUSED)
    assert names_on_page(client.get(reverse("products"))) == [kept.name]


@pytest.mark.parametrize("sort", ["password", "owner__email", "-id", "newest' OR 1=1"])
def test_an_unknown_order_is_refused_with_a_sentence(client, sort):
    response = client.get(reverse("products"), {"sort": sort})
    assert response.status_code == 400
    assert "There is no such order" in response.content.decode()


def test_unknown_parameters_never_reach_the_rows(client):
    make.product(name="Jasmine rice")
    address = reverse("products") + "?_connector=OR%201=1&company__members__password__startswith=a&status=draft"
    assert names_on_page(client.get(address)) == ["Jasmine rice"]


@pytest.mark.parametrize("route", ["product", "supplier", "demand"])
def test_what_may_not_be_seen_looks_like_what_does_not_exist(client, route):
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
def test_a_key_that_is_none_is_not_found(client, place, key):
    assert client.get(f"/{place}/{key}/").status_code == 404


def test_what_people_typed_is_shown_and_never_run(client):
    name = "<script>alert(1)</script>{{7*7}}${x}%s"
    row = make.product(name=name, description=name)
    page = client.get(reverse("product", args=[row.uid])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}${x}%s" in page
    assert "\\u003Cscript\\u003Ealert" in page  # the structured data


@pytest.mark.parametrize("who", ["stranger", "supplier", "buyer"])
def test_a_private_demand_appears_nowhere_on_the_public_side(client, who):
    make.line(make.demand(visibility=Demand.Visibility.PRIVATE, title="秘密采购计划"), text="秘密采购计划茉莉香米")
    if who != "stranger":
        client.force_login(make.member_of(getattr(make, who)()))
    pages = ("home", "demands", "categories", "products", "suppliers", "sitemap")
    addresses = [reverse(page) for page in pages]
    addresses += [reverse("sitemap_file", args=["en", "demands", 1]), reverse("category", args=["AGRI-01"])]
    addresses += [f"{reverse('demands')}?q=茉莉香米", f"{reverse('demands')}?category=AGRI-01"]
    for address in addresses:
        assert "秘密采购计划" not in client.get(address).content.decode()
    assert client.get(reverse("demands")).context["total"] == 0


def test_a_character_that_cannot_be_stored_is_refused(client):
    response = client.get(reverse("products") + "?q=rice%00")
    assert response.status_code == 400
    assert "cannot be stored" in response.content.decode()


@pytest.mark.parametrize(
    "typed", ["%" * 1000, "(a+)+$", '"', "*" * 50, "' OR 1=1", "茉莉" * 300, "😀", "أرز", "ＲＩＣＥ"]
)
def test_hard_searches_are_answered(client, typed):
    make.product(name="Jasmine rice")
    for place in ("products", "suppliers", "demands"):
        assert client.get(reverse(place), {"q": typed}).status_code == 200


def test_the_list_needs_the_same_queries_for_one_product_and_for_twelve(client, django_assert_max_num_queries):
    for _n in range(12):
        make.product(company=make.supplier(), certificates=("HACCP",))
    client.get(reverse("products"))
    with django_assert_max_num_queries(9):
        client.get(reverse("products"))


class Form(HTMLParser):
    """What a browser sends of the search form of a page when nothing but the words is changed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._inside, self._select, self._options = False, "", []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form" and "directory-form" in (given.get("class") or ""):
            self._inside = True
        elif self._inside and tag == "input" and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self.fields.append((given["name"], given.get("value") or ""))
        elif self._inside and tag == "select":
            self._select, self._options = given.get("name", ""), []
        elif self._inside and tag == "option":
            self._options.append(("selected" in given, given.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False
        elif self._inside and tag == "select" and self._select:
            chosen = [value for is_selected, value in self._options if is_selected] or [self._options[0][1]]
            self.fields.append((self._select, chosen[0]))

    def with_words(self, words: str) -> list[tuple[str, str]]:
        return [(name, words if name == "q" else value) for name, value in self.fields]


def _typed(client, page: str, words: str):
    """The page after these words were typed into the search form of another page."""
    form = Form(client.get(page).content.decode())
    assert "q" in dict(form.fields)
    return client.get(page.partition("?")[0], QueryDict(urlencode(form.with_words(words))))


def _valves(kind: str) -> None:
    """The one that fits best is the oldest, and the last by its name."""
    for at, name in enumerate(("Forged steel ball valve", "Ball", "Steel pipe with a valve and many other things")):
        if kind == "demands":
            row = make.demand(title=name, lines=0)
            make.line(row, text=name, hs_code="", category=make.category("TECH-01"))
            Demand.objects.filter(pk=row.pk).update(published_at=timezone.now() + dt.timedelta(minutes=at))
            continue
        company = make.supplier(legal_name=f"{'CBA'[at]} Ltd", name_key=f"{'cba'[at]} ltd")
        row = make.product(name=name, company=company, hs_code="", category=make.category("TECH-01"))
        Product.objects.filter(pk=row.pk).update(published_at=timezone.now() + dt.timedelta(minutes=at))


@pytest.mark.parametrize("kind", ["products", "suppliers", "demands"])
@pytest.mark.parametrize("before", ["", "?group=TECH", "?sort_list=newest", "?sort=newest&group=TECH"])
def test_words_typed_into_the_form_of_a_directory_are_sorted_by_fit(client, kind, before):
    _valves(kind)
    by_words = client.get(reverse(kind), {"q": "forged steel ball valve"})
    typed = _typed(client, reverse(kind) + before, "forged steel ball valve")
    assert (typed.context["sort"], by_words.context["sort"]) == ("fit", "fit")
    assert typed.context["rows"] == by_words.context["rows"]
    first = typed.context["rows"][0]
    named = {
        "products": lambda row: row.name,
        "suppliers": lambda row: row.legal_name,
        "demands": lambda row: row.title,
    }
    assert named[kind](first) == {"suppliers": "C Ltd"}.get(kind, "Forged steel ball valve")


def test_an_order_chosen_for_words_stays_with_them(client):
    _valves("products")
    page = _typed(client, reverse("products") + "?q=valve&sort=name", "steel valve")
    assert page.context["sort"] == "name"


def test_an_order_of_a_list_without_words_is_kept_in_its_own_parameter(client):
    make.product(name="B")
    make.product(name="A")
    assert names_on_page(client.get(reverse("products"), {"sort_list": "name"})) == ["A", "B"]
    assert names_on_page(client.get(reverse("products"), {"sort": "name"})) == ["A", "B"]


def test_a_request_searches_once_and_the_other_directories_are_counted_when_asked(client, monkeypatch):
    make.product(name="Jasmine rice")
    searched = []
    search = IndexService.search

    def counting(self, kind, *given):
        searched.append(kind)
        return search(self, kind, *given)

    monkeypatch.setattr(IndexService, "search", counting)
    page = client.get(reverse("products"), {"q": "rice"})
    assert searched == ["products"]
    assert [one["count"] for one in page.context["kinds"]] == [1, None, None]
    assert "/products/totals/?q=rice" in page.content.decode()
    totals = client.get(reverse("products_totals"), {"q": "rice"})
    assert [one["count"] for one in totals.context["kinds"]] == [1, 1, 0]
    assert "data-hx-get" not in totals.content.decode()


@pytest.mark.parametrize("words", ["茉莉香米", "rice", "basmatti", "molixiangmi", "100630", "unobtainium"])
@pytest.mark.parametrize("kind", ["products", "suppliers", "demands"])
def test_the_api_finds_what_the_page_finds(client, kind, words):
    for name in ("Jasmine rice", "Basmati", "Ball valve"):
        make.product(name=name, hs_code="848180" if "valve" in name else "100630")
        make.line(make.demand(title=name, language="en"), text=name, language="en", hs_code="100630")
    make.line(make.demand(title="茉莉香米采购", language="zh"), text="茉莉香米", hs_code="")
    make.product(name="泰国茉莉香米", language="zh")
    make.product(name="Jasmine rice", status=Product.Status.DRAFT)
    page = client.get(reverse(kind), {"q": words})
    address = {"suppliers": "companies"}.get(kind, kind)
    listed = client.get(f"/api/v1/{address}/", {"q": words}).json()
    shown_uids = {str(row.uid) for row in [*page.context["rows"], *page.context["related"]]}
    assert {row["uid"] for row in listed["results"]} == shown_uids
    assert bool(shown_uids) == (words != "unobtainium")
