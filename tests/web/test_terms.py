"""What a line wants beside what is offered: the same rows on both desks, judged as the match is, a quote first."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.directory.models import ExchangeRate
from matchmaker.messaging.models import Enquiry, Quote
from matchmaker.web.rendering.match_terms import terms_of
from tests import factories as make

pytestmark = pytest.mark.django_db
SOON = dt.timedelta(days=60)


@pytest.fixture
def match():
    offered = {
        "price_low": Decimal("950"),
        "price_unit": "t",
        "currency": "USD",
        "min_order": 24,
        "min_order_unit": "t",
    }
    product = make.product(**offered, incoterm="FOB", incoterm_place="Laem Chabang", lead_time_days=30)
    demand = make.demand(incoterm="CIF", destination="CNSHA", delivery_until=timezone.localdate() + SOON)
    wanted = {"target_price": Decimal("6.80"), "currency": "CNY", "price_unit": "kg", "quantity": 20_000, "unit": "kg"}
    return make.match(product, make.line(demand, **wanted))


def rate(code="USD", yuan="7.10"):
    ExchangeRate.objects.create(currency=code, yuan=Decimal(yuan), as_of=timezone.localdate(), source="bank")


def states(match) -> dict[str, str]:
    return {row["label"]: row["state"] for row in terms_of(match)["rows"]}


def row(match, label):
    return next(row for row in terms_of(match)["rows"] if row["label"] == label)


def quoted(match, **terms):
    talk = Enquiry.objects.create(
        supplier=match.product.company,
        buyer=match.line.demand.company,
        asked_by="supplier",
        basis="request",
        demand=match.line.demand,
        subject="rice",
        status="open",
        delivered_at=timezone.now(),
        touched_at=timezone.now(),
    )
    said = {
        "price": Decimal("6.60"),
        "currency": "CNY",
        "price_unit": "kg",
        "incoterm": "CIF",
        "incoterm_place": "Shanghai",
    }
    said |= {"min_order": 10, "min_order_unit": "t", "lead_time_days": 90} | terms
    days = {"valid_until": timezone.localdate() + SOON, "made_at": timezone.now()}
    return Quote.objects.create(enquiry=talk, line=match.line, **said, **days)


def test_differences_are_judged_across_units_and_currencies(match):
    rate()
    match.line.demand.incoterm = "FOB"
    assert states(match) == {"Price": "meets", "Minimum order": "fails", "Delivery term": "meets", "Lead time": "meets"}
    price, least = row(match, "Price"), row(match, "Minimum order")
    assert (price["wanted"], price["offered"], price["note"]) == ("CN¥6.80 / kg", "$950 / t", "about CN¥6.74 / kg")
    assert (least["wanted"], least["offered"], least["note"]) == ("20,000 kg", "24 t", "about 24,000 kg")
    assert row(match, "Delivery term")["wanted"] == "FOB Shanghai"


def test_a_price_without_freight_is_not_within_a_target_with_freight(match):
    rate()
    assert states(match) == {
        "Price": "unknown",
        "Minimum order": "fails",
        "Delivery term": "fails",
        "Lead time": "unknown",
    }
    assert row(match, "Price")["note"] == "about CN¥6.74 / kg"


def test_what_cannot_be_compared_is_not_known_and_what_nobody_asks_has_no_outcome(match):
    assert states(match)["Price"] == "unknown"  # the organiser set no rate
    match.product.incoterm, match.product.lead_time_days = "", None
    match.line.target_price = match.line.quantity = None
    assert states(match) == {"Price": "", "Minimum order": "", "Delivery term": "unknown", "Lead time": "unknown"}
    match.line.demand.incoterm = match.line.demand.destination = ""
    match.line.demand.delivery_until = match.product.min_order = None
    assert [row["label"] for row in terms_of(match)["rows"]] == ["Price", "Delivery term"]  # the place stands alone


def test_a_quote_for_the_line_stands_before_what_the_product_says(match):
    quote = quoted(match)
    assert terms_of(match)["quote"] == quote
    assert states(match) == {"Price": "meets", "Minimum order": "meets", "Delivery term": "meets", "Lead time": "fails"}
    assert row(match, "Lead time")["offered"] == "90 days"


@pytest.mark.parametrize("change", ["withdrawn", "undelivered", "another's"])
def test_a_quote_that_does_not_stand_or_is_of_somebody_else_is_not_shown(match, change):
    quote = quoted(match)
    if change == "withdrawn":
        Quote.objects.filter(pk=quote.pk).update(status=Quote.Status.WITHDRAWN)
    elif change == "undelivered":
        Enquiry.objects.filter(pk=quote.enquiry_id).update(delivered_at=None)
    else:
        Enquiry.objects.filter(pk=quote.enquiry_id).update(supplier=make.supplier())
    assert terms_of(match)["quote"] is None


def test_both_desks_show_the_same_terms_with_a_word_and_a_sign(client, match):
    rate()
    pages = []
    for side, company in (("buyer", match.line.demand.company), ("supplier", match.product.company)):
        client.force_login(make.member_of(company))
        page = " ".join(client.get(reverse(f"{side}_match", args=[match.uid])).content.decode().split())
        start = page.index("Terms side by side")
        pages.append(page[start : page.index("</section>", start)])
    assert pages[0] == pages[1]
    assert (pages[0].count("Not met"), pages[0].count("circle-x"), pages[0].count("Not known")) == (2, 2, 2)
    assert "nobody has quoted yet" in pages[0]


@pytest.mark.parametrize("has_quote", [False, True])
def test_a_page_gives_one_verdict_on_the_price_and_on_the_delivery(client, match, has_quote):
    """Stored outcomes may be older than a rate or a quote; the list of conditions and the table of terms agree."""
    rate()
    stale = [{"code": code, "outcome": "fails", "facts": {}} for code in ("price", "delivery")]
    type(match).objects.filter(pk=match.pk).update(conditions=stale)
    if has_quote:
        quoted(match)
    for side, company in (("buyer", match.line.demand.company), ("supplier", match.product.company)):
        client.force_login(make.member_of(company))
        response = client.get(reverse(f"{side}_match", args=[match.uid]))
        listed = {row["label"]: row["state"] for row in response.context["card"]["conditions"]}
        table = {row["label"]: row["state"] for row in response.context["terms"]["rows"]}
        assert (listed["Price"], listed["Delivery"]) == (table["Price"], table["Lead time"])
        assert listed["Price"] == ("meets" if has_quote else "unknown")
