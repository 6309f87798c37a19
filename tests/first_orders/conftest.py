"""A programme of a campaign, and pairs of companies with an enquiry between them."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone

from matchmaker.directory.models import ExchangeRate
from matchmaker.first_orders import services
from matchmaker.first_orders.models import Programme
from matchmaker.messaging.services import ask
from tests import factories

TEXT = "We look for fragrant rice in 5 kg bags for our shops in Hubei, about 20 t a month from March. Can you supply?"
TERMS = {
    "goods": "Jasmine rice in 5 kg bags",
    "quantity": Decimal(500),
    "unit": "kg",
    "price": Decimal("1.20"),
    "currency": "USD",
    "price_unit": "kg",
    "incoterm": "FOB",
    "incoterm_place": "Bangkok",
    "freight_by": "buyer",
    "duty_by": "buyer",
    "sample_by": "supplier",
    "inspection_by": "half",
    "freight_cost": Decimal(400),
    "inspection_cost": Decimal(100),
    "inspection": "shipment",
    "payment": "tt",
    "advance_percent": 30,
    "success": "repeat",
}
RULES = {
    "name": {"en": "First orders 2027", "zh-hans": "2027首单计划"},
    "currency": "CNY",
    "budget": Decimal(5000),
    "share_percent": 50,
    "cap": Decimal(2000),
    "covers": ["freight", "inspection"],
    "proofs": ["invoice", "customs"],
}


class Fair:
    """A campaign with an open programme. `pair()` adds two companies with a trial lot that both confirmed."""

    def __init__(self):
        self.team = factories.organiser()
        self.campaign = self.team.organiser_of.get().campaign
        ExchangeRate.objects.create(currency="USD", yuan=Decimal(7), source="bank", as_of=timezone.localdate())

    def programme(self, **rules) -> Programme:
        today = timezone.localdate()
        days = {"opens_on": today, "closes_on": today + dt.timedelta(days=10)}
        row = services.create_programme(by=self.team, campaign=self.campaign, **{**RULES, **days, **rules})
        return services.open_programme(by=self.team, programme=row)

    def enquiry(self, **company):
        seller, wanter = factories.supplier(size="10-49", **company), factories.buyer()
        product = factories.product(seller)
        line = factories.demand(wanter, lines=1).lines.get()
        factories.match(product, line)
        self.campaign.participations.create(company=seller, side="supplier")
        self.campaign.participations.create(company=wanter, side="buyer")
        sell, buy = factories.member_of(seller), factories.member_of(wanter)
        enquiry = ask(by=buy, company=wanter, product=product, text=TEXT)
        return SimpleNamespace(seller=seller, wanter=wanter, sell=sell, buy=buy, enquiry=enquiry)

    def pair(self, terms=None, **company):
        pair = self.enquiry(**company)
        lot = services.write_lot(by=pair.sell, enquiry=pair.enquiry, **{**TERMS, **(terms or {})})
        pair.lot = services.confirm_lot(by=pair.buy, lot=lot, version=1)
        return pair

    def applied(self, programme, count=1, **company):
        pairs = [self.pair(**company) for _ in range(count)]
        for pair in pairs:
            pair.application = services.apply(by=pair.sell, lot=pair.lot, programme=programme)
        return pairs

    def drawn(self, programme):
        over(programme)
        services.publish_list(by=self.team, programme=programme)
        return services.draw_vouchers(by=self.team, programme=programme)


def over(programme):
    """Its last day for applications was yesterday."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Programme.objects.filter(pk=programme.pk).update(opens_on=yesterday, closes_on=yesterday)


@pytest.fixture
def fair(db):
    return Fair()
