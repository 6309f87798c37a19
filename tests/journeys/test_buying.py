"""Finding without a match: a buyer searches, compares, keeps and asks; an exporter sees what buyers look for."""

import datetime as dt

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue.models import ShortlistItem
from matchmaker.companies.models import Company, Membership
from matchmaker.directory.models import ExchangeRate, SavedSearch
from matchmaker.directory.services import note_visit
from matchmaker.messaging.models import Enquiry, Quote
from tests import factories
from tests.journeys.conftest import wait_for
from tests.journeys.test_meetings import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow]

RICES = [
    ("TH", "Thai Hom Mali rice", "Fragrant jasmine rice from Surin, new crop.", "USD", "1.10"),
    ("KH", "Phka Rumduol jasmine rice", "Fragrant Cambodian jasmine rice, long grain.", "USD", "0.90"),
    ("VN", "Jasmine 85 rice", "Vietnamese jasmine rice, 5% broken.", "EUR", "0.80"),
]
COUNTRIES = {"en": ("en", ["Thailand", "Cambodia", "Vietnam"]), "zh": ("zh-hans", ["泰国", "柬埔寨", "越南"])}


def rices() -> dict[str, object]:
    """Country → jasmine rice of a company there, and goods of other kinds around them."""
    made = {}
    for country, name, text, currency, price in RICES:
        company = factories.supplier(country=country, legal_name=f"Rice {country} Co., Ltd.")
        terms = {
            "currency": currency,
            "price_low": price,
            "price_unit": "kg",
            "min_order": 5000,
            "min_order_unit": "kg",
        }
        made[country] = factories.product(company, name, text, origin=country, lead_time_days=30, **terms)
    for name in ("Robusta coffee beans", "Frozen durian pulp", "Olive oil"):
        factories.product(name=name, description=f"{name}.", origin="MY", category=None, hs_code="")
    for code, yuan in (("USD", "7.1"), ("EUR", "7.7")):
        ExchangeRate.objects.create(currency=code, yuan=yuan, as_of="2026-01-05", source="Bank of China")
    return made


@pytest.mark.parametrize("language", COUNTRIES)
def test_a_buyer_in_wuhan_finds_compares_keeps_and_watches_and_a_colleague_asks_for_a_quote(site, language):
    campaign = factories.campaign()
    rice = rices()
    buyer = factories.buyer()
    factories.take_part(campaign, *Company.objects.all())
    colleague = factories.user(name="李静", language=COUNTRIES[language][0])
    Membership.objects.create(company=buyer, user=colleague, role=Membership.Role.MEMBER)
    wang, li = signed_in(site(language), factories.member_of(buyer)), signed_in(site(language, width=320), colleague)
    malee = signed_in(site(language), factories.member_of(rice["TH"].company))

    # He writes what he needs: rice of three countries comes, coffee does not.
    wang.go(reverse("products"))
    wang.page.locator("#directory input[name=q]").fill("茉莉香米")
    wang.page.locator("#directory input[name=q]").press("Enter")
    wang.page.locator("article.product", has_text="Robusta coffee beans").wait_for(state="detached")
    cards = wang.page.locator("article.product").all_inner_texts()  # a Chinese reader sees the name as written, too
    assert {name for _country, name, *_rest in RICES for card in cards if name in card} == {row[1] for row in RICES}
    assert len(cards) == len(RICES)
    for name in COUNTRIES[language][1]:
        assert name in wang.text()

    # Each is kept with its star, without leaving the list, and he is told of new ones.
    for product in rice.values():
        form = wang.page.locator(f"form[action='{reverse('buyer_shortlist_toggle', args=[product.uid])}']")
        form.locator("button").click()
        form.locator("button[aria-pressed=true]").wait_for()
    with wang.page.expect_navigation():
        wang.page.locator("button[form=save-search]").first.click()
    kept = SavedSearch.objects.get()
    assert (QueryDict(kept.query)["q"], kept.alerts) == ("茉莉香米", True)

    # On the shortlist he leaves a note for colleagues and puts the three side by side, in yuan.
    wang.go(reverse("buyer_shortlist"))
    line = wang.page.locator(f"#item-{rice['KH'].uid}")
    line.locator("input[name=note]").fill("价格最低，请问最快何时发货")
    line.locator(".note-form button").click()
    line.locator("[role=status]").wait_for()
    with wang.page.expect_navigation():
        wang.page.locator("#compare button.btn-strong").click()
    said = wang.text()
    assert wang.page.locator("thead th").count() == 4
    assert "¥6.16" in said
    assert "¥6.39" in said
    assert "¥6.16" in wang.page.locator("td.best").first.inner_text()

    # A colleague reads the note on her phone and asks for a quote.
    li.go(reverse("buyer_shortlist"))
    line = li.page.locator(f"#item-{rice['TH'].uid}")
    assert li.page.locator(f"#item-{rice['KH'].uid} input[name=note]").input_value() == "价格最低，请问最快何时发货"
    with li.page.expect_navigation():
        line.locator(f"a[href='{reverse('ask_product', args=[rice['TH'].uid])}']").click()
    li.fill(text="请按CIF武汉报价，20吨，明年三月到货。")
    li.submit()
    enquiry = Enquiry.objects.get()
    assert (enquiry.buyer, enquiry.product) == (buyer, rice["TH"])

    # The mill answers and sends its figures; both at the buyer's see them.
    malee.go(reverse("enquiry", args=[enquiry.uid]))
    assert "请按CIF武汉报价" in malee.text()
    malee.fill(text="Thank you, here is our quote.")
    malee.submit()
    until = (timezone.localdate() + dt.timedelta(days=14)).isoformat()
    malee.go(reverse("quote_new", args=[enquiry.uid]))
    malee.fill(price="1.08", quantity="20", incoterm_place="Wuhan", lead_time_days="35", valid_until=until)
    malee.choose(currency="USD", price_unit="kg", unit="t", incoterm="CIF")
    malee.submit()
    wait_for(Quote.objects.exists, 10, "her quote was not kept")
    for person in (wang, li):
        person.go(reverse("enquiry", args=[enquiry.uid]))
        assert "1.08" in person.text()
    assert ShortlistItem.objects.count() == 3


