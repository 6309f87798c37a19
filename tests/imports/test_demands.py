"""Demand lines from a sheet follow the rules of those that are typed."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.imports import services
from tests import factories
from tests.imports.sheets import applied, as_csv, outcome, previewed

pytestmark = pytest.mark.django_db
HEAD = ["Demand", "What you want to buy", "Quantity", "Unit", "Closing date"]


@pytest.fixture
def market(db):
    return factories.buyer()


@pytest.fixture
def buyer(market):
    return factories.member_of(market)


def sheet(*rows, closes=None) -> bytes:
    closing = (closes or timezone.localdate() + dt.timedelta(days=30)).isoformat()
    return as_csv([HEAD, *[["Rice 2027", *row, closing] for row in rows]])


def bring(by, company, content):
    return applied(by=by, batch=previewed(by=by, company=company, kind="demands", content=content))


def test_undoing_an_import_empties_the_fields_it_filled(market, buyer):
    demand = factories.demand(market, title="Rice 2027", status=Demand.Status.DRAFT)
    line = DemandLine.objects.create(demand=demand, number=1, text="Jasmine rice")
    batch = bring(buyer, market, sheet(["Jasmine rice", "200", "t"]))
    line.refresh_from_db()
    assert (line.quantity, line.unit) == (200, "t")
    services.undo_import(by=buyer, batch=batch)
    services.work_waiting()
    line.refresh_from_db()
    assert (line.quantity, line.unit) == (None, "")


def test_a_change_of_an_open_demand_is_kept_as_a_version_and_screened(market, buyer):
    demand = factories.demand(market, title="Rice 2027")
    DemandLine.objects.create(demand=demand, number=1, text="Jasmine rice, ask wang@example.org")
    bring(buyer, market, sheet(["Jasmine rice, ask wang@example.org", "200", "t"]))
    demand.refresh_from_db()
    assert demand.versions.first().said["lines"][0]["quantity"] == "200.00"
    assert demand.status == Demand.Status.SUBMITTED


def test_a_demand_takes_a_hundred_lines_and_the_others_are_refused_with_the_reason(market, buyer):
    batch = bring(buyer, market, sheet(*[[f"Rice {n}", "1", "t"] for n in range(102)]))
    assert outcome(batch) == {"total": 102, "created": 100, "updated": 0, "unchanged": 0, "rejected": 2}
    assert batch.rows.filter(action="reject").first().problems == {"": "A demand can have up to 100 lines."}
    assert DemandLine.objects.count() == 100


def test_a_closing_date_years_away_is_refused_as_in_the_form(market, buyer):
    batch = previewed(
        by=buyer,
        company=market,
        kind="demands",
        content=sheet(["Jasmine rice", "200", "t"], closes=timezone.localdate() + dt.timedelta(days=5 * 365)),
    )
    assert batch.rows.get().problems == {"closing_on": "Choose a closing date within the next three years."}


def test_an_amount_and_its_unit_in_one_cell_are_read_and_shown(market, buyer):
    batch = bring(buyer, market, sheet(["Wine", "2×40HQ", ""], ["Oil", "500 瓶", "瓶"], ["Tea", "3柜", "t"]))
    lines = {line.text: (line.quantity, line.unit) for line in DemandLine.objects.filter(demand__title="Rice 2027")}
    assert lines == {"Wine": (2, "40hq"), "Oil": (500, "bottle")}
    assert batch.rows.get(row_no=2).notes["unit"] == "40hq"
    assert list(batch.rows.get(row_no=4).problems) == ["quantity"]
