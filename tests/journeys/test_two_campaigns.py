"""Two campaigns in one browser: each keeps its visitors, and two tabs of one organiser stay apart."""

import pytest

from matchmaker.campaigns.models import Organiser
from tests import factories
from tests.journeys.test_meetings import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.worker, pytest.mark.slow, pytest.mark.pages]


@pytest.fixture
def campaigns():
    """One at the root and one at its prefix, each with a supplier and its rice."""
    rows = []
    for slug, colour, is_current in (("spring", "#8a1f11", True), ("autumn", "#0a5c8c", False)):
        names = {"en": f"Fair of {slug}", "zh-hans": f"{slug} 展会"}
        row = factories.campaign(slug=slug, name=names, short_name=names, colour=colour, is_current=is_current)
        supplier = factories.supplier(legal_name=f"Mill of {slug}")
        factories.take_part(row, supplier)
        factories.product(supplier, name=f"Rice of {slug}")
        rows.append(row)
    return rows


def test_a_visitor_and_an_organiser_stay_in_the_campaign_they_came_to(site, campaigns):
    spring, autumn = campaigns
    visitor = site("en", width=320)
    for home, mine, other in (("/c/autumn/", "autumn", "spring"), ("/", "spring", "autumn")):
        page = visitor.go(home)
        assert f"Fair of {mine}" in page.title()
        page.goto(page.locator("nav.nav-menu a, .nav-menu a", has_text="Suppliers").first.get_attribute("href"))
        assert f"Mill of {mine}" in visitor.text()
        assert f"Mill of {other}" not in visitor.text()
        colour = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--seal')")
        assert colour.strip() == {"spring": "#8a1f11", "autumn": "#0a5c8c"}[mine]
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    person = factories.organiser(spring, "admin")
    Organiser.objects.create(campaign=autumn, user=person, role="admin")
    organiser = signed_in(site("en"), person)
    first = organiser.go("/console/companies/")
    second = organiser.context.new_page()
    second.goto("/c/autumn/console/companies/")
    first.reload()
    for tab, mine, other in ((first, "spring", "autumn"), (second, "autumn", "spring")):
        assert f"Mill of {mine}" in tab.inner_text("main")
        assert f"Mill of {other}" not in tab.inner_text("main")
        assert f"Fair of {mine}" in tab.inner_text(".campaign-bar")
    with second.expect_navigation():
        second.locator("nav.nav-bar a", has_text="Events").click()
    assert "/c/autumn/console/events/" in second.url
