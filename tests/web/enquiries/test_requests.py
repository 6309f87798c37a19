"""From the desk of a signed-in buyer to the quotes of three suppliers with landed cost: each step is a link or a form
that the page before it really has, and every click is counted."""

import datetime as dt
import io
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from matchmaker.accounts.models import User
from matchmaker.directory.models import ExchangeRate
from matchmaker.market_access.services import load_market_access
from matchmaker.messaging import services
from matchmaker.messaging.models import Block, Enquiry, Quote, QuoteRequest
from tests import factories
from tests.messaging.test_deals import terms

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST_CLICKS = 25


class Person:
    """Follows links and fills forms of the page that is open. A link, a button, and each field that is filled or ticked
    is a click; a list takes two."""

    def __init__(self, client):
        self.client, self.clicks, self.page = client, 0, None

    @property
    def html(self) -> str:
        return self.page.content.decode()

    def open(self, address: str):
        self.page = self.client.get(address, follow=True)
        assert self.page.status_code == 200
        return self

    def follow(self, address: str):
        assert f'href="{address}"' in unescape(self.html), f"no link to {address}"
        self.clicks += 1
        return self.open(address)

    def press(self, address: str, fill=None, lists=(), **values):
        """Send a form of this page to `address`; `fill` are the fields that take a click each."""
        action = rf'(?:form)?action="{re.escape(address)}(?:#\w+)?"'
        assert re.search(action, unescape(self.html)), f"no form to {address}"
        return self.send(address, fill or {}, lists, values)

    def send(self, address: str, fill, lists, values):
        self.clicks += 1 + len(fill) + 2 * len(lists)
        self.page = self.client.post(address, {**values, **fill, **dict(lists)}, follow=True)
        assert self.page.status_code == 200, self.page.context["form"].errors
        return self


@pytest.fixture
def market(matched):
    matched.products = [matched.product]
    for number in range(2):
        product = factories.product(factories.supplier(), name=f"Hom Mali rice {number}")
        factories.match(product, matched.line)
        matched.products.append(product)
    matched.line.quantity, matched.line.unit = 20, "t"
    matched.line.save()
    day = timezone.localdate()
    ExchangeRate.objects.create(currency="USD", yuan="7.10", as_of=day, source="PBC")
    return matched


def answers(client, market):
    """Each supplier quotes from its conversation with the form as it comes, a price filled in."""
    rows = zip(market.products, (("950", "CIF"), ("900", "FOB"), ("930", "CIF")), strict=True)
    for product, (price, incoterm) in rows:
        client.force_login(factories.member_of(product.company))
        enquiry = Enquiry.objects.get(product=product)
        form = client.get(reverse("quote_new", args=[enquiry.uid])).context["form"]
        given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
        wished = {name: str(given[name]) for name in ("quantity", "unit", "incoterm", "incoterm_place", "payment")}
        assert wished == {
            "quantity": "20",
            "unit": "t",
            "incoterm": "CIF",
            "incoterm_place": "Shanghai",
            "payment": "lc",
        }
        posted = {**given, **terms(price=price, incoterm=incoterm), "sample_price": "0"}
        assert client.post(reverse("quote_new", args=[enquiry.uid]), posted).status_code == 302


