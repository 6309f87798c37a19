"""The front door, and the pages of one thing."""

import datetime as dt
import json
import re

import icalendar
import pytest
from django.contrib.staticfiles import finders
from django.db import transaction
from django.db.models.signals import post_init
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue.models import Demand, Product, ProductText
from matchmaker.core.formats import day
from matchmaker.events.models import Event
from matchmaker.events.services import register_for_event
from matchmaker.web.templatetags.ui import clock
from tests import factories as make
from tests.markup import flat

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"


@pytest.fixture
def event():
    campaign = Campaign.objects.create(
        slug="c", name={"en": "C", "zh-hans": "C"}, starts_on="2030-01-01", ends_on="2030-12-31", is_current=True
    )
    return Event.objects.create(
        campaign=campaign,
        slug="wuhan",
        name={"en": "Meetings, Wuhan", "zh-hans": "武汉洽谈会"},
        starts_on="2030-05-01",
        ends_on="2030-05-02",
        status=Event.Status.PUBLISHED,
    )


def test_the_front_door_of_an_empty_site_says_what_to_do(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "No open demands yet" in response.content.decode()


def test_the_front_door_shows_the_campaign(client, event):
    demand = make.demand(title="2027年大米采购", lines=1)
    empty = make.demand(title="没有明细")
    product = make.product(origin="TH", name="Jasmine rice")
    make.take_part(event.campaign, demand.company, empty.company, product.company)
    response = client.get("/")
    assert [row.pk for row in response.context["demands"]] == [demand.pk]
    assert [row["code"] for row in response.context["countries"]] == ["TH"]
    assert [row.slug for row in response.context["events"]] == ["wuhan"]
    assert [figure["value"] for figure in response.context["figures"]] == ["1", "1", "1", "0"]


def test_a_product_shows_its_languages_side_by_side_with_their_marks(client):
    row = make.product(name="ข้าวหอมมะลิ", language="th")
    ProductText.objects.create(product=row, language="ar", name="أرز الياسمين")
    page = flat(client.get(reverse("product", args=[row.uid])).content.decode())
    assert '<h3 lang="ar" dir="rtl">أرز الياسمين</h3>' in page
    assert '<h3 lang="th" dir="ltr">ข้าวหอมมะลิ</h3>' in page


def structured(page: str) -> list[dict]:
    """The things that the page tells search engines."""
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])


def test_the_front_page_tells_search_engines_who_runs_it_and_how_to_search(client, settings):
    settings.SENDER_ORGANISATION, settings.SITE_URL = "Chamber of Commerce", "https://match.example.org"
    organisation, site = structured(client.get(reverse("home")).text)
    assert (organisation["@type"], organisation["name"]) == ("Organization", "Chamber of Commerce")
    assert site["potentialAction"]["target"]["urlTemplate"] == (
        "https://match.example.org/products/?q={search_term_string}"
    )


def test_the_description_for_search_engines_is_in_the_language_of_the_page_or_left_out(client):
    row = make.product(name="ข้าวหอมมะลิ", language="th")
    row.texts.update(description="ข้าวคุณภาพดี")
    assert "description" not in structured(client.get(reverse("product", args=[row.uid])).text)[0]
    ProductText.objects.create(product=row, language="en", name="Jasmine rice", description="Good rice")
    assert structured(client.get(reverse("product", args=[row.uid])).text)[0]["description"] == "Good rice"


def test_an_event_tells_search_engines_its_hours_and_its_organiser(client, event, settings):
    settings.SENDER_ORGANISATION = "Chamber of Commerce"
    data, way = structured(client.get(reverse("event", args=[event.slug])).text)
    event.refresh_from_db()
    assert data["startDate"] == dt.datetime.combine(event.starts_on, dt.time(9), event.zone).isoformat()
    assert data["organizer"]["name"] == "Chamber of Commerce"
    assert [step["name"] for step in way["itemListElement"]] == ["Events", "Meetings, Wuhan"]


def test_a_demand_tells_search_engines_what_is_wanted_and_not_by_whom(client):
    demand = make.demand()
    page = client.get(reverse("demand", args=[demand.uid])).text
    data, _way = structured(page)
    assert (data["@type"], data["validThrough"]) == ("Demand", demand.closing_on.isoformat())
    assert demand.company.legal_name not in json.dumps(data)


def test_search_engines_may_read_the_page_to_join(client):
    lines = client.get("/robots.txt").text.splitlines()
    assert "Allow: /accounts/signup/" in lines


@pytest.mark.parametrize("name", ["about", "products", "suppliers", "demands", "events"])
def test_a_link_to_a_list_has_a_title_elsewhere(client, name):
    assert re.search(r'<meta\s+property="og:title"\s+content="[^"]+"', client.get(reverse(name)).text)


