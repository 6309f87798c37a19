"""Readiness and duty of stored products; rates here are TEST DATA."""

from datetime import date
from decimal import Decimal

import pytest

from matchmaker.catalogue.models import Product
from matchmaker.market_access.models import (
    TariffRate,
)
from matchmaker.market_access.readiness import State
from matchmaker.market_access.services import (
    duty_of,
    import_tariff,
    readiness_difference,
    readiness_of,
    readiness_of_many,
)
from tests import factories

JULY = date(2026, 7, 1)
HEADER = "hs_code,regime,rate_percent,rate_text,valid_from,valid_until,source\n"


def tariff(*lines):
    return (HEADER + "".join(f"{line}\n" for line in lines)).encode()


def test_readiness_of_many_asks_the_same_number_of_queries(records, django_assert_num_queries):
    group = factories.category("CONS-01")
    rows = [factories.product(hs_code="330499", origin="FR", category=group) for _ in range(6)]
    listed = Product.objects.filter(pk__in=[row.pk for row in rows]).select_related("category")
    with django_assert_num_queries(8):
        found = readiness_of_many(listed.prefetch_related("certificates"), JULY)
    assert len(found) == 6


def test_readiness_difference_of_a_stored_product(biscuits):
    changes = readiness_difference(biscuits, date(2026, 5, 15), JULY)
    assert [(one.kind, one.requirement) for one in changes] == [("replaced", "GACC-FOOD")]


def test_a_product_without_category_and_code_is_unknown(maker, records):
    product = factories.product(maker, hs_code="", category_id=None, status="draft")
    assert readiness_of(product, JULY).state is State.UNKNOWN


def test_duty_of_a_kenyan_avocado(records):
    product = factories.product(hs_code="080440", origin="KE")
    assert duty_of(product, date(2026, 4, 30)).best is None
    assert duty_of(product, date(2026, 5, 1)).best.agreement.code == "AFR-ZERO"


def test_duty_of_uses_loaded_rates(records):
    content = tariff("08044000,MFN,25,,2026-01-01,,TEST DATA")
    import_tariff(by=factories.organiser(), content=content, apply=True)
    product = factories.product(hs_code="080440", origin="KE")
    answer = duty_of(product, JULY, value=Decimal(1000))
    assert (answer.mfn.low, answer.best.saving.low) == (Decimal(25), Decimal("250.00"))
    assert duty_of(product, JULY, origin="PE").options[0].agreement.code == "PER"


def test_duty_of_takes_five_queries_at_most(records, django_assert_max_num_queries):
    product = factories.product(hs_code="080440", origin="KE")
    with django_assert_max_num_queries(5):
        duty_of(product, JULY)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("080440", ["08044000", "0804400010"]),
        ("08044000", ["08044000", "0804400010"]),
        ("0804400010", ["08044000", "0804400010"]),
        ("0804400090", ["08044000"]),
        ("08", ["08044000", "0804400010", "08045010"]),
        ("070959", []),
        ("999999", ["99999999"]),
    ],
)
def test_national_lines_below_a_code(db, code, found):
    for line in ("08044000", "0804400010", "08045010", "09011100", "99999999"):
        TariffRate.objects.create(hs_code=line, regime="MFN", percent=1, valid_from="2026-01-01", source="TEST DATA")
    assert list(TariffRate.objects.below(code).values_list("hs_code", flat=True)) == found
