"""One rule for a product and a demand, whether a page, the API or a sheet brings it."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.catalogue import rules
from matchmaker.catalogue.services import save_product
from matchmaker.imports.kinds import products as sheet
from tests import factories as make
from tests.api.conftest import Caller
from tests.web.supplier.test_products import errors, filled

pytestmark = pytest.mark.django_db
SENTENCE = "Say which unit the capacity is in."


@pytest.fixture
def product():
    return make.product()


def test_a_capacity_without_a_unit_is_refused_by_the_service(product):
    by = make.member_of(product.company)
    with pytest.raises(ValidationError) as caught:
        save_product(by=by, company=product.company, product=product, capacity=Decimal(400), capacity_unit="")
    assert caught.value.message_dict == {"capacity_unit": [SENTENCE]}


def test_a_capacity_without_a_unit_is_refused_by_the_page(client, product):
    client.force_login(make.member_of(product.company))
    page = client.post(reverse("supplier_product_edit", args=[product.uid]), filled(capacity="400", capacity_unit=""))
    assert (page.status_code, errors(page, "capacity_unit")) == (422, [SENTENCE])


def test_a_capacity_without_a_unit_is_refused_by_the_api(product):
    api = Caller(make.member_of(product.company))
    answer = api.patch(f"/api/v1/products/{product.uid}/", {"capacity": "400", "capacity_unit": ""})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "capacity_unit", "code": "invalid", "detail": SENTENCE}]


def test_an_import_asks_the_same_function():
    row = SimpleNamespace(
        hs_code="", category_id=None, currency="", price_unit="", origin="", min_order_unit="", capacity_unit="",
        min_order=None, capacity=Decimal(400), price_low=None, price_high=None,
    )  # fmt: skip
    problems: dict = {}
    rules.check_product(row, [], problems)
    assert problems == {"capacity_unit": SENTENCE}
    assert sheet.rules is rules
