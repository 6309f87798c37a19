"""What open demands for such goods ask for and a product does not say."""

import pytest

from matchmaker.matching.services.gaps import Gap, gaps
from matchmaker.web.supplier.products import completeness
from tests import factories

pytestmark = pytest.mark.django_db


def make_line(**line):
    demand = factories.demand(**line.pop("demand", {}))
    return demand.lines.create(number=1, text="米", category=factories.category("AGRI-01"), **line)


@pytest.fixture
def product():
    return factories.product(category=factories.category("AGRI-01"), min_order=None, lead_time_days=None)


def test_what_is_asked_for_most_stands_first(product):
    for _n in range(3):
        make_line(certificates_required=["HALAL"])
    make_line(certificates_required=["HALAL", "KOSHER"], quantity=5, unit="t")
    found = gaps(product)
    assert found[0] == Gap("certificates", 4, 4, "HALAL")
    assert {(gap.code, gap.detail, gap.lines) for gap in found[1:]} == {
        ("certificates", "KOSHER", 1),
        ("minimum_order", "", 1),
    }


def test_what_a_private_demand_asks_for_is_told_to_nobody(product):
    make_line(certificates_required=["HALAL"], demand={"visibility": "private"})
    make_line(certificates_required=["HALAL"], demand={"visibility": "invited"})
    make_line(certificates_required=["HALAL"], demand={"status": "draft"})
    assert gaps(product) == []


def test_other_goods_do_not_count(product):
    factories.demand().lines.create(
        number=1, text="阀门", category=factories.category("MACH-01"), certificates_required=["CE"]
    )
    assert gaps(product) == []


def test_a_price_in_another_unit_is_an_answer(product):
    product.price_low, product.currency, product.price_unit = 1, "USD", "carton"
    make_line(target_price=2, currency="CNY", price_unit="kg")
    assert gaps(product) == []


def test_a_level_that_is_not_reached_is_named(product):
    make_line(demand={"wanted_verification": 2})
    assert gaps(product) == [Gap("verification", 1, 1, "2")]


def test_the_meter_says_what_to_do_and_how_many_ask(product):
    make_line(certificates_required=["HALAL"])
    (said,) = completeness(product, gaps(product)).wanted
    assert (said.sentence, said.asked_by) == (
        "Tick Halal certification if you hold it.",
        "1 of 1 open demand line for such goods",
    )
