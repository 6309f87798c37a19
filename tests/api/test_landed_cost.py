"""GET /landed-cost/: the sum of the page for programs. Rates here are TEST DATA."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from matchmaker.market_access.models import AdditionalDutyList, TariffRate
from matchmaker.market_access.services import load_market_access
from tests import factories

pytestmark = pytest.mark.django_db
WINE = {
    "hs_code": "22042100",
    "origin": "FR",
    "ship": "2026-07-01",
    "value": "10000",
    "currency": "CNY",
    "incoterm": "FOB",
    "freight": "800",
    "insurance": "200",
    "fees": "0",
}


@pytest.fixture(autouse=True)
def _records(db):
    load_market_access()
    AdditionalDutyList.objects.create(as_of=dt.date(2026, 6, 1), source="TEST LIST")
    for regime, percent in (("MFN", 14), ("VAT", 13), ("CONSUMPTION", 10)):
        given = {"valid_from": "2026-01-01", "source": "TEST TARIFF", "percent": percent}
        TariffRate.objects.create(hs_code="22042100", regime=regime, **given)


def test_the_sum_is_given_part_by_part(anonymous):
    answer = anonymous.get(reverse("api_landed_cost", query=WINE))
    body = answer.json()
    (entry,) = body["sums"]
    # 11,000; 14% = 1,540; (12,540) / 0.9 x 0.1 = 1,393.33; 13% of 13,933.33 = 1,811.33
    parts = {part["name"]: part["low"] for part in entry["in_yuan"]["parts"]}
    assert parts["duty"] == "1540.00"
    assert parts["consumption"] == "1393.33"
    assert parts["vat"] == "1811.33"
    assert (entry["in_yuan"]["customs_value"], entry["in_yuan"]["high"]) == ("11000.00", "15744.66")
    assert (entry["is_complete"], body["is_complete"], entry["may_be_lower_under"]) == (True, True, [])
    assert body["national_lines"] == [{"code": "22042100", "percent": "14.0000", "text": ""}]
    assert body["duty"]["mfn"] == "14%"


def test_a_sum_that_an_agreement_may_lower_is_not_complete(anonymous):
    body = anonymous.get(reverse("api_landed_cost", query=WINE | {"origin": "TH"})).json()
    assert (body["sums"][0]["is_complete"], body["sums"][0]["may_be_lower_under"]) == (False, ["ACFTA", "RCEP"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("hs_code", "2204"), ("origin", "XX"), ("incoterm", "ABC"), ("currency", "EURO"), ("value", "much")],
)
def test_what_cannot_be_read_is_a_problem_that_names_its_field(anonymous, field, value):
    answer = anonymous.get(reverse("api_landed_cost", query=WINE | {field: value}))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_an_assumed_share_is_marked_in_the_part(anonymous):
    factories.campaign(freight_percent=Decimal(8))
    query = {name: value for name, value in WINE.items() if name != "freight"}
    (entry,) = anonymous.get(reverse("api_landed_cost", query=query)).json()["sums"]
    parts = {part["name"]: (part["state"], part["low"], part["assumed_percent"]) for part in entry["in_yuan"]["parts"]}
    assert parts["freight"] == ("known", "800.00", "8.00")
    assert parts["insurance"] == ("known", "200.00", None)