def test_structured_data_is_json_that_names_the_product(client):
    row = make.product(name="Rice </script>", price_low="940.0000", price_high="1060.0000", currency="USD")
    page = client.get(reverse("product", args=[row.uid])).content.decode()
    data, way = structured(page)
    assert (data["@type"], data["name"]) == ("Product", "Rice </script>")
    assert [step["name"] for step in way["itemListElement"]] == ["Products", str(row.category.name), "Rice </script>"]
    assert [step["position"] for step in way["itemListElement"]] == [1, 2, 3]
    assert data["offers"] == {
        "@type": "AggregateOffer",
        "priceCurrency": "USD",
        "lowPrice": "940",
        "highPrice": "1060",
    }


@pytest.mark.parametrize("asked", ["2030-02-30", "10000-01-01", "x", "", "0001-01-01"])
def test_a_shipment_day_that_is_none_is_replaced(client, asked):
    row = make.product()
    response = client.get(reverse("product", args=[row.uid]), {"ship": asked})
    assert response.status_code == 200
    assert response.context["ships_on"].year in range(2020, 2036)


def test_a_draft_is_seen_by_its_own_people_and_said_to_be_one(client):
    row = make.product(status="draft")
    client.force_login(make.member_of(row.company))
    response = client.get(reverse("product", args=[row.uid]))
    assert "the product is not published" in response.content.decode()
    assert "application/ld+json" not in response.content.decode()


def test_a_supplier_page_keeps_the_contact_to_itself(client):
    company = make.supplier(contact_email="secret@example.org", contact_name="Hidden Person")
    make.product(company=company)
    page = client.get(reverse("supplier", args=[company.uid])).content.decode()
    assert company.legal_name in page
    assert "secret@example.org" not in page
    assert "Hidden Person" not in page


def test_a_public_demand_does_not_name_its_buyer(client):
    buyer = make.buyer(legal_name="武汉某某超市集团")
    demand = make.demand(company=buyer, lines=2)
    page = client.get(reverse("demand", args=[demand.uid])).content.decode()
    assert "茉莉香米" in page
    assert "武汉某某超市集团" not in page


def test_an_invited_supplier_sees_the_demand_and_others_do_not(client):
    demand = make.demand(visibility=Demand.Visibility.INVITED, lines=1)
    guest, other = make.supplier(), make.supplier()
    demand.invitations.create(company=guest)
    client.force_login(make.member_of(guest))
    assert client.get(reverse("demand", args=[demand.uid])).status_code == 200
    client.force_login(make.member_of(other))
    assert client.get(reverse("demand", args=[demand.uid])).status_code == 404


def test_the_calendar_file_holds_the_event(client, event):
    response = client.get(reverse("event_calendar", args=[event.slug]))
    entry = icalendar.Calendar.from_ical(response.content).walk("VEVENT")[0]
    assert entry["summary"] == "Meetings, Wuhan"
    assert entry["dtend"].dt.isoformat() == "2030-05-03"
    assert entry["uid"] == f"{event.uid}@matchmaker"


def test_the_calendar_file_of_a_changed_event_has_a_higher_number_and_the_time_of_the_change(client, event):
    def entry():
        response = client.get(reverse("event_calendar", args=[event.slug]))
        return icalendar.Calendar.from_ical(response.content).walk("VEVENT")[0]

    before = entry()
    with transaction.atomic():
        record(by=None, verb="update_event", on=event, organisation=event.campaign)
    after = entry()
    assert after["sequence"] == before["sequence"] + 1
    assert after["last-modified"].dt >= before["last-modified"].dt


def test_the_page_of_an_event_says_which_days_have_other_hours(client, event):
    own = {"day": 2, "opens_at": "09:00", "closes_at": "12:00", "pause_from": None, "pause_until": None}
    Event.objects.update(day_hours=[own])
    second = day(dt.date(2030, 5, 2), "full")
    page = flat(client.get(reverse("event", args=[event.slug])).text)
    hours = " ".join(f"{clock(dt.time(9))} to {clock(dt.time(12))}".split())
    assert f"{second}: {hours}" in page
    Event.objects.update(day_hours=[{name: value if name == "day" else None for name, value in own.items()}])
    assert f"{second}: no meetings" in flat(client.get(reverse("event", args=[event.slug])).text)


def test_the_calendar_file_of_a_single_day_has_the_hours_of_that_day(client, event):
    own = {"day": 1, "opens_at": "10:00", "closes_at": "12:00", "pause_from": None, "pause_until": None}
    Event.objects.update(ends_on=event.starts_on, day_hours=[own])
    response = client.get(reverse("event_calendar", args=[event.slug]))
    entry = icalendar.Calendar.from_ical(response.content).walk("VEVENT")[0]
    assert [entry[name].dt.astimezone(event.zone).strftime("%H:%M") for name in ("dtstart", "dtend")] == [
        "10:00",
        "12:00",
    ]


