"""Two campaigns in one browser: each keeps its visitors, and two tabs of one organiser stay apart."""

import csv
import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.companies.models import Company, Invitation
from matchmaker.companies.tasks import start_invitations
from matchmaker.events.models import Event
from tests import factories
from tests.journeys.conftest import body_of, confirmation, mails_to, wait_for
from tests.journeys.test_meetings import signed_in
from tests.journeys.test_organiser import register

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


INVITATION = re.compile(r"https?://[^/\s]+(\S*/invitations/[^/\s]+/)\s")
NAMES = ("Borantora", "Quilivek", "Tamoshadox")  # none like another
ADDRESSES = {"spring": "", "autumn": "/c/autumn"}
OTHER = {"spring": "autumn", "autumn": "spring"}


def test_from_the_list_to_the_report_everyone_sees_her_own_campaign(site, campaigns, tmp_path):
    desks = {}
    for campaign in campaigns:
        person = factories.organiser(campaign, "admin")
        desks[campaign.slug] = signed_in(site("en"), person), factories.partner(campaign)
        # Every list names a company of the other campaign, too.
        bring_in_and_invite(desks[campaign.slug][0], campaign.slug, tmp_path / f"{campaign.slug}.csv")
    people = {slug: register_by_letter(slug, place) for place, slug in enumerate(ADDRESSES)}
    for slug, address in ADDRESSES.items():
        desk, (partner, at_partner) = desks[slug]
        publish_event(slug)
        seen = {
            "companies": text_of(desk, f"{address}/console/companies/"),
            "report": text_of(desk, address + reverse("console_outcomes")),
            "partner": text_of(
                signed_in(site("en"), at_partner), address + reverse("partner_home", args=[partner.uid])
            ),
            "company": text_of(signed_in(site("en"), people[slug]), f"{address}/"),
            "visitor": text_of(site("en"), f"{address}/events/"),
        }
        for name, text in seen.items():
            assert f"Fair of {slug}" in text, (slug, name)
            assert OTHER[slug] not in text, (slug, name)
        assert f"Borantora {slug}" in seen["companies"]
        assert f"Day of {slug}" in seen["visitor"]
    assert Company.objects.get(legal_name="Mill of autumn").contact_name == "Malee Srisuk"


def bring_in_and_invite(desk, slug: str, path) -> None:
    """The list of a fair, read and applied in a browser, and letters to its contact persons."""
    rows = [
        ["Company name", "Country", "Contact person", "E-mail"],
        *([f"{name} {slug}", "VN", f"Linh {name}", f"{name.lower()}@{slug}.example"] for name in NAMES),
        [f"Mill of {OTHER[slug]}", "TH", "A Stranger", f"stranger@{slug}.example"],
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    page = desk.go(ADDRESSES[slug] + reverse("import_new", args=["team", "suppliers"]))
    page.locator("main input[type=file]").set_input_files(path)
    for action in ("", "[action$='/columns/']", "[action$='/apply/']"):
        button = page.locator(f"main form{action} button.btn-primary").first
        button.wait_for()
        with page.expect_navigation():
            button.click()
    link = page.locator("main a[href*='?import=']").first
    link.wait_for()
    for press in (link, page.locator("main button[name=step][value=send]")):
        with page.expect_navigation():
            press.click()


def register_by_letter(slug: str, place: int):
    """A contact person goes on from her letter, which names her campaign alone, and takes her company over."""
    Invitation.objects.update(not_before=timezone.now())
    start_invitations()
    wait_for(lambda: not Invitation.objects.waiting().exists(), 120, "letters still wait")
    email = f"borantora@{slug}.example"
    [letter] = mails_to(email)
    body = body_of(letter)
    assert f"Fair of {slug}" in body
    assert OTHER[slug] not in body + str(letter["From"]) + str(letter["Subject"])
    link = INVITATION.search(body)[1]
    assert link.startswith(f"{ADDRESSES[slug]}/invitations/")
    _email, _link, person = register(place, email, link)
    assert person.post(confirmation(email)).url == link
    assert person.post(link).status_code == 302
    return Company.objects.get(legal_name=f"Borantora {slug}").members.get()


def publish_event(slug: str) -> None:
    day = timezone.localdate() + dt.timedelta(days=20)
    names = {"en": f"Day of {slug}", "zh-hans": f"Day of {slug}"}
    Event.objects.create(
        campaign=Campaign.objects.get(slug=slug),
        slug=f"day-{slug}",
        name=names,
        city={"en": "Wuhan"},
        starts_on=day,
        ends_on=day,
        opens_at=dt.time(9),
        closes_at=dt.time(11),
        tables=2,
        capacity=20,
        status=Event.Status.PUBLISHED,
    )


def text_of(person, path: str) -> str:
    """Title and text of a page."""
    page = person.go(path)
    return f"{page.title()} {page.inner_text('body')}"
