"""A buyer's first day over HTTP, its clicks counted: from a trading group's invitation to quotes with landed cost.

`tests/journeys/test_buyer_day.py` walks the same way in a browser.
"""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Partner
from matchmaker.campaigns.services import partners
from matchmaker.catalogue.models import Demand
from matchmaker.companies.models import Company
from matchmaker.directory.models import ExchangeRate
from matchmaker.market_access.models import AdditionalDutyList, TariffRate
from matchmaker.messaging import services
from matchmaker.messaging.models import QuoteRequest
from tests import factories
from tests.web.enquiries.test_requests import MOST_CLICKS, Person
from tests.web.imports.test_readings import form_values

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CARD = (
    "宁波甬海进口贸易有限公司\n陈敏 采购经理\n浙江省宁波市鄞州区中山东路100号\n电话 +86 574 8765 4321\n"
    "chenmin@yonghai.example\n统一社会信用代码 91330212MA2KT7X3Q9"
)
OILS = (("ES", "Picual olive oil", "4.80"), ("IT", "Coratina olive oil", "5.60"), ("GR", "Koroneiki olive oil", "5.10"))


@pytest.fixture
def oils():
    """Three oils of one code, with the rates of duty and VAT that the site knows for it."""
    today = timezone.localdate()
    ExchangeRate.objects.create(currency="USD", yuan="7.10", as_of=today, source="PBC")
    for regime, percent in (("MFN", 10), ("VAT", 9)):
        values = {"percent": percent, "valid_from": today - dt.timedelta(days=30), "source": "Test"}
        TariffRate.objects.create(hs_code="15092000", regime=regime, **values)
    AdditionalDutyList.objects.create(as_of=today, source="Test")
    terms = {"hs_code": "150920", "currency": "USD", "price_unit": "kg"}
    return [
        factories.product(factories.supplier(country=country), name, origin=country, price_low=price, **terms)
        for country, name, price in OILS
    ]


def register(chen):
    """From the account to the desk; the card is a pasted text."""
    chen.send(
        reverse("account_signup"),
        {"name": "陈敏", "email": "chen@yonghai.example", "password1": "a long enough secret"},
        (),
        {},
    )
    EmailAddress.objects.update(verified=True)
    chen.clicks += 1  # the button on the page that the letter leads to
    chen.client.force_login(User.objects.get(email="chen@yonghai.example"))
    chen.open(reverse("join_step", args=["buyer", 1]))
    chen.press(reverse("reading_start", args=["company"]), {"text": CARD})
    reading = re.search(r'name="reading" value="([^"]+)"', chen.html)[1]
    for step, typed, ticked in ((1, {}, {}), (2, {}, {}), (3, {"about_zh-hans": "进口橄榄油。"}, {"consent": "on"})):
        shown = form_values(chen.page, chen.page.context["form"]) | ({"reading": reading} if step == 1 else {})
        chen.send(reverse("join_step", args=["buyer", step]), {**typed, **ticked}, (), shown)
    assert Company.objects.get(legal_name="宁波甬海进口贸易有限公司").is_approved


def post_demand(chen):
    chen.open(reverse("buyer_home")).follow(reverse("buyer_demand_new"))
    shown = form_values(chen.page, chen.page.context["form"])
    shown |= {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "do": "publish"}
    chen.send(
        reverse("buyer_demand_new"),
        {"lines-0-text": "特级初榨橄榄油，玻璃瓶装", "lines-0-quantity": "20 吨"},
        (),
        shown,
    )
    return Demand.objects.get(status="published").lines.get()


def ask_all(chen, line, matches):
    """From the matches below the demand to a request to all three."""
    chen.open(reverse("buyer_demand", args=[line.demand.uid]))
    chen.follow(reverse("buyer_match", args=[matches[0].uid]))
    address = f"{reverse('quote_request_new')}?p={matches[0].product.uid}&line={line.uid}"
    chen.follow(address)
    form = chen.page.context["form"]
    shown = {name: form[name].value() for name in form.fields if form[name].value()}
    assert (str(shown["quantity"]), shown["unit"]) == ("20", "t")
    options = [value for value, _label in form.fields["suppliers"].choices]
    chen.clicks += len(set(options) - set(shown["suppliers"]))
    chen.send(address, {}, (), {**shown, "suppliers": options})


def quote_all():
    """Each supplier quotes CIF Shanghai."""
    for row in QuoteRequest.objects.get().lines.select_related("enquiry__supplier", "product"):
        services.quote(
            by=factories.member_of(row.enquiry.supplier),
            enquiry=row.enquiry,
            line=services.lines_to_quote(row.enquiry).first(),
            price=row.product.price_low,
            currency="USD",
            price_unit="kg",
            incoterm="CIF",
            incoterm_place="Shanghai",
            valid_until=timezone.localdate() + dt.timedelta(days=30),
        )


def test_from_an_invitation_to_three_quotes_with_landed_cost_in_25_clicks(client, oils):
    factories.campaign()
    partner, desk = factories.partner(kind=Partner.Kind.GROUP, country="CN", is_trusted=True)
    code = partners.make_code(by=desk, partner=partner, label="Zhejiang", quota=5, days=30, vouches=True)
    chen = Person(client).open(reverse("invited", args=[code.code]))
    chen.send(reverse("invited", args=[code.code]), {}, (), {})
    register(chen)
    line = post_demand(chen)
    ask_all(chen, line, [factories.match(product, line) for product in oils])
    found = QuoteRequest.objects.get()
    assert found.lines.count() == len(oils)
    quote_all()

    chen.open(reverse("quote_request", args=[found.uid]))  # the link of the letter
    table = chen.page.context["table"]
    assert table["is_open"]  # what is still unknown can be typed at once
    form = table["form"]
    given = {form[name].html_name: form[name].value() for name in form.fields if form[name].value() is not None}
    chen.press(reverse("quote_request_costs", args=[found.uid]), {form["fees"].html_name: "3000"}, **given)
    rows = {str(row.label): [cell.text for cell in row.cells] for row in chen.page.context["table"]["rows"]}
    landed = next(cells for label, cells in rows.items() if label in ("Landed cost", "到岸总成本"))
    assert all(text.startswith(("CN¥", "¥")) for text in landed)
    assert not chen.page.context["table"]["is_open"]
    print(f"{chen.clicks} clicks")  # noqa: T201
    assert chen.clicks <= MOST_CLICKS
