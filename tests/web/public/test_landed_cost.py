"""The tool of landed cost: a page without sign-in, whose address holds all that the sum rests on. Rates here are TEST
DATA."""

import datetime as dt
import html
import re
from decimal import Decimal as D
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from matchmaker.directory.models import ExchangeRate
from matchmaker.market_access.models import AdditionalDutyList, TariffRate
from matchmaker.market_access.services import load_market_access
from tests import factories

pytestmark = pytest.mark.django_db
JULY = "2026-07-01"
WINE = {
    "hs_code": "22042100",
    "origin": "FR",
    "ship": JULY,
    "value": "10000",
    "currency": "EUR",
    "incoterm": "FOB",
    "freight": "800",
    "insurance": "200",
    "fees": "0",
}


@pytest.fixture(autouse=True)
def _records(db):
    load_market_access()
    day = dt.date(2026, 6, 1)
    ExchangeRate.objects.create(currency="EUR", yuan=D("8"), as_of=day, source="TEST BANK", set_by=factories.user())
    AdditionalDutyList.objects.create(as_of=day, source="TEST LIST")


def load(code, **rates):
    for regime, rate in rates.items():
        given = {"percent": rate} if not isinstance(rate, str) else {"text": rate}
        TariffRate.objects.create(hs_code=code, regime=regime, valid_from="2026-01-01", source="TEST TARIFF", **given)


def wine():
    load("22042100", MFN=14, VAT=13, CONSUMPTION=10)


def show(client, follow=True, **query):
    response = client.get(reverse("landed_cost"), query, follow=follow)
    text = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))
    return response, re.sub(r"[\u2066-\u2069]", "", text)


def test_the_worked_sum_is_in_yuan_and_in_the_typed_currency_with_its_rates_and_sources(client):
    wine()
    _response, text = show(client, **WINE)
    # Customs value 11,000 EUR = 88,000 yuan; duty 14% = 12,320; consumption tax (88,000 + 12,320) / 0.9 x 0.1 =
    # 11,146.67; VAT 13% of 111,466.67 = 14,490.67; all together 125,957.34.
    for figure in ("88,000", "12,320", "11,146.67", "14,490.67", "125,957.34", "€15,744.66"):
        assert figure in text, figure
    assert "1 EUR = ¥8 on Jun 1, 2026, TEST BANK." in text
    assert "TEST TARIFF" in text
    assert "Still open" not in text


def test_a_sum_with_an_open_question_is_never_called_complete(client):
    wine()
    AdditionalDutyList.objects.all().delete()
    _response, text = show(client, **WINE | {"fees": "", "insurance": ""})
    assert "at least" in text
    assert "Insurance: unknown: nothing typed yet" in text
    assert "Additional duties: may apply: not loaded" in text
    assert "Fees: unknown: nothing typed yet" in text


def test_the_address_of_a_sum_is_written_so_that_every_language_reads_the_same(client):
    wine()
    response, _text = show(client, **WINE | {"value": "10,000.50", "quantity": "1.1250", "unit": "t"})
    query = parse_qs(urlsplit(response.redirect_chain[-1][0]).query)
    assert (query["value"], query["quantity"]) == (["10000.5"], ["1.1250"])
    (entry,) = response.context["cost"].sums
    for language in ("de", "fr", "zh-hans"):
        other = client.get(response.redirect_chain[-1][0], headers={"accept-language": language})
        assert other.status_code == 200
        assert other.context["cost"].sums[0].in_yuan == entry.in_yuan


@pytest.mark.slow
def test_words_give_a_choice_of_codes_and_keep_what_was_typed(client):
    factories.hs_code("220421")
    response, text = show(client, q="bottled red wine", origin="FR", value="10000", currency="EUR")
    assert "220421" in text
    assert response.status_code == 200
    address = next(item["address"] for item in response.context["codes"] if item["code"].code == "220421")
    query = parse_qs(address.removeprefix("?"))
    assert (query["hs_code"], query["value"], query["origin"]) == (["220421"], ["10000"], ["FR"])


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("hs_code", "22"), ("hs_code", "wine"), ("hs_code", ""), ("origin", "XX"), ("incoterm", "ABC")),
        *(("value", "-5"), ("currency", "ABC"), ("ship", "tomorrow"), ("freight", "much"), ("vat_percent", "-1")),
    ],
)
def test_a_field_that_cannot_be_read_is_named_and_nothing_is_summed(client, field, typed):
    response, _text = show(client, **WINE | {field: typed})
    assert response.status_code == 200
    assert field in response.context["form"].errors or response.context["form"].non_field_errors()
    assert response.context["cost"] is None


