"""Before the approval: how much fits, by numbers, and nothing that the company could not see after it."""

import datetime as dt

import pytest
from django.core.cache import cache

from matchmaker.catalogue.models import DemandInvitation, Product
from matchmaker.catalogue.services import save_product
from matchmaker.companies.models import Company
from matchmaker.matching.models import Match
from matchmaker.matching.services.preview import preview_demand, preview_product
from tests import factories as make

pytestmark = pytest.mark.django_db
RICE = {"text": "泰国茉莉香米 Thai Hom Mali rice", "hs_code": "100630"}


@pytest.fixture(autouse=True)
def _no_earlier_preview():
    cache.clear()


def rice(company=None, **fields) -> Product:
    company = company or make.supplier(status=Company.Status.PENDING)
    return make.product(company, status=Product.Status.DRAFT, **fields)


def make_demand(**fields):
    demand = make.demand(**fields)
    make.line(demand, category=make.category(), **RICE)
    return demand


def test_open_public_demands_that_fit_are_counted_and_no_match_is_made():
    make_demand(delivery_until=dt.date(2027, 3, 20))
    make_demand(delivery_until=dt.date(2027, 3, 1))
    make_demand()
    make.line(make.demand(), text="液压阀门 hydraulic valves", hs_code="848120")
    found = preview_product(rice())
    assert (found.fits, found.categories) == (3, (("AGRI-01", 3),))
    assert found.places == (("", 1), ("2027-03", 2))
    assert dict(found.alike)["hs"] == 3
    assert Match.objects.count() == 0


def test_a_draft_is_matched_after_it_was_counted_as_if_it_never_had_been():
    from matchmaker.matching.services import match_waiting

    make_demand()
    product = rice()
    assert preview_product(product).fits == 1
    Company.objects.update(status=Company.Status.APPROVED)
    Product.objects.update(status="published", published_at=product.created_at, revision=2)
    while match_waiting():
        pass
    assert Match.objects.filter(product=product).count() == 1


@pytest.mark.parametrize("visibility", ["private", "invited"])
def test_a_demand_that_she_could_not_see_after_the_approval_is_not_counted(visibility):
    make_demand(visibility=visibility)
    assert preview_product(rice()).fits == 0


def test_a_demand_she_is_invited_to_is_counted():
    product = rice()
    DemandInvitation.objects.create(demand=make_demand(visibility="invited"), company=product.company)
    assert preview_product(product).fits == 1


def test_a_demand_of_the_same_company_is_not_counted():
    both = make.company(is_supplier=True, is_buyer=True)
    make_demand(company=both)
    assert preview_product(rice(both)).fits == 0


def test_what_is_met_and_what_is_missing_is_told_by_condition():
    demand = make.demand()
    make.line(demand, category=make.category(), certificates_required=["HALAL", "HACCP"], origins_wanted=["TH"], **RICE)
    found = {tally.code: tally for tally in preview_product(rice(certificates=("HALAL",))).conditions}
    assert (found["origin"].meets, found["certificates"].fails) == (1, 1)
    assert found["certificates"].missing == ("HACCP",)


def test_a_change_of_the_product_is_counted_anew():
    make.line(make.demand(), category=make.category("MACH-01"), text="hydraulic valves 液压阀", hs_code="848120")
    make.hs_code("848120")
    product = rice()
    before = preview_product(product).fits
    save_product(
        by=make.member_of(product.company),
        company=product.company,
        product=product,
        texts=[{"language": "en", "name": "hydraulic valves"}],
        hs_code="848120",
        category_id="MACH-01",
    )
    assert (before, preview_product(product).fits) == (0, 1)


def test_a_buyer_reads_how_many_suppliers_fit_and_from_where():
    for country in ("TH", "TH", "VN"):
        make.product(make.supplier(country=country))
    make.product(make.supplier(status=Company.Status.PENDING))
    buyer = make.buyer(status=Company.Status.PENDING)
    found = preview_demand(make_demand(company=buyer, status="draft"))
    assert (found.fits, found.places, found.categories) == (3, (("TH", 2), ("VN", 1)), (("AGRI-01", 3),))