def test_from_the_desk_to_three_quotes_with_landed_cost_in_few_clicks(client, market):
    first, *others = market.products
    client.force_login(market.buy)
    wang = Person(client).open(reverse("buyer_home"))
    wang.follow(reverse("buyer_matches"))
    match = first.matches.get()
    wang.follow(reverse("buyer_match", args=[match.uid]))
    wang.follow(f"{reverse('quote_request_new')}?p={first.uid}&line={market.line.uid}")
    form = wang.page.context["form"]
    assert [value for value, _label in form.fields["suppliers"].choices] == [f"p:{p.uid}" for p in market.products]
    given = {name: form[name].value() for name in form.fields if form[name].value()}
    assert (given["suppliers"], given["unit"]) == ([f"p:{first.uid}"], "t")
    ticks = [f"p:{product.uid}" for product in others]
    wang.clicks += len(ticks)
    address = f"{reverse('quote_request_new')}?p={first.uid}&line={market.line.uid}"
    values = {**given, "suppliers": [*given["suppliers"], *ticks]}
    wang.send(address, {"place": "Shanghai"}, [("incoterm", "CIF"), ("payment", "lc")], values)
    found = QuoteRequest.objects.get()
    assert (found.lines.count(), found.line) == (3, market.line)

    answers(client, market)

    client.force_login(market.buy)
    wang.open(reverse("buyer_home")).follow(reverse("enquiries"))
    wang.follow(reverse("quote_requests"))
    wang.follow(reverse("quote_request", args=[found.uid]))
    table = wang.page.context["table"]
    assert [row.label for row in table["rows"]][-1] == "State"
    form = table["form"]
    fob = next(quote for quote in table["quotes"] if quote.incoterm == "FOB")
    given = {form[name].html_name: form[name].value() for name in form.fields if form[name].value() is not None}
    typed = {f"freight_{fob.uid}": "9000", f"insurance_{fob.uid}": "400", "vat_percent": "9", "fees": "3000"}
    typed |= {f"duty_percent_{quote.uid}": "0" for quote in table["quotes"]}
    filled = {form[name].html_name: value for name, value in typed.items()}
    wang.press(reverse("quote_request_costs", args=[found.uid]), filled, **given)
    rows = {row.label: [cell.text for cell in row.cells] for row in wang.page.context["table"]["rows"]}
    assert rows["Landed cost"] == ["CN¥150,041", "CN¥152,548", "CN¥146,945.40"]
    assert "best by your order: landed cost" in wang.html
    assert wang.clicks <= MOST_CLICKS


def test_the_comparison_as_a_sheet_says_what_the_page_says(client, market):
    client.force_login(market.buy)
    request_all(market)
    quote_all(market)
    found = QuoteRequest.objects.get()
    answer = client.get(reverse("quote_request_export", args=[found.uid]))
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    by_label = {row[0]: row[1:] for row in rows if row[0]}
    assert by_label["Landed cost"][0].startswith("at least ")
    assert "without: Duty, Additional duties, Import VAT, Fees" in by_label["Landed cost"][0]
    assert by_label["Payment"] == ("T/T, 30% in advance", "T/T, 30% in advance", "T/T, 30% in advance")
    assert any(text and text.startswith("1 USD = ¥7.1 on ") for text in by_label)
    demand = client.get(reverse("demand_quotes_export", args=[market.demand.uid]))
    assert load_workbook(io.BytesIO(demand.content)).sheetnames == [market.line.text[:31]]


def test_the_comparison_counts_what_the_campaign_assumes_of_carriage_and_says_so(client, market):
    factories.campaign(freight_percent=10, insurance_percent=1)
    request_all(market)
    quote_all(market)
    Quote.objects.filter(pk=Quote.objects.earliest("pk").pk).update(incoterm="FOB")
    client.force_login(market.buy)
    table = client.get(reverse("quote_request", args=[QuoteRequest.objects.get().uid])).context["table"]
    rows = {row.label: row.cells for row in table["rows"]}
    for quote, freight, total in zip(table["quotes"], rows["Freight"], rows["Landed cost"], strict=True):
        if quote.incoterm == "FOB":
            assert freight.lines == ["assumed by the organiser: 10% of the price"]
            assert "with an assumed share for: Freight, Insurance" in total.lines
        else:
            assert freight.text == "in the price"
    assert sorted(quote.incoterm for quote in table["quotes"]) == ["CIF", "CIF", "FOB"]


