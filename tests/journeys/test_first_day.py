"""Counted first days: an exporter on a phone up to first matches.

What is counted: a typed field is a field that a key was pressed in (a pasted text is one); a click is a tap on a link,
a button or a box, or into a field that is typed into. Seconds are those of the browser and the site, with nobody
thinking: `pytest -s` prints them.
"""

import re
import time

import pytest
from django.urls import reverse

from matchmaker.campaigns.services import partners
from matchmaker.catalogue.models import Product
from matchmaker.matching.models import Match
from tests import factories
from tests.journeys.conftest import confirmation

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow]
MOST_FIELDS = 6
MOST_SECONDS = 180
SECRET = "a long enough secret"

CARDS = {
    "th": "บริษัท โรงสีข้าวสุรินทร์ จำกัด\n"
    "Malee Srisuk\nExport manager\n9 Lak Mueang Road\n32000 Surin, Thailand\n"
    "Tel. +66 44 511 234\nmalee@mill.example",
    "fr": "Fruitière du Haut-Jura SCA\nClaire Morel\nDirectrice export\n12 rue des Fromagers\n"
    "39300 Champagnole, France\nTél. +33 3 84 52 12 34\nclaire@fruitiere.example",
}
PEOPLE = {"th": ("Malee Srisuk", "malee@mill.example"), "fr": ("Claire Morel", "claire@fruitiere.example")}
ABOUT = {
    "th": "เราสีข้าวหอมมะลิในจังหวัดสุรินทร์ตั้งแต่ปี 2520",
    "fr": "Nous affinons du comté depuis 1934.",
}
PRODUCTS = {
    "th": "\n".join(
        (
            "ข้าวหอมมะลิไทย 100%",
            "ข้าวหอมมะลิเมล็ดยาว เก็บเกี่ยวใหม่จากจังหวัดสุรินทร์ บรรจุถุงละ 5 กิโลกรัม",
            "Price: USD 1.10 / kg",
        )
    ),
    "fr": "Comté AOP affiné 18 mois\n"
    "Fromage à pâte pressée cuite, au lait cru de vache, meules de 40 kg, affiné en cave.\n"
    "Price: EUR 14.50 / kg",
}
WANTED = {
    "th": {"text": "泰国茉莉香米，5公斤袋装", "code": "AGRI-01", "hs_code": "100630"},
    "fr": {"text": "法国孔泰奶酪，硬质奶酪，成熟12个月以上", "code": "AGRI-03", "hs_code": "040690"},
}


class Day:
    """A person's first day, with what it takes of her."""

    def __init__(self, person):
        self.person, self.page = person, person.page
        self.fields, self.clicks, self.began = 0, 0, time.monotonic()

    def type(self, scope="main", **values):
        for name, value in values.items():
            self.page.locator(f"{scope} [name='{name}']").first.fill(value)
        self.fields += len(values)
        self.clicks += len(values)

    def tick(self, selector):
        self.page.locator(selector).check()
        self.clicks += 1

    def tap(self, selector):
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        self.clicks += 1

    def follow(self, path):
        self.tap(f"main a[href='{path}'], header a[href='{path}'], nav a[href='{path}']")

    def tell(self, name):
        seconds = time.monotonic() - self.began
        print(f"{name}: {self.fields} typed fields, {self.clicks} clicks, {seconds:.1f} s")  # noqa: T201
        return seconds


def register(day, language):
    """From the form of the account to the last step of joining; the card is a pasted text."""
    name, address = PEOPLE[language]
    day.type(name=name, email=address, password1=SECRET)
    day.tap("main form button[type=submit]")
    day.page.goto(confirmation(address))  # the link of the letter
    day.tap("main form button[type=submit]")
    step = reverse("join_step", args=["supplier", 1])
    assert day.page.url.endswith(step), f"the letter leads to {day.page.url}"
    start = f"main form[action='{reverse('reading_start', args=['company'])}']"
    day.type(scope=start, text=CARDS[language])
    day.tap(f"{start} button[type=submit]")
    for _step in (1, 2):
        day.tap("main form[data-keep^='join.'] button.btn-primary")
    day.type(**{f"about_{language}": ABOUT[language]})
    day.tick("main [name=consent]")
    day.tap("main form[data-keep^='join.'] button.btn-primary")


def list_product(day, language):
    day.follow(reverse("supplier_product_new"))
    start = f"main form[action='{reverse('reading_start', args=['product'])}']"
    day.type(scope=start, text=PRODUCTS[language])
    day.tap(f"{start} button[type=submit]")
    day.tap("main button[name=publish]")
    product = Product.objects.get(company__country=language.upper())
    assert day.page.url.endswith(reverse("supplier_product_edit", args=[product.uid])), day.person.text()[:2_000]
    return product


DAYS = (
    pytest.param("th", True, id="th-code"),
    *(
        pytest.param(language, has_code, id=f"{language}-{name}", marks=pytest.mark.pages)  # with make test-pages
        for language, has_code, name in (("th", False, "preview"), ("fr", True, "code"), ("fr", False, "preview"))
    ),
)


@pytest.mark.parametrize(("language", "has_code"), DAYS)
def test_an_exporter_on_a_phone_has_first_matches_with_six_typed_fields(site, language, has_code, request):
    factories.campaign()
    wanted = WANTED[language]
    line = factories.line(
        factories.demand(title="2027年春季采购"),
        text=wanted["text"],
        hs_code=wanted["hs_code"],
        category=factories.category(wanted["code"]),
    )
    day = Day(site(language, width=390))
    if has_code:
        partner, desk = factories.partner(country=language.upper(), is_trusted=True)
        code = partners.make_code(by=desk, partner=partner, label="Fair", quota=5, days=30, vouches=True)
        day.person.go(reverse("invited", args=[code.code]))
        day.tap("main form button[type=submit]")
    else:
        day.person.go("/")
        day.follow(reverse("join"))
        day.tap("main a[href*='supplier']")
    register(day, language)
    product = list_product(day, language)
    if has_code:
        day.page.locator("#product-matches .worklist a").first.wait_for()
        assert product.status == Product.Status.PUBLISHED
        assert Match.objects.get().line == line
    else:
        preview = day.page.locator("main aside .card-tinted h2").filter(has_text=re.compile(r"1"))
        preview.first.wait_for()
        assert (product.publishes_when_approved, Match.objects.count()) == (True, 0)
        # The whole match, before anybody of the team has looked at the company.
        day.tap(f"main a[href$='?product={product.uid}']")
        card = day.page.locator("main article.match")
        card.first.wait_for()
        assert wanted["text"] in card.first.inner_text()
        assert line.demand.company.legal_name not in day.person.text()
        assert card.first.locator(".match-why li").count() >= 1
        assert product.company.status == "pending"
    seconds = day.tell(request.node.callspec.id)
    assert day.fields <= MOST_FIELDS
    assert seconds <= MOST_SECONDS
    width = day.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page scrolls sideways"
