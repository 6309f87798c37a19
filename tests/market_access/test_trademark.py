"""The brand in China: advice that never counts, answered once for the whole company."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company, Membership
from matchmaker.market_access.brands import TRADEMARK, probable_class
from matchmaker.market_access.models import Registration
from matchmaker.market_access.services import load_market_access, readiness_of
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 7, 1)


@pytest.fixture
def wine():
    load_market_access()
    factories.hs_code("220421")
    return factories.product(factories.supplier(country="CL"), hs_code="220421", origin="CL")


def answered(product, brand: str):
    """The advice on its brand after the company's answer."""
    Company.objects.filter(pk=product.company_id).update(brand_in_china=brand)
    return readiness_of(product, DAY).advice[0]


@pytest.mark.parametrize(
    ("brand", "status"),
    [("", "unknown"), ("filed", "stated"), ("not_filed", "missing"), ("none", "not_applicable")],
)
def test_one_answer_of_the_company_decides_the_advice(wine, brand, status):
    item = answered(wine, brand)
    assert (item.rule.code, item.status.value) == ("TRADEMARK-FILED", status)


def test_advice_is_never_counted(wine):
    before = readiness_of(wine, DAY)
    answered(wine, "not_filed")
    after = readiness_of(wine, DAY)
    assert (before.state, before.counts) == (after.state, after.counts)
    assert all(item.rule.code != "TRADEMARK-FILED" for item in after.items)


def test_a_recorded_number_of_the_mark_is_seen(wine):
    Registration.objects.create(
        company=wine.company, product=wine, code=TRADEMARK, number="12345678", seen_on=dt.date(2026, 1, 1)
    )
    assert answered(wine, "not_filed").status.value == "met"


@pytest.mark.parametrize(("code", "number"), [("220421", 33), ("", None), ("999999", None)])
def test_class_of_goods(code, number):
    assert probable_class(code) == number


def test_page_of_rules_shows_the_advice_and_takes_the_answer(client, wine):
    client.force_login(factories.member_of(wine.company))
    page = reverse("supplier_product_market", args=[wine.uid])
    shown = client.get(page)
    counted = (shown.context["met"], shown.context["needed"])
    assert shown.context["nice_class"] == 33
    assert 'id="id_brand_in_china"' in shown.content.decode()
    answer = client.post(reverse("supplier_product_brand", args=[wine.uid]), {"brand_in_china": "not_filed"})
    assert answer.url == page
    wine.company.refresh_from_db()
    assert wine.company.brand_in_china == "not_filed"
    shown = client.get(page)
    assert (shown.context["met"], shown.context["needed"]) == counted
    assert shown.context["advice"][0]["state"] == "missing"


def test_nonsense_and_strangers_change_nothing(client, wine):
    client.force_login(factories.member_of(wine.company))
    where = reverse("supplier_product_brand", args=[wine.uid])
    client.post(where, {"brand_in_china": "yes, of course"})
    client.force_login(factories.member_of(factories.supplier()))
    assert client.post(where, {"brand_in_china": "filed"}).status_code == 404
    wine.company.refresh_from_db()
    assert wine.company.brand_in_china == ""


def test_a_member_without_rights_is_refused_in_a_sentence(client, wine):
    Membership.objects.filter(company=wine.company).update(role=Membership.Role.MEMBER)
    client.force_login(factories.member_of(wine.company))
    where = reverse("supplier_product_brand", args=[wine.uid])
    answer = client.post(where, {"brand_in_china": "filed"}, follow=True)
    assert [str(one) for one in answer.context["messages"]] != ["Saved."]
    assert "id_brand_in_china" not in answer.content.decode()
    wine.company.refresh_from_db()
    assert wine.company.brand_in_china == ""


def form_of(product) -> dict:
    return {
        "texts-TOTAL_FORMS": "1",
        "texts-INITIAL_FORMS": "1",
        "texts-0-language": "en",
        "texts-0-name": "Red wine",
        "texts-0-description": "A wine of Maipo.",
        "origin": "CL",
        "category": str(product.category_id),
        "hs_code": product.hs_code,
    }


def test_asked_once_before_something_is_shown(client, wine):
    Product.objects.update(status="draft")
    client.force_login(factories.member_of(wine.company))
    page = reverse("supplier_product_edit", args=[wine.uid])
    assert 'name="brand_in_china"' in client.get(page).content.decode()
    client.post(page, form_of(wine) | {"brand_in_china": "not_filed"})
    wine.company.refresh_from_db()
    assert wine.company.brand_in_china == "not_filed"
    assert 'name="brand_in_china"' not in client.get(page).content.decode()


def test_not_asked_of_what_is_shown_already(client, wine):
    Product.objects.update(status="published")
    client.force_login(factories.member_of(wine.company))
    shown = client.get(reverse("supplier_product_edit", args=[wine.uid])).content.decode()
    assert 'name="brand_in_china"' not in shown
