"""The rates that come with the sample campaign: complete for its goods, each with the act that sets it."""

from datetime import date

import pytest

from matchmaker.market_access.models import TariffRate
from matchmaker.market_access.presentation import duty_box
from matchmaker.market_access.rate_texts import CONDITIONS_NOT_READ
from matchmaker.market_access.services import load_market_access
from matchmaker.running.sample import all_rows, load_sample_tariff
from tests import factories

DAY = date(2026, 12, 1)
CODES = sorted(
    {row["hs6"] for name in ("products.csv", "demand_lines.csv") for row in all_rows(name) if len(row["hs6"]) == 6}
)


@pytest.fixture
def tariff(db):
    load_market_access()
    load_sample_tariff(factories.organiser())


def test_every_code_of_the_sample_has_its_duty_and_vat_or_a_reason(tariff):
    company = factories.supplier(country="FR")
    product = factories.product(company, origin="FR")
    missing = {}
    for code in CODES:
        product.hs_code = code
        box = duty_box(product, DAY)
        if not (box.mfn and box.vat and box.consumption):
            missing[code] = (box.mfn, box.vat, box.consumption)
    assert len(CODES) == 182
    assert missing == {}
    unclear = set(TariffRate.objects.filter(text=CONDITIONS_NOT_READ).values_list("hs_code", "regime"))
    assert unclear == {("22060010", "CONSUMPTION"), ("23063000", "VAT"), ("34039900", "CONSUMPTION")}


def test_only_goods_of_the_sample_have_rates_and_each_names_authority_number_and_how_sure_it_is(tariff):
    assert {code[:6] for code in TariffRate.objects.values_list("hs_code", flat=True)} == set(CODES)
    for source in set(TariffRate.objects.values_list("source", flat=True)):
        assert source.startswith(("Customs Tariff Commission", "Ministry of Finance", "General Administration")), source
        assert "; secondary: " in source


@pytest.mark.parametrize(
    ("code", "origin", "mfn", "best", "vat", "consumption"),
    [
        ("220421", "FR", "14%", None, "13%", "10%"),
        ("150920", "TN", "10%", "0%", "9%", "0%"),
        ("190110", "NZ", "0% to 5%", None, "13%", "0%"),
        ("180100", "GH", "0%", None, "13%", "0%"),  # the provisional rate of 2026
        ("100630", "TH", "1% inside the quota, 65% outside it", None, "9%", "0%"),
        ("220300", "DE", "0%", None, "13%", "CN¥0.253 / l from a dutiable price of CN¥2.64295885 / l; "
         "below that, CN¥0.2227 / l"),
        ("910221", "CH", "11%", None, "13%", "20% from a dutiable price of CN¥10,000 / piece; below that, 0%"),
        ("230630", "KZ", "0%", None, "it depends on conditions that were not read", "0%"),
        ("848180", "IT", "1% to 7%", None, "13%", "0%"),
    ],
)  # fmt: skip
def test_known_values(tariff, code, origin, mfn, best, vat, consumption):
    box = duty_box(factories.product(hs_code=code, origin=origin), DAY)
    assert (box.mfn, box.best.rate if box.best else None) == (mfn, best)
    assert (box.vat, box.consumption) == (vat, consumption)


def test_a_provisional_rate_ends_with_its_year(tariff):
    cocoa = factories.product(hs_code="180100", origin="GH")
    assert duty_box(cocoa, date(2027, 1, 1)).mfn == "8%"


def test_loading_again_changes_nothing(tariff):
    before = TariffRate.objects.count()
    load_sample_tariff(factories.organiser())
    assert TariffRate.objects.count() == before
