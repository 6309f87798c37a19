"""Counted first day of a buyer on a desktop, in Chinese: from the landing page to three quotes with landed cost.

Clicks are counted as in `test_first_day.py`: a link, a button, a box, and each field that is typed into. What suppliers
do in between is theirs. `SCREENSHOTS=folder` keeps a picture of each step.
"""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Partner
from matchmaker.campaigns.services import partners
from matchmaker.directory.models import ExchangeRate
from matchmaker.market_access.models import AdditionalDutyList, TariffRate
from matchmaker.matching.models import Match
from matchmaker.messaging import services as messaging
from matchmaker.messaging.models import QuoteRequest
from tests import factories
from tests.journeys.conftest import confirmation, wait_for
from tests.journeys.test_first_day import SECRET, Day

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow, pytest.mark.pages]
MOST_CLICKS = 25
CARD = (
    "宁波甬海进口贸易有限公司\n陈敏 采购经理\n浙江省宁波市鄞州区中山东路100号\n电话 +86 574 8765 4321\n"
    "chenmin@yonghai.example\n统一社会信用代码 91330212MA2KT7X3Q9"
)
OILS = (("ES", "Extra virgin olive oil, Picual", "4.80"), ("IT", "Extra virgin olive oil, Coratina", "5.60"))
OILS += (("GR", "Extra virgin olive oil, Koroneiki", "5.10"),)


class BuyerDay(Day):
    """A day whose steps can be looked at."""

    def __init__(self, person):
        super().__init__(person)
        self.steps = 0

    def look(self, name):
        self.steps += 1
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{self.steps:02d}-{name}.png", full_page=True)


def market():
    """Three olive oils of three countries, with the rates of duty and VAT that the site knows for them."""
    products = [
        factories.product(
            factories.supplier(country=country, legal_name=f"Oil {country} S.A."),
            name,
            "Cold extraction, acidity below 0.3%, glass bottles.",
            origin=country,
            hs_code="150920",
            category=factories.category("AGRI-07"),
            currency="USD",
            price_low=price,
            price_unit="kg",
            min_order=1000,
            min_order_unit="kg",
        )
        for country, name, price in OILS
    ]
    today = timezone.localdate()
    ExchangeRate.objects.create(currency="USD", yuan="7.10", as_of=today, source="PBC")
    first = today.replace(month=1, day=1)
    for regime, rate in (("MFN", 10), ("VAT", 9)):
        TariffRate.objects.create(hs_code="15092000", regime=regime, percent=rate, valid_from=first, source="Test")
    AdditionalDutyList.objects.create(as_of=today, source="Test")
    return products


def register(day):
    """From the invitation to the desk: the account, a pasted card, what the company does, consent."""
    day.tap("main form button[type=submit]")
    day.type(name="陈敏", email="chenmin@yonghai.example", password1=SECRET)
    day.look("account")
    day.tap("main form button[type=submit]")
    day.page.goto(confirmation("chenmin@yonghai.example"))  # the link of the letter
    day.tap("main form button[type=submit]")
    start = f"main form[action='{reverse('reading_start', args=['company'])}']"
    day.look("company")
    day.type(scope=start, text=CARD)
    day.tap(f"{start} button[type=submit]")
    for name in ("names", "contact"):
        day.look(name)
        day.tap("main form[data-keep^='join.'] button.btn-primary")
    day.look("consent")
    day.type(**{"about_zh-hans": "进口橄榄油与乳制品，供应华东地区商超。"})
    day.tick("main [name=consent]")
    day.tap("main form[data-keep^='join.'] button.btn-primary")


def post_demand(day):
    day.look("desk")
    day.follow(reverse("buyer_demand_new"))
    day.look("demand")
    day.type(**{"lines-0-text": "特级初榨橄榄油，玻璃瓶装", "lines-0-quantity": "20 吨"})
    day.look("demand-typed")
    day.tap("main button[value=publish]")


def quote_all():
    """Each supplier quotes CIF Shanghai from its conversation."""
    until = timezone.localdate() + dt.timedelta(days=30)
    for line in QuoteRequest.objects.get().lines.select_related("enquiry__supplier", "product"):
        messaging.quote(
            by=factories.member_of(line.enquiry.supplier),
            enquiry=line.enquiry,
            line=messaging.lines_to_quote(line.enquiry).first(),
            price=line.product.price_low,
            currency="USD",
            price_unit="kg",
            incoterm="CIF",
            incoterm_place="Shanghai",
            lead_time_days=40,
            valid_until=until,
        )


def test_a_buyer_on_a_desktop_compares_three_quotes_with_landed_cost_in_25_clicks(site):
    factories.campaign()
    products = market()
    partner, desk = factories.partner(kind=Partner.Kind.GROUP, country="CN", is_trusted=True)
    code = partners.make_code(by=desk, partner=partner, label="Zhejiang", quota=5, days=30, vouches=True)
    day = BuyerDay(site("zh"))
    day.person.go(reverse("invited", args=[code.code]))
    day.look("invitation")
    register(day)
    post_demand(day)
    wait_for(lambda: Match.objects.count() == len(products), 30, "three oils match")
    day.page.locator("article.match h3 a").nth(2).wait_for()
    day.look("matches")
    day.tap("article.match h3 a")
    day.look("match")
    day.tap(f"main a[href^='{reverse('quote_request_new')}']")
    day.look("ask")
    for box in day.page.locator("main [name=suppliers]").all():
        if not box.is_checked():
            box.check()
            day.clicks += 1
    day.tap("main form[data-keep] button.btn-primary")
    day.look("asked")
    found = QuoteRequest.objects.get()
    assert found.lines.count() == len(products)
    quote_all()
    day.person.go(reverse("quote_request", args=[found.uid]))  # the link of the letter
    day.look("quotes")
    day.type(**{"costs-fees": "3000"})
    day.look("costs")
    day.tap("form[data-keep*=costs] button[type=submit]")
    day.look("compared")
    landed = day.page.locator("tr", has=day.page.locator("th", has_text="到岸总成本")).locator("td")
    day.tell("zh buyer")
    assert landed.count() == len(products)
    assert all("¥" in text for text in landed.all_inner_texts())
    assert day.clicks <= MOST_CLICKS
