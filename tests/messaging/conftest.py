"""Two companies that can write to each other."""

from types import SimpleNamespace

import pytest

from matchmaker.messaging import services
from tests import factories

TEXT = "We look for fragrant rice in 5 kg bags for our shops in Hubei, about 20 t a month from March. Can you supply?"


@pytest.fixture
def pair(db):
    """A supplier with a product, a buyer with a public demand of one line; no match yet."""
    seller, wanter = factories.supplier(), factories.buyer()
    demand = factories.demand(wanter, lines=1)
    return SimpleNamespace(
        seller=seller,
        wanter=wanter,
        product=factories.product(seller),
        demand=demand,
        line=demand.lines.get(),
        sell=factories.member_of(seller),
        buy=factories.member_of(wanter),
    )


@pytest.fixture
def matched(pair):
    pair.match = factories.match(pair.product, pair.line)
    return pair


@pytest.fixture
def talk(matched):
    """An open enquiry of the buyer about the product, one message old."""
    return services.ask(by=matched.buy, company=matched.wanter, product=matched.product, text=TEXT)
