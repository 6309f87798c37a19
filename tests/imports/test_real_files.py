"""Real lists of data/eval-dev: exhibitors of two fairs, companies with their LEI, products of a marketplace."""

import csv
import io

import pytest
from django.conf import settings
from django.core.management import call_command

from matchmaker.campaigns.models import Participation
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.imports import services
from tests import factories
from tests.imports.sheets import applied, opened, outcome, previewed

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FILES = settings.DATA_DIR / "eval-dev"


@pytest.fixture
def campaign(db):
    return factories.campaign()


@pytest.fixture
def team(campaign):
    return factories.organiser(campaign)


def test_exhibitors_of_two_fairs_become_one_company_each(campaign, team):
    """703 rows as printed; a missing country stands for the fair's own, the same name in both editions is one."""
    content = (FILES / "exhibitors.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    batch = opened(by=team, kind="suppliers", content=content, campaign=campaign)
    found = {name: batch.head[place] for name, place in batch.mapping.items()}
    assert {name: found.get(name) for name in ("legal_name", "country", "website")} == {
        "legal_name": "name",
        "country": "country",
        "website": "website",
    }
    services.map_columns(by=team, batch=batch, mapping=batch.mapping, defaults={"country": "GB"}, publish=False)
    services.work_waiting()
    batch.refresh_from_db()
    # Of the two editions: names with and without a website, Ltd or Inc., which a person tells apart. Not asked about:
    # the same name in two countries, which makes no company the same.
    assert 15 <= services.choose_alike(by=team, batch=batch, choice="another") <= 40
    applied(by=team, batch=batch)
    counts = outcome(batch)
    assert counts["total"] == len(rows) == 703
    assert counts["created"] + counts["updated"] + counts["unchanged"] + counts["rejected"] == 703
    assert counts["rejected"] <= 7, [row.problems for row in batch.rows.filter(action="reject")]
    assert Company.objects.count() == counts["created"] == Participation.objects.count()
    again = applied(
        by=team,
        batch=previewed(by=team, campaign=campaign, content=content, kind="suppliers", defaults={"country": "GB"}),
    )
    assert (again.created, Company.objects.count()) == (0, counts["created"])


def test_companies_with_their_lei_come_in_with_it(campaign, team):
    content = b"\n".join((FILES / "companies_lei.csv").read_bytes().splitlines()[:1001])
    batch = applied(by=team, batch=previewed(by=team, campaign=campaign, content=content, kind="suppliers"))
    counts = outcome(batch)
    assert counts["total"] == 1000
    assert counts["rejected"] <= 5, [row.problems for row in batch.rows.filter(action="reject")[:5]]
    assert Company.objects.filter(identifier_kind="lei").count() == counts["created"]


def test_products_of_a_marketplace_come_in_with_price_and_code(campaign):
    call_command("load_reference", stdout=io.StringIO())
    seller = factories.supplier()
    owner = factories.member_of(seller)
    content = (FILES / "hs_products.csv").read_bytes()
    batch = opened(by=owner, kind="products", content=content, company=seller)
    # What the suggestion takes for the category is the marketplace's own path; the person says so.
    mapping = {name: place for name, place in batch.mapping.items() if name != "category"}
    mapping |= {"hs_code": batch.head.index("hs6"), "name": batch.head.index("title")}
    services.map_columns(by=owner, batch=batch, mapping=mapping, defaults={"origin": "CN"}, publish=False)
    services.work_waiting()
    batch.refresh_from_db()
    applied(by=owner, batch=batch)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    too_fine = {n for n, row in enumerate(rows, 2) if len(row["price"].partition(".")[2]) > 4}
    refused = {row.row_no: row.problems for row in batch.rows.filter(action="reject")}
    assert (batch.total, len(rows)) == (253, 253)
    assert {row: problems for row, problems in refused.items() if row not in too_fine} == {}
    assert {tuple(problems) for problems in refused.values()} == {("price_low",)}
    assert Product.objects.exclude(hs_code="").count() == batch.created
