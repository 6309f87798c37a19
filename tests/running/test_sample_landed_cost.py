"""Landed cost of the sample campaign: what is asked first about its goods can be answered from what comes with it."""

from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from matchmaker.catalogue.models import Product
from matchmaker.directory.rates import as_yuan, current_rates
from matchmaker.market_access.readiness import SHIPS_IN
from matchmaker.messaging.landed_cost import LandedCost, Reason, State
from matchmaker.messaging.models import Quote
from matchmaker.messaging.services import Shipment, TypedCosts, entry_cost
from matchmaker.running import sample
from matchmaker.web.rendering.cost_cells import REASON_WORDS

SHARE = 0.90  # of quotes whose cost is known but for additional duties, of which no whole list comes with the program
TYPED = TypedCosts(freight=Decimal(400), insurance=Decimal(20), fees=Decimal(100))


def unknown(cost: LandedCost) -> set[tuple[str, Reason | None]]:
    return {(part.name, part.reason) for part in cost.parts if part.state == State.UNKNOWN}


def shipment(product: Product, price: Decimal, currency: str, incoterm: str, quantity: Decimal, unit: str) -> Shipment:
    day = timezone.localdate() + SHIPS_IN
    value = price * quantity
    return Shipment(product.hs_code, product.origin, day, value, currency, incoterm, quantity, unit, typed=TYPED)


@pytest.mark.slow
@pytest.mark.django_db
def test_nine_of_ten_quotes_for_goods_of_the_sample_have_a_landed_cost():
    """A quote for each product of the sample at its own price and term, and those that its companies made."""
    call_command("load_reference", verbosity=0)
    sample.load()
    rows = [row for row in Product.objects.exclude(hs_code="") if row.price_low is not None]
    offers = [
        *((row, row.price_low, row.currency, row.incoterm or "FOB", row.min_order, row.price_unit) for row in rows),
        *(
            (quote.enquiry.product, quote.price, quote.currency, quote.incoterm, Decimal(1), quote.price_unit)
            for quote in Quote.objects.select_related("enquiry__product")
        ),
    ]
    yuan, whole, reasons = as_yuan(current_rates()), 0, Counter()
    for product, price, currency, term, quantity, unit in offers:
        cost = entry_cost(shipment(product, price, currency, term, quantity or Decimal(1), unit), yuan)
        open_parts = set().union(*(unknown(one.in_currency) for one in cost.sums))
        reasons.update(reason for _name, reason in open_parts)
        whole += open_parts <= {("additional", Reason.NOT_LOADED)}
    assert len(offers) == 235
    assert whole / len(offers) >= SHARE, reasons
    assert set(reasons) <= set(REASON_WORDS)  # what is not known says why, in words