def test_a_link_of_a_product_shows_the_duty_before_a_price_is_typed(client):
    wine()
    response, text = show(client, hs_code="220421", origin="FR", ship=JULY)
    assert "14%" in text
    assert response.context["form"]["hs_code"].value() == "220421"


def test_the_page_of_a_product_leads_to_the_sum_for_its_code_origin_and_day(client):
    wine()
    factories.hs_code("220421")
    product = factories.product(hs_code="220421", origin="FR")
    page = client.get(reverse("product", args=[product.uid]), {"ship": JULY}).content.decode()
    address = html.unescape(re.search(r'href="([^"]*/landed-cost/\?hs_code=[^"]*)"', page)[1])
    assert parse_qs(urlsplit(address).query) == {"hs_code": ["220421"], "origin": ["FR"], "ship": [JULY]}
    assert client.get(address).context["duty"].mfn == "14%"


def test_inside_and_outside_of_a_quota_are_two_sums(client):
    load("10063020", VAT=9, CONSUMPTION=0)
    load("1006302001", MFN=1)
    load("1006302090", MFN=65)
    rice = WINE | {"hs_code": "100630", "origin": "AR", "currency": "CNY", "incoterm": "CIF"}
    response, text = show(client, **rice)
    inside, outside = response.context["cost"].sums
    # 10,000 + 1% = 10,100, and 9% of it; 10,000 + 65% = 16,500, and 9% of it.
    assert (inside.in_yuan.high, outside.in_yuan.high) == (D("11009.00"), D("17985.00"))
    assert "Inside the quota" in text
    assert "11,009" in text
    assert "17,985" in text
    assert text.count("1% inside the quota, 65% outside it") == 2  # the duty, and that of general trade
    assert "1% to 65%" not in text


def test_the_national_line_can_be_chosen(client):
    load("84818040", MFN=7, VAT=13, CONSUMPTION=0)
    load("84818090", MFN=5, VAT=13, CONSUMPTION=0)
    valve = WINE | {"hs_code": "848180", "origin": "IT"}
    response, text = show(client, **valve)
    assert "The sum depends on the national line: choose yours below." in text
    assert "50% of the lines: 5%. 50% of the lines: 7%." in text
    chosen = next(line for line in response.context["national"] if line["code"] == "84818040")
    response = client.get(reverse("landed_cost") + chosen["address"], follow=True)
    (entry,) = response.context["cost"].sums
    assert (entry.in_yuan.part("duty").low, entry.in_yuan.part("duty").high) == (D("6160.00"), D("6160.00"))


def test_an_agreement_whose_rate_is_not_loaded_is_never_passed_over(client):
    wine()
    _response, text = show(client, **WINE | {"origin": "TH"})
    assert "The duty may be lower under Regional Comprehensive Economic Partnership" in text
    assert "certificate of origin Form E" in text
    assert "may be lower under" in text


def test_a_typed_rate_goes_before_the_loaded_one(client):
    wine()
    response, text = show(client, **WINE | {"duty_percent": "5", "vat_percent": "9", "yuan_rate": "7.5"})
    (entry,) = response.context["cost"].sums
    # 11,000 EUR x 7.5 = 82,500; 5% = 4,125; consumption tax 86,625 / 9 = 9,625; VAT 9% of 96,250 = 8,662.50
    assert entry.in_yuan.high == D("104912.50")
    assert "5%, typed by you" in text
    assert "1 EUR = CN¥7.50, typed by you" in text


def test_without_an_exchange_rate_the_sum_is_in_its_own_currency(client):
    wine()
    _response, text = show(client, **WINE | {"currency": "GBP"})
    assert "£15,744.66" in text
    assert "The organiser has set no rate for GBP." in text


def test_the_campaigns_share_stands_in_for_freight_and_says_so_only_at_its_own_address(client):
    wine()
    factories.campaign(freight_percent=D(8), insurance_percent=D("0.5"))
    factories.campaign(slug="other", is_current=False)
    query = {name: value for name, value in WINE.items() if name not in ("freight", "insurance")}
    _response, text = show(client, **query)
    # 10,000 EUR = 80,000 yuan; 8% = 6,400; 0.5% = 400; customs value 86,800.
    for part in ("6,400", "400", "86,800", "assumed by the organiser: 8% of the price"):
        assert part in text, part
    assert "with an assumed share for: Freight, Insurance" in text
    typed = show(client, **WINE)[1]
    assert "assumed by the organiser" not in typed
    assert "assumed share" not in typed
    other = client.get(f"/c/other{reverse('landed_cost')}", query, follow=True).content.decode()
    assert "assumed by the organiser" not in other
    assert "Freight" in other
