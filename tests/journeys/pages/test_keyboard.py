"""Twelve things people do on the site, by keyboard alone: Tab, letters, Space, Enter and the arrows.

Every element that is reached this way must show that it has the focus.
"""

import datetime as dt
import time

import pytest
from django.core import mail
from django.utils import timezone

from matchmaker.accounts import letters
from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Demand, Product, ShortlistItem
from matchmaker.companies.models import Company
from matchmaker.matching.models import Match, MatchRun
from matchmaker.notifications.models import Notice
from tests.journeys.conftest import CONFIRMS

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.pages]
SHOWS_FOCUS = """selector => {
    const on = document.activeElement;
    if (!on.matches(selector)) return null;
    const seen = [on, on.labels?.[0], on.parentElement].filter(Boolean).map(element => getComputedStyle(element));
    return seen.some(style => style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""


class Keys:
    """A page under ten fingers."""

    def __init__(self, page):
        self.page = page
        self.press, self.type = page.keyboard.press, page.keyboard.type

    def reach(self, selector, most=160):
        """Tab until something of this kind has the focus, and see that it shows it."""
        for _press in range(most):
            self.press("Tab")
            shows = self.page.evaluate(SHOWS_FOCUS, selector)
            if shows is not None:
                assert shows, f"{selector} has the focus and does not show it"
                return self
        raise AssertionError(f"{selector} was not reached from {self.page.url}")

    def fill(self, name, text):
        self.reach(f"main [name='{name}']")
        self.type(text)

    def go(self, selector, key="Enter"):
        """Reach it and follow it to another page."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.press(key)


@pytest.fixture
def keys(open_as):
    def at(path, role="anonymous", **options):
        page = open_as(role, **options)
        page.goto(path)
        return Keys(page)

    return at


def eventually(holds, seconds=10):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def soon(days):
    return (timezone.localdate() + dt.timedelta(days=days)).strftime("%m%d%Y")  # as the browser's own field is typed


def test_register(keys):
    new = keys("/accounts/signup/")
    new.fill("name", "Aino Virtanen")
    new.fill("email", "aino@jokimylly.example")
    new.fill("password1", "a long enough secret")
    new.go("main form button[type=submit]")
    assert letters.send_waiting() == 1  # no worker looks at these pages
    new.page.goto(CONFIRMS.search(mail.outbox[-1].body)[0])
    new.go("main form button[type=submit]")
    new.page.goto("/join/supplier/1/")
    new.fill("legal_name", "Jokimylly Oy")
    new.reach("main select[name=country]").type("Finland")
    new.go("main form button.btn-primary")
    new.fill("city", "Turku")
    new.fill("contact_name", "Aino Virtanen")
    new.fill("contact_email", "aino@jokimylly.example")
    new.go("main form button.btn-primary")
    new.fill("about", "We mill oats beside the river Aura and sell flakes and flour.")
    new.reach("main [name=consent]").press("Space")
    new.go("main form button.btn-primary")
    assert Company.objects.get(legal_name="Jokimylly Oy").status == Company.Status.PENDING


def test_publish_a_product(keys, shown):
    desk = keys("/supplier/products/new/", "supplier")
    desk.fill("texts-0-name", "Macadamia nuts, roasted, in shell")
    desk.fill("texts-0-description", "Grown at 1,600 m, roasted and packed in 10 kg cartons.")
    desk.reach("main select[name=category]").type("Fruit and nuts")
    desk.reach("main select[name=origin]").type("Kenya")
    desk.go("main button[name=publish], main button[value=publish]")
    product = Product.objects.get(texts__name="Macadamia nuts, roasted, in shell")
    assert (product.company, product.status) == (shown.site.seller, Product.Status.PUBLISHED)


