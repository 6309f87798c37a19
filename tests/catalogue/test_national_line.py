"""The line of the Chinese tariff that a product stands on, and that a quote keeps."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.catalogue.services import save_product
from matchmaker.market_access.models import TariffRate
from matchmaker.market_access.services import duty_of, load_market_access
from tests import factories

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 7, 1)
FREE, DEAR = "10063010", "10063090"


@pytest.fixture
def rice():
    load_market_access()
    factories.hs_code("100630")
    product = factories.product(factories.supplier(country="IR"), hs_code="100630", origin="IR")
    for code, percent in ((FREE, 5), (DEAR, 10)):
        TariffRate.objects.create(
            hs_code=code, regime="MFN", percent=percent, valid_from=dt.date(2026, 1, 1), source="TEST DATA"
        )
    return product


def choose(product, line: str):
    return save_product(
        by=factories.member_of(product.company), company=product.company, product=product, national_line=line
    )


def test_duty_of_a_product_is_that_of_its_line(rice):
    assert (duty_of(rice, DAY).mfn.low, duty_of(rice, DAY).mfn.high) == (Decimal(5), Decimal(10))
    choose(rice, DEAR)
    assert (duty_of(rice, DAY).mfn.low, duty_of(rice, DAY).mfn.high) == (Decimal(10), Decimal(10))


@pytest.mark.parametrize("line", ["08044000", "1006301", "1006.3010"])
def test_a_line_is_digits_below_the_code(rice, line):
    with pytest.raises(ValidationError) as refused:
        choose(rice, line)
    assert list(refused.value.error_dict) == ["national_line"]
    rice.refresh_from_db()
    assert rice.national_line == ""


def test_another_code_takes_the_line_of_the_code_before_away(rice):
    choose(rice, DEAR)
    factories.hs_code("080440")
    by = factories.member_of(rice.company)
    kept = save_product(by=by, company=rice.company, product=rice, hs_code="100630")
    assert kept.national_line == DEAR
    changed = save_product(by=by, company=rice.company, product=rice, hs_code="080440")
    assert changed.national_line == ""


def test_supplier_picks_the_line_on_the_page_of_rules_and_duty(client, rice):
    client.force_login(factories.member_of(rice.company))
    page = reverse("supplier_product_market", args=[rice.uid])
    shown = client.get(page, {"on": "2026-07-01"}).content.decode()
    assert f'<option value="{FREE}" >' in shown
    answer = client.post(reverse("supplier_product_line", args=[rice.uid]) + "?on=2026-07-01", {"national_line": FREE})
    assert answer.url == page + "?on=2026-07-01"
    box = client.get(answer.url)
    assert box.context["duty"].mfn == "5%"
    assert f'<option value="{FREE}" selected>' in box.content.decode()


def test_a_line_that_the_loaded_tariff_does_not_have_stays_visible(client, rice):
    choose(rice, "10063055")
    client.force_login(factories.member_of(rice.company))
    shown = client.get(reverse("supplier_product_market", args=[rice.uid]), {"on": "2026-07-01"})
    assert '<option value="10063055" selected>' in shown.content.decode()
    assert shown.context["duty"].mfn == ""


def test_only_members_pick_the_line(client, rice):
    client.force_login(factories.member_of(factories.supplier()))
    answer = client.post(reverse("supplier_product_line", args=[rice.uid]), {"national_line": FREE})
    assert answer.status_code == 404
    rice.refresh_from_db()
    assert rice.national_line == ""