def test_a_sum_that_holds_only_if_the_regime_is_open_says_so_beside_it(client, market):
    """On the page (which is printed as it is) and in the sheet; such a sum is not the lowest."""
    load_market_access()
    found = asked_and_quoted(market)
    scope = services.Scope(request=found)
    services.save_costs(by=market.buy, scope=scope, costs={}, order=[], fees=0, regime="hainan")
    client.force_login(market.buy)
    answer = client.get(reverse("quote_request", args=[found.uid]))
    rows = {row.label: row.cells[0] for row in answer.context["table"]["rows"]}
    assert rows["Way into China"].text == "unknown whether it is open to these goods"
    assert rows["Landed cost"].text.startswith("at least ")
    condition = "only if the way into China is open to these goods"
    assert rows["Landed cost"].lines == ["without: Additional duties", condition]
    assert condition in answer.text
    sheet = client.get(reverse("quote_request_export", args=[found.uid]))
    lines = list(load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    (total,) = [row[1] for row in lines if row[0] == "Landed cost"]
    assert condition in total


def request_all(market):
    services.request_quotes(
        by=market.buy, company=market.wanter, subjects=market.products, line=market.line, quantity=20, unit="t"
    )


def quote_all(market):
    for product in market.products:
        enquiry = Enquiry.objects.get(product=product)
        given = terms(payment="tt", advance_percent=30)
        services.quote(by=factories.member_of(product.company), enquiry=enquiry, line=market.line, **given)


def test_a_supplier_that_cannot_be_asked_is_named_before_anything_is_typed(client, market):
    Block.objects.create(company=market.wanter, other=market.seller)
    client.force_login(market.buy)
    page = client.get(reverse("quote_request_new"), {"p": [p.uid for p in market.products]})
    assert [option.supplier for option in page.context["refused"]] == [market.seller]
    assert len(page.context["form"].fields["suppliers"].choices) == 2


def test_the_request_is_a_line_of_the_conversation_on_both_sides(client, market):
    request_all(market)
    enquiry = Enquiry.objects.get(product=market.product)
    said = {market.buy: "You asked for a quote", market.sell: "The buyer asks for a quote"}
    for person, words in said.items():
        client.force_login(person)
        entries = client.get(reverse("enquiry", args=[enquiry.uid])).context["entries"]
        assert [(row["what"], row["facts"]) for row in entries if row["kind"] == "happening"] == [(words, ["20 t"])]


def test_what_was_typed_stays_where_a_request_is_refused(client, market):
    client.force_login(market.buy)
    address = f"{reverse('quote_request_new')}?p={market.product.uid}"
    past = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    posted = {"suppliers": f"p:{market.product.uid}", "quantity": "20", "unit": "t", "needed_by": past, "text": "Soon."}
    page = client.post(address, posted)
    form = page.context["form"]
    assert (page.status_code, list(form.errors), form["text"].value()) == (422, ["needed_by"], "Soon.")


def test_costs_and_comparison_do_not_exist_for_others(client, market):
    request_all(market)
    found = QuoteRequest.objects.get()
    client.force_login(market.sell)
    for name in ("quote_request", "quote_request_export"):
        assert client.get(reverse(name, args=[found.uid])).status_code == 404
    assert client.post(reverse("quote_request_costs", args=[found.uid]), {}).status_code == 404
    assert client.post(reverse("demand_line_costs", args=[market.line.uid]), {}).status_code == 404


def test_the_day_that_the_demand_asks_for_stands_in_the_request_in_every_language(client, market):
    """Browsers read a day as 2027-03-30 only: as Chinese pages write days, the field stayed empty."""
    market.line.demand.delivery_until = dt.date(2027, 3, 30)
    market.line.demand.save()
    User.objects.filter(pk=market.buy.pk).update(language="zh-hans")
    client.force_login(market.buy)
    page = client.get(f"{reverse('quote_request_new')}?p={market.product.uid}&line={market.line.uid}").text
    assert re.search(r'name="needed_by"\s+value="2027-03-30"', page)


def test_wrong_costs_lead_to_their_form_below_the_table(client, market):
    """The table is longer than a window: without the address of the form, its errors were out of sight."""
    found = asked_and_quoted(market)
    client.force_login(market.buy)
    address = reverse("quote_request_costs", args=[found.uid])
    page = client.get(reverse("quote_request", args=[found.uid])).text
    assert f'action="{address}#costs"' in page
    given = {"costs-currency": "CNY", "costs-fees": "-5"}
    given |= {f"costs-order_{place}": code for place, code in enumerate(("price", "delivery", "payment"), 1)}
    answer = client.post(address, given)
    assert answer.status_code == 422
    assert re.search(r'<details[^>]* id="costs"\s+open', answer.text)
    assert "Write 0 or an amount above 0." in answer.text  # fees of 0 are allowed


def test_rates_below_the_table_name_their_day_as_the_reader_writes_it(client, market):
    ExchangeRate.objects.update(as_of=dt.date(2026, 1, 2))
    found = asked_and_quoted(market)
    client.force_login(market.buy)
    assert "1 USD = ¥7.1 on Jan 2, 2026, PBC." in client.get(reverse("quote_request", args=[found.uid])).text


def asked_and_quoted(market) -> QuoteRequest:
    """A request to the first supplier, with its quote."""
    result = services.request_quotes(
        by=market.buy, company=market.line.demand.company, subjects=[market.product], line=market.line,
        quantity=20, unit="t",
    )  # fmt: skip
    enquiry = Enquiry.objects.get(product=market.product)
    services.quote(by=market.sell, enquiry=enquiry, line=market.line, **terms())
    return result.request
