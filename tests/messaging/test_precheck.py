"""The customs pre-check of quotes and deals: what each side may see of it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.core.problems import NotFound
from matchmaker.market_access.models import Registration
from matchmaker.market_access.precheck.model import Place
from matchmaker.market_access.precheck.rules import contradictions
from matchmaker.messaging import services
from matchmaker.messaging.models import DealStep
from tests import factories

NUMBER, OTHER = "CTHA15012303080012", "CTHA15012303080099"


@pytest.fixture
def offered(talk, matched):
    """A quote that agrees with its product: 20 t of Thai rice at USD 940 a tonne."""
    product = matched.product
    product.origin, product.hs_code, product.shelf_life_days, product.storage = "TH", "100630", 540, "ambient"
    product.currency, product.price_unit, product.price_low = "USD", "t", Decimal(900)
    product.price_high = None
    product.save()
    matched.enquiry = talk
    return matched


def quote(pair, **terms):
    given = {
        "price": Decimal(940), "currency": "USD", "price_unit": "t", "quantity": Decimal(20), "unit": "t",
        "incoterm": "FOB", "incoterm_place": "Laem Chabang", "lead_time_days": 30,
        "valid_until": timezone.localdate() + dt.timedelta(days=40),
    } | terms  # fmt: skip
    return services.quote(by=pair.sell, enquiry=pair.enquiry, **given)


def rules_for(person, row) -> list[str]:
    return [one.rule for one in contradictions(services.precheck_quote(reader=person, quote=row))]


def test_a_quote_that_agrees_is_not_accused(offered):
    row = quote(offered, note="Origin: Thailand, HS code 1006.30. Total USD 18,800.")
    assert rules_for(offered.sell, row) == rules_for(offered.buy, row) == []


def test_both_sides_see_what_the_quote_says_against_the_product(offered):
    row = quote(
        offered, incoterm="CIF", incoterm_place="Laem Chabang", note="Country of origin: Vietnam. Total EUR 28,800."
    )
    expected = ["origin_differs", "total_currency", "buyer_place"]
    assert rules_for(offered.sell, row) == rules_for(offered.buy, row) == expected


def test_the_buyer_does_not_see_numbers_that_are_not_public(offered):
    Registration.objects.create(company=offered.seller, code="GACC-FOOD", number=NUMBER)
    row = quote(offered, note=f"Plant {OTHER}.")
    assert rules_for(offered.sell, row) == ["plant_number"]
    assert rules_for(offered.buy, row) == []
    Registration.objects.update(seen_on=timezone.localdate())
    assert rules_for(offered.buy, row) == ["plant_number"]


def test_the_buyer_sees_nothing_of_a_product_that_is_not_public(offered):
    offered.product.status = "paused"
    offered.product.save()
    row = quote(offered, note="Country of origin: Vietnam.")
    assert rules_for(offered.sell, row) == ["origin_differs"]
    dossier = services.precheck_quote(reader=offered.buy, quote=row)
    assert (dossier.goods.hs_code, dossier.goods.origin) == ("", "")
    assert {text.place for text in dossier.texts} == {Place.QUOTE_NOTE}


def test_strangers_have_no_pre_check(offered):
    row = quote(offered)
    with pytest.raises(NotFound):
        services.precheck_quote(reader=factories.user(), quote=row)


def test_the_order_and_the_day_of_shipment_of_the_deal_are_compared(offered):
    ends = timezone.localdate() + dt.timedelta(days=35)
    Registration.objects.create(company=offered.seller, code="GACC-FOOD", number=NUMBER, valid_until=ends)
    row = quote(offered)
    assert rules_for(offered.sell, row) == []
    services.answer_quote(by=offered.buy, quote=row, answer="accepted")
    today = timezone.localdate()
    step = services.say_step(
        by=offered.buy, enquiry=offered.enquiry, rung=DealStep.Rung.ORDER, amount=Decimal(20000), currency="USD",
        happened_on=today,
    )  # fmt: skip
    row.refresh_from_db()
    assert rules_for(offered.sell, row) == rules_for(offered.buy, row) == ["total_value"]
    services.answer_step(by=offered.sell, step=step, confirm=False, why="We agreed on 18,800.")
    assert rules_for(offered.sell, row) == []  # what was denied counts for nothing
    DealStep.objects.create(
        enquiry=offered.enquiry, rung=DealStep.Rung.SHIPMENT, happened_on=ends + dt.timedelta(days=5),
        said_by="supplier", said_at=timezone.now(),
    )  # fmt: skip
    assert rules_for(offered.sell, row) == ["paper_ended"]


def test_the_deals_page_and_the_page_of_a_quote_show_it(offered, client):
    row = quote(offered, note="Country of origin: Vietnam.")
    for person, names in ((offered.sell, ["enquiry"]), (offered.buy, ["enquiry", "quote_answer"])):
        client.force_login(person)
        for name in names:
            page = client.get(reverse(name, args=[offered.enquiry.uid if name == "enquiry" else row.uid]))
            text = page.content.decode()
            assert f'id="precheck-{row.uid}"' in text
            assert "Country of origin: Vietnam" in text


def test_programs_of_both_sides_read_it_and_strangers_do_not(offered, client):
    row = quote(offered, note="Country of origin: Vietnam.")
    address = reverse("api_quote_precheck", args=[row.uid])
    for person in (offered.sell, offered.buy):
        client.force_login(person)
        [found] = client.get(address).json()["contradictions"]
        assert (found["rule"], found["first"]["value"]) == ("origin_differs", "Thailand")
        assert found["second"] == {
            "place": "quote_note", "where": "Note of the quote", "field": "Country of origin",
            "value": "Country of origin: Vietnam", "language": "en",
        }  # fmt: skip
    own = reverse("api_product_precheck", args=[offered.product.uid])
    assert client.get(own).status_code == 404  # a product is checked for its own company
    client.force_login(offered.sell)
    assert client.get(own).json()["contradictions"] == []
    client.force_login(factories.user())
    assert (client.get(address).status_code, client.get(own).status_code) == (404, 404)