def test_a_draft_event_is_not_there(client, event):
    Event.objects.update(status=Event.Status.DRAFT)
    for name in ("event", "event_calendar"):
        assert client.get(reverse(name, args=[event.slug])).status_code == 404


def test_categories_count_what_is_offered_and_wanted(client):
    make.product()
    make.product(status="draft")
    make.demand(lines=2)
    row = client.get(reverse("categories")).context["groups"][0]["rows"][0]
    assert (row.pk, row.offered, row.wanted) == ("AGRI-01", 1, 2)


def test_the_sitemap_names_what_is_public(client, settings):
    row = make.product()
    make.product(status="draft")
    index = client.get(reverse("sitemap")).content.decode()
    assert f"{settings.SITE_URL}/sitemap/en/products-1.xml" in index
    listed = client.get("/sitemap/en/products-1.xml").content.decode()
    assert re.findall(r"<loc>(.*?)</loc>", listed) == [f"{settings.SITE_URL}/products/{row.uid}/"]
    assert client.get("/sitemap/en/products-2.xml").status_code == 404
    assert client.get("/sitemap/en/passwords-1.xml").status_code == 404


def test_robots_are_kept_off_the_desks(client):
    page = client.get(reverse("robots")).content.decode()
    assert "Disallow: /buyer/" in page
    assert page.rstrip().endswith("/sitemap.xml")


def test_the_page_of_an_event_says_who_comes_how_many_places_are_left_and_ones_own_clock(client, event):
    Event.objects.filter(pk=event.pk).update(capacity=2)
    person = make.user(time_zone="Asia/Bangkok")
    seller = make.supplier(person)
    register_for_event(by=person, event=event, company=seller, side="supplier")
    address = reverse("event", args=[event.slug])
    text = client.get(address).content.decode()
    assert "1 supplier" in text
    assert "1 place left" in text
    assert "Register your company" in text
    client.force_login(person)
    text = client.get(address).content.decode()
    assert "See your meetings" in text
    assert "Bangkok time" in text
    Event.objects.filter(pk=event.pk).update(capacity=1)
    assert "full; the waiting list moves up by itself" in client.get(address).content.decode()


def test_browsers_and_researchers_find_the_standard_files(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    assert client.get("/favicon.ico").headers["Location"].endswith("img/favicon.ico")
    assert client.get("/apple-touch-icon.png").headers["Location"].endswith("img/apple-touch-icon.png")
    manifest = client.get("/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert {"name", "short_name", "start_url", "icons", "display"} <= manifest.json().keys()
    for icon in manifest.json()["icons"]:
        assert finders.find(icon["src"].removeprefix(settings.STATIC_URL))
    text = client.get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@example.org" in text
    expires = dt.datetime.fromisoformat(re.search(r"Expires: (.+)", text)[1])
    assert dt.timedelta(days=30) < expires - timezone.now() < dt.timedelta(days=366)
    assert client.get("/.well-known/change-password").headers["Location"] == reverse("account_change_password")
    for path in ("/favicon.ico", "/manifest.webmanifest", "/"):
        answer = client.get(path)
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "geolocation=()" in answer["Permissions-Policy"]


def test_the_front_page_says_how_to_join_before_anything_else_and_shows_twelve_countries(client):
    for number, country in enumerate(["TH", "VN", "FR", "IT", "DE", "ES", "PT", "CL", "PE", "NZ", "AU", "KE", "ET"]):
        make.supplier(country=country, legal_name=f"Supplier {number}")
    page = client.get(reverse("home"))
    html = page.content.decode()
    assert len(page.context["countries"]) == 12
    assert "All 13 countries" in " ".join(html.split())
    assert html.index("front-join") < html.index("front-figures")  # above the search, the pairs and the figures
    client.force_login(make.user())
    assert "front-join" not in client.get(reverse("home")).content.decode()


def test_the_front_door_reads_the_products_and_demands_it_shows_and_no_others(client):
    company, buyer = make.supplier(), make.buyer()
    for _ in range(12):
        make.product(company=company)
        make.demand(company=buyer, lines=1)
    read = []

    def note(sender, instance, **_signal):
        if sender in (Product, Demand):
            read.append(instance)

    post_init.connect(note)
    try:
        client.get(reverse("home"))
    finally:
        post_init.disconnect(note)
    assert len([row for row in read if isinstance(row, Product)]) == 1  # of one country
    assert len([row for row in read if isinstance(row, Demand)]) == 6
