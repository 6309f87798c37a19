"""A Kenyan avocado grower, a French cosmetics maker and an Italian valve maker look, in a browser, at what their goods
need for China on three days and at what changes between them.

The same lists stand, with their sources, in tests/market_access/test_readiness.py; here they are read off the page.
"""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow]
MAY, JULY, APRIL = "2026-05-15", "2026-07-01", "2027-04-01"
SECRET = "a long enough secret"


class Maker:
    """Somebody with one product at its page for China."""

    def __init__(self, site, hs_code: str, origin: str, category: str, language: str = "en", width: int = 1280):
        account = factories.user(SECRET, language={"zh": "zh-hans"}.get(language, "en"))
        factories.hs_code(hs_code)
        self.product = factories.product(
            factories.supplier(account, country=origin),
            hs_code=hs_code,
            origin=origin,
            category=factories.category(category),
        )
        self.person: Person = site(language, width)
        self.person.sign_in(account.email, SECRET)
        self.path = f"/supplier/products/{self.product.uid}/china/"

    def answer(self, *said: str):
        """The questions in the order in which the page puts them; each answer brings the next list."""
        page = self.person.go(self.path)
        for value in said:
            page.locator("#id_value").fill("5000")
            asked = page.locator("form.answer [name=question]").first.get_attribute("value")
            page.locator(f"form.answer button[value={value}]").first.click()
            expect(page.locator(f"form.answer [name=question][value={asked}]")).to_have_count(0, timeout=60_000)
            assert page.locator("#id_value").input_value() == "5000"  # what was typed meanwhile stays

    def states(self, day: str) -> dict[str, str]:
        """Title → what stands beside it, chosen by the day in the form and not by the address."""
        page = self.person.page
        page.locator("#id_on").fill(day)
        page.locator("#id_to").fill("")
        self.person.submit("main form.asks button[type=submit]")
        lines = page.locator("#boxes ul.marks").first.locator("li")
        return {
            lines.nth(at).locator("> span").first.inner_text(): lines.nth(at).locator(".state").inner_text()
            for at in range(lines.count())
        }

    def changes(self, first: str, second: str) -> str:
        page = self.person.page
        page.locator("#id_on").fill(first)
        page.locator("#id_to").fill(second)
        self.person.submit("main form.asks button[type=submit]")
        return page.locator("#changes").inner_text()

    def fits(self) -> bool:
        """Nothing stands beyond the right edge."""
        return self.person.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_kenyan_avocado_grower_on_a_phone(site):
    maker = Maker(site, "080440", "KE", "AGRI-01", width=320)
    maker.answer("yes")  # fresh fruit
    missing = {}
    for day in (MAY, JULY, APRIL):
        missing[day] = [title for title, state in maker.states(day).items() if state == "Missing"]
    assert [len(titles) for titles in missing.values()] == [2, 2, 2]
    assert missing[MAY] == missing[JULY] == missing[APRIL]
    assert maker.fits()
    assert "Nothing on record changes for this product." in maker.changes(MAY, APRIL)
    assert "Apr 30, 2028" in maker.person.text()  # zero tariff, and the day it ends


def test_a_french_cosmetics_maker_has_the_same_three_things_to_do_on_all_three_days(site):
    maker = Maker(site, "330499", "FR", "CONS-01")
    maker.answer("no")  # no special cosmetic
    lists = [maker.states(day) for day in (MAY, JULY, APRIL)]
    assert lists[0] == lists[1] == lists[2]
    assert sorted(lists[0].values()).count("Missing") == 3
    assert "Nothing on record changes for this product." in maker.changes(MAY, APRIL)


def test_an_italian_valve_maker_reads_the_list_in_chinese(site):
    maker = Maker(site, "848180", "IT", "COMP-01", language="zh")
    maker.answer("no", "no", "yes")  # not for explosive places, no safety valve, pressure piping
    lists = [maker.states(day) for day in (MAY, JULY, APRIL)]
    assert lists[0] == lists[1] == lists[2]
    assert list(lists[0].values()).count("缺少") == 1


def test_the_label_rule_that_begins_in_2027_is_told_as_a_change(site):
    maker = Maker(site, "080440", "KE", "AGRI-01")
    maker.answer("no", "yes")  # dried fruit, packed for retail
    assert "280" in maker.changes(MAY, JULY)
    assert "7718-2025" in maker.changes(JULY, APRIL)


def test_a_product_is_changed_on_a_phone_and_on_a_wide_screen(site):
    """On a phone groups are folded under what they hold; on a wide screen their fields stand open."""
    maker = Maker(site, "080440", "KE", "AGRI-01", width=320)
    path = f"/supplier/products/{maker.product.uid}/"
    page = maker.person.go(path)
    assert page.evaluate("document.documentElement.scrollHeight") <= 5_500
    assert maker.fits()
    price = page.locator("#id_price_low")
    assert price.is_hidden()
    page.locator("details.filters:has(#id_price_low) > summary").click()
    price.fill("2400")
    page.wait_for_function("() => Object.values({...localStorage, ...sessionStorage}).join().includes('2400')")
    page.reload()
    assert price.is_visible()  # the group of what was typed and not saved stands open
    assert price.input_value() == "2400"
    page.locator("#id_currency").select_option("USD")
    page.locator("#id_price_unit").select_option("t")
    maker.person.submit("main form[data-keep] button.btn-primary")
    maker.product.refresh_from_db()
    assert (maker.product.price_low, maker.product.currency) == (2400, "USD")
    page = maker.person.go(path)
    assert "2,400" in page.locator("details.filters:has(#id_price_low) > summary").inner_text()
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.locator("#id_price_low").is_visible()
    assert page.locator("details.filters > summary:visible").count() == 0