@pytest.mark.parametrize("language", COUNTRIES)
def test_an_exporter_sees_what_buyers_look_for_and_opens_a_demand(site, language):
    factories.campaign()
    rice = rices()["TH"]
    buyer = factories.buyer(legal_name="武汉江城食品有限公司")
    wanted = factories.demand(buyer, lines=1)
    factories.demand(buyer, lines=1, title="不公开的采购", visibility="private")
    looker = factories.member_of(buyer)
    note_visit(by=looker, product=rice, company=buyer)
    ShortlistItem.objects.create(company=buyer, product=rice, added_by=looker)

    malee = signed_in(site(language, width=320), factories.member_of(rice.company))
    malee.go(reverse("supplier_interest"))
    assert malee.page.locator(".figures dd").all_inner_texts() == ["1", "1", "1", "0"]
    said = malee.text()
    assert "江城" not in said
    assert "不公开的采购" not in said
    with malee.page.expect_navigation():
        malee.page.locator(f"main a[href$='{reverse('demand', args=[wanted.uid])}']").first.click()
    assert "茉莉香米,5公斤袋装" in malee.text()
    assert "江城" not in malee.text()


@pytest.mark.parametrize("width", [320, 1280])
def test_all_typed_lines_come_back(site, width):
    """Three lines are typed, the page is left, and all three are there again; so are the texts of a product."""
    factories.campaign()
    wang = signed_in(site("zh", width=width), factories.member_of(factories.buyer()))
    page = wang.go(reverse("buyer_demand_new"))
    typed = ["茉莉香米 5公斤", "南美白虾", "橄榄油"]
    for at, text in enumerate(typed):
        if at:
            page.locator("button[name=do][value=add]").click()
        page.locator(f"[name=lines-{at}-text]").fill(text)
        page.locator(f"[name=lines-{at}-quantity]").fill(f"{at + 1},000")
    page.wait_for_timeout(500)
    page = wang.go(reverse("buyer_demands"))
    page = wang.go(reverse("buyer_demand_new"))
    page.locator("[name=lines-2-text]").wait_for()
    assert [page.locator(f"[name=lines-{at}-text]").input_value() for at in range(3)] == typed
    assert [page.locator(f"[name=lines-{at}-quantity]").input_value() for at in range(3)] == ["1,000", "2,000", "3,000"]
    assert page.locator("[data-keep-note]").is_visible()
    page.locator("[data-keep-drop]").click()
    page.locator("[name=lines-2-text]").wait_for(state="detached")
    assert page.locator("[name=lines-0-text]").input_value() == ""
    assert not wang.complaints


def test_all_typed_texts_of_a_product_come_back(site):
    factories.campaign()
    malee = signed_in(site("en"), factories.member_of(factories.supplier()))
    page = malee.go(reverse("supplier_product_new"))
    page.locator("#more-texts").click()
    page.locator("[name=texts-2-name]").fill("Reis")
    page.wait_for_timeout(500)
    page = malee.go(reverse("supplier_product_new"))
    page.locator("[name=texts-2-name]").wait_for()
    assert page.locator("[name=texts-2-name]").input_value() == "Reis"
    assert not malee.complaints
