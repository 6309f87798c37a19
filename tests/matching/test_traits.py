"""Traits of a supplier on the way from the buyer's form to the sentence beside a match."""

import datetime as dt

import pytest
from django.utils import timezone, translation

from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import save_demand
from matchmaker.market_access.models import Registration
from matchmaker.market_access.services import load_market_access
from matchmaker.matching import traits
from matchmaker.matching.models import OfferState
from matchmaker.matching.services.claims import follow_companies
from matchmaker.matching.sides import offers, wants
from tests import factories

pytestmark = pytest.mark.django_db


def test_what_the_buyer_writes_reaches_the_engine():
    buyer = factories.buyer()
    line = {"text": "茉莉香米", "unit": "t", "capacity_wanted": "100", "capacity_period": "month"}
    demand = save_demand(
        by=factories.member_of(buyer),
        company=buyer,
        title="大米",
        closing_on=timezone.localdate() + dt.timedelta(days=9),
        lines=[line],
        wanted_verification=2,
        wanted_years=5,
        newcomers="welcome",
        wanted_sizes=["10-49"],
        wanted_languages=["zh"],
    )
    (want,) = wants(demand.lines.select_related("demand"))
    assert (want.verification, want.years, want.newcomers, want.capacity, want.capacity_period) == (
        2, 5, "welcome", 100.0, "month",
    )  # fmt: skip
    assert (want.sizes, want.languages) == (frozenset({"10-49"}), frozenset({"zh"}))


def test_goods_have_to_enter_china_and_services_do_not():
    buyer = factories.buyer()
    rice, training = factories.category("AGRI-06"), factories.category("SERV-08")
    demand = factories.demand(buyer, lines=0)
    for number, category in enumerate((rice, training), 1):
        factories.line(demand, number=number, category=category)
    asked = [want.registration_required for want in wants(demand.lines.select_related("demand").order_by("number"))]
    assert asked == [True, False]


def test_what_the_supplier_says_reaches_the_engine():
    company = factories.supplier(founded=1998, size="10-49", first_time_exporter=True, languages=["th", "en"])
    factories.product(company=company, capacity=80, capacity_unit="t", capacity_period="month")
    (offer,) = offers(Product.objects.for_cards())
    assert (offer.founded, offer.size, offer.first_time, offer.capacity) == (1998, "10-49", True, 80.0)


def test_a_product_waits_again_when_its_company_changed_after_it_was_matched():
    product = factories.product()
    OfferState.objects.create(product=product, revision=product.revision, matched_at=timezone.now())
    assert follow_companies() == 0
    product.company.verification = 2
    product.company.save(update_fields=["verification", "updated_at"])
    assert (follow_companies(), follow_companies()) == (1, 0)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("outcome", ["meets", "fails", "unknown"])
def test_every_outcome_has_its_sentence(language, outcome):
    facts = {
        "verification": {"wanted": 2, "level": 1},
        "size": {"wanted": ["10-49"], "size": "" if outcome == "unknown" else "1-9"},
        "language": {"wanted": ["zh"], "common": ["zh"]},
        "years": {"wanted": 5, "founded": 2001},
        "newcomers": {"wanted": "experience", "first_time": outcome == "fails"},
        "capacity": {
            "needed": 100.0, "unit": "t", "period": "month",
            "capacity": 80.0, "capacity_unit": "t", "capacity_period": "year",
        },
        "in_china": {
            "wanted": "any", "lots": int(outcome != "unknown"), "stated": 1, "day": "2026-12-01",
            "needed": 100.0, "unit": "t", "held": 80.0,
        },
    }  # fmt: skip
    with translation.override(language):
        assert set(traits.labels()) == set(traits.SENTENCES) == set(facts)
        for code, sentence in traits.SENTENCES.items():
            assert sentence(outcome, facts[code]).endswith((".", "。"))


def test_a_registration_on_record_is_the_certificate_that_buyers_ask_for_by_its_name():
    load_market_access()
    product = factories.product(hs_code="190531", origin="FR", category=factories.category("AGRI-10"))
    (before,) = offers(Product.objects.for_cards())
    assert "GACC" not in before.certificates
    row = Registration.objects.create(company=product.company, code="GACC-FOOD", number="CFRA15012303080001")
    (stated,) = offers(Product.objects.for_cards())
    assert "GACC" not in stated.certificates  # the supplier's word alone
    row.seen_on = timezone.localdate()
    row.save()
    (after,) = offers(Product.objects.for_cards())
    assert after.certificates - before.certificates == {"GACC"}