def test_search_and_filter(keys):
    guest = keys("/")
    guest.reach("main [name=q]").type("咖啡")
    with guest.page.expect_navigation():
        guest.press("Enter")
    everything = guest.page.locator("article.product").count()
    found = guest.page.url
    guest.reach("input[type=checkbox]")
    guest.press("Space")
    guest.page.wait_for_url(lambda address: address != found)
    guest.page.wait_for_load_state("networkidle")
    assert 0 < guest.page.locator("article.product").count() <= everything
    guest.page.go_back()
    guest.page.wait_for_function("n => document.querySelectorAll('article.product').length === n", arg=everything)
    assert guest.page.url == found
    assert guest.page.locator("header").count() >= 1  # the whole page, not the part that was swapped


def test_shortlist(keys, shown):
    product = Product.objects.published().exclude(shortlisted__company=shown.site.wanter).first()
    buyer = keys(f"/products/{product.uid}/", "buyer")
    buyer.reach("main .star-form button").press("Enter")
    eventually(ShortlistItem.objects.filter(company=shown.site.wanter, product=product).exists)


def test_compare(keys, shown):
    buyer = keys("/buyer/shortlist/", "buyer")
    buyer.go("main form#compare button")
    assert buyer.page.locator("table.table-compare thead th").count() >= 1 + 2


def test_answer_a_match(keys, shown):
    match = Match.objects.for_buyer(shown.site.wanter).filter(buyer_answer="").first()
    buyer = keys("/buyer/matches/?state=unanswered", "buyer")
    buyer.reach(f"#match-{match.uid} button[value=interested]").press("Enter")
    eventually(Match.objects.filter(pk=match.pk, buyer_answer="interested").exists)
    # The card is another one now; whoever answered is still there and goes on from it.
    buyer.page.wait_for_function(f"() => document.activeElement.closest('#match-{match.uid}')")


def test_post_a_demand(keys, shown):
    buyer = keys("/buyer/demands/new/", "buyer")
    buyer.fill("title", "Spring bulbs 2027")
    buyer.fill("lines-0-text", "Narcissus bulbs, 14/16, treated against fly, in crates")
    buyer.reach("main select[name='lines-0-category']").type("Plants")
    buyer.fill("closing_on", soon(40))
    buyer.go("main button[value=publish]")
    assert Demand.objects.get(title="Spring bulbs 2027").is_open


def test_approve_a_company(keys):
    team = keys("/console/", "organiser")
    waits = Company.objects.waiting().count()
    team.go(".worklist a")
    team.go("main table a, main .who a")
    team.go("main form[action$='/approve/'] button")
    assert Company.objects.waiting().count() == waits - 1


def test_run_the_matching_from_the_command_palette(keys):
    team = keys("/console/companies/", "organiser")
    team.press("Control+k")
    team.page.wait_for_selector("dialog[data-palette][open]")
    team.type("match the whole")
    with team.page.expect_navigation():
        team.press("Enter")
    team.go("main form[action$='/start/'] button")
    assert MatchRun.objects.filter(state__in=("waiting", "running", "queued")).count() == 1


def test_read_notices(keys, shown):
    reader = keys("/supplier/", "supplier")
    unread = Notice.objects.visible_to(shown.site.people["supplier"]).unread().count()
    reader.go("header a[href='/notices/']")
    reader.go("main .marks a")
    assert Notice.objects.visible_to(shown.site.people["supplier"]).unread().count() == unread - 1


def test_switch_the_language(keys):
    guest = keys("/demands/?q=tea")
    guest.reach("header .lang-menu summary")
    guest.page.keyboard.press("Enter")
    guest.go("header button[value='zh-hans']")
    assert guest.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert guest.page.url.endswith("/zh-hans/demands/?q=tea")


def test_sign_in(keys, shown):
    person = User.objects.get(pk=shown.site.people["buyer"].pk)
    person.set_password("a long enough secret")
    person.save(update_fields=["password"])
    guest = keys("/")
    guest.go("header a[href='/accounts/login/']")
    guest.fill("login", person.email)
    guest.fill("password", "a long enough secret")
    with guest.page.expect_navigation():
        guest.press("Enter")
    assert guest.page.locator("header .drop-who").count() == 1
