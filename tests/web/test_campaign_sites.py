"""Two campaigns at once: each has its own address, and nothing of one shows at the address of the other."""

import json
import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.urls import get_script_prefix, reverse

from matchmaker.campaigns.models import CampaignLogo, CompanyInvitation, Organiser, Participation
from matchmaker.campaigns.services.company_invitations import invite_companies
from matchmaker.companies.models import Membership
from matchmaker.core import site_prefix
from matchmaker.events.models import Event
from matchmaker.imports.models import Import
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring():
    """The campaign at the root, with a supplier, a buyer and their goods."""
    return _campaign("spring", "Spring Market", colour="#8a1f11", is_current=True)


@pytest.fixture
def autumn(spring):
    """A second open campaign with people of its own."""
    return _campaign("autumn", "Autumn Fair", colour="#0a5c8c", is_current=False)


def _campaign(slug, name, **fields):
    names = {"en": name, "zh-hans": f"{name} 中文"}
    return make.campaign(slug=slug, name=names, short_name=names, **fields)


def _fill(campaign):
    """A supplier with a product, a buyer with a demand, an event; each named after the campaign."""
    supplier = make.supplier(legal_name=f"Mill of {campaign.slug}", country="TH" if campaign.is_current else "VN")
    buyer = make.buyer(legal_name=f"Buyer of {campaign.slug}")
    make.take_part(campaign, supplier, buyer)
    product = make.product(supplier, name=f"Rice of {campaign.slug}")
    demand = make.demand(buyer, title=f"Wanted in {campaign.slug}", lines=1)
    event = Event.objects.create(
        campaign=campaign,
        slug=f"meet-{campaign.slug}",
        name={"en": f"Meeting of {campaign.slug}", "zh-hans": f"{campaign.slug} 会"},
        starts_on="2030-05-01",
        ends_on="2030-05-02",
        status=Event.Status.PUBLISHED,
    )
    return {"supplier": supplier, "buyer": buyer, "product": product, "demand": demand, "event": event}


@pytest.fixture
def both(spring, autumn):
    return {campaign.slug: _fill(campaign) for campaign in (spring, autumn)}


@pytest.mark.parametrize("path", ["/", "/suppliers/", "/products/", "/products/?q=rice", "/demands/", "/events/"])
def test_each_address_lists_only_its_own(client, both, path):
    for prefix, mine, other in (("", "spring", "autumn"), ("/c/autumn", "autumn", "spring")):
        page = client.get(prefix + path)
        assert page.status_code == 200
        assert f"of {mine}" in page.text or f"in {mine}" in page.text
        assert f"of {other}" not in page.text
        assert f"in {other}" not in page.text
    assert get_script_prefix() == "/"


def test_counts_of_facets_and_words_are_of_the_campaign(client, both):
    for prefix, country in (("", "TH"), ("/c/autumn", "VN")):
        page = client.get(f"{prefix}/suppliers/")
        facet = next(facet for facet in page.context["facets"] if facet["name"] == "country")
        assert [(option["value"], option["count"]) for option in facet["options"]] == [(country, 1)]
        totals = client.get(f"{prefix}/products/totals/?q=rice").context["kinds"]
        assert {kind["name"]: kind["count"] for kind in totals}["products"] == 1


def test_every_link_inside_stays_in_the_campaign(client, both):
    page = client.get("/c/autumn/products/")
    links = [
        link for link in re.findall(r'(?:href|action|src)="(/[^"]*)"', page.text) if not link.startswith("/static/")
    ]
    assert links
    assert [link for link in links if not link.startswith("/c/autumn/")] == []
    assert 'href="/static/' in page.text


def test_languages_stand_behind_the_prefix(client, both):
    page = client.get("/c/autumn/fr/products/")
    assert page.headers["Content-Language"] == "fr"
    assert f'hreflang="zh-Hans" href="{settings.SITE_URL}/c/autumn/zh-hans/products/"' in page.text
    assert f'rel="canonical" href="{settings.SITE_URL}/c/autumn/fr/products/"' in page.text
    answer = client.post("/c/autumn/i18n/setlang/", {"language": "de", "next": "/c/autumn/fr/products/?q=tea"})
    assert answer.url == "/c/autumn/de/products/?q=tea"
    assert client.get("/c/autumn/products/").url == "/c/autumn/de/products/"


def test_the_brand_files_are_those_of_the_address(client, spring, autumn):
    CampaignLogo.objects.create(campaign=autumn, picture=b"png of autumn")
    autumn.logo_digest = "a" * 64
    autumn.save()
    assert "#8a1f11" in client.get("/brand.css").text
    assert "#0a5c8c" in client.get("/c/autumn/brand.css").text
    assert client.get("/c/autumn/brand.png").content == b"png of autumn"
    assert client.get("/brand.png").status_code == 404
    manifest = json.loads(client.get("/c/autumn/manifest.webmanifest").content)
    assert (manifest["name"], manifest["start_url"], manifest["scope"]) == (
        "Autumn Fair",
        "/c/autumn/desk/",
        "/c/autumn/",
    )
    assert json.loads(client.get("/manifest.webmanifest").content)["name"] == "Spring Market"
    page = client.get("/c/autumn/about/")
    assert 'property="og:site_name" content="Autumn Fair"' in page.text
    assert 'href="/c/autumn/brand.css' in page.text


def test_the_sitemap_of_a_campaign_names_only_its_own(client, both):
    index = client.get("/c/autumn/sitemap.xml").text
    assert f"{settings.SITE_URL}/c/autumn/sitemap/en/products-1.xml" in index
    products = client.get("/c/autumn/sitemap/fr/products-1.xml").text
    assert f"<loc>{settings.SITE_URL}/c/autumn/fr/products/{both['autumn']['product'].uid}/</loc>" in products
    assert str(both["spring"]["product"].uid) not in products
    assert str(both["autumn"]["product"].uid) not in client.get("/sitemap/en/products-1.xml").text
    robots = client.get("/robots.txt").text
    assert f"Sitemap: {settings.SITE_URL}/c/autumn/sitemap.xml" in robots
    assert "Disallow: /c/*/console/" in robots


def test_lists_of_the_api_are_those_of_the_address(client, both):
    for prefix, slug in (("", "spring"), ("/c/autumn", "autumn")):
        names = [row["legal_name"] for row in client.get(f"{prefix}/api/v1/companies/").json()["results"]]
        assert names == [f"Mill of {slug}"]
        events = [row["slug"] for row in client.get(f"{prefix}/api/v1/events/").json()["results"]]
        assert events == [f"meet-{slug}"]


@pytest.mark.parametrize(
    ("kind", "key"), [("product", "uid"), ("supplier", "uid"), ("demand", "uid"), ("event", "slug")]
)
def test_a_page_of_a_thing_opens_at_its_own_campaign(client, both, kind, key):
    path = reverse(kind, args=[getattr(both["autumn"][kind], key)])
    assert client.get(path).url == f"/c/autumn{path}"
    assert client.get(f"/c/autumn{path}").status_code == 200


def test_the_campaign_at_the_root_has_one_address(client, spring, autumn):
    assert client.get("/c/spring/products/?q=tea").url == "/products/?q=tea"
    assert client.get("/c/autumn").url == "/c/autumn/"
    assert client.get("/c/autumn/products").url == "/c/autumn/products/"
    assert client.get("/c/nobody/").status_code == 404


def test_without_a_campaign_at_the_root_it_lists_the_open_ones(client, spring, autumn):
    spring.is_current = False
    spring.save()
    page = client.get("/")
    assert re.findall(r'<h2><a href="([^"]+)">([^<]+)</a>', page.text) == [
        ("/c/spring/", "Spring Market"),
        ("/c/autumn/", "Autumn Fair"),
    ]


def test_the_only_open_campaign_stands_at_the_root(client):
    _campaign("lonely", "Lonely Fair", is_current=False)
    assert client.get("/").context["campaign"].slug == "lonely"


# -- a planned campaign -----------------------------------------------------------------------------------------------
@pytest.fixture
def planned(spring):
    return _campaign("secret", "Secret Fair", is_current=False, state="planned")


def test_a_planned_campaign_is_not_there_for_anybody_else(client, planned):
    things = _fill(planned)
    for path in ("/", "/products/", "/brand.css", "/events/meet-secret/", "/accounts/login/"):
        unknown = client.get(f"/c/unknown{path}")
        assert client.get(f"/c/secret{path}").status_code == unknown.status_code == 404
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    assert client.get("/c/secret/products/").status_code == 404
    del client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert "secret" not in client.get("/suppliers/").text + client.get("/events/").text + client.get("/").text
    assert "secret" not in client.get("/robots.txt").text
    client.force_login(make.member_of(things["supplier"]))
    assert client.get("/c/secret/").status_code == 404


def test_its_team_sees_a_planned_campaign(client, planned):
    client.force_login(make.organiser(planned))
    page = client.get("/c/secret/")
    assert page.status_code == 200
    assert page.context["campaign"] == planned


def test_the_holder_of_a_letter_into_a_planned_campaign_reads_its_page_in_its_brand(client, planned):
    company = make.supplier(contact_email="office@mill.example")
    Membership.objects.filter(company=company).delete()
    make.take_part(planned, company)
    invite_companies(by=make.organiser(planned), campaign=planned, companies=[company])
    _send_letters()
    address = re.search(rf"{settings.SITE_URL}(/c/secret/invitations/\S+?/)\s", mail.outbox[0].body)[1]
    page = client.get(address)
    assert page.status_code == 200
    assert "Secret Fair" in page.text
    assert "Spring Market" not in page.text
    assert client.get("/c/secret/accounts/signup/").status_code == 200


# -- the team ---
@pytest.fixture
def of_both(client, spring, autumn):
    """A person of both teams."""
    person = make.organiser(spring, "admin")
    Organiser.objects.create(campaign=autumn, user=person, role="admin")
    client.force_login(person)
    return person


def test_two_tabs_work_in_two_campaigns(client, of_both, spring, autumn):
    assert client.get("/console/").context["campaign"] == spring
    assert client.get("/c/autumn/console/").context["campaign"] == autumn
    assert client.get("/console/").context["campaign"] == spring


def test_after_signing_in_she_is_in_the_campaign_she_worked_in_last(client, of_both, autumn):
    client.get("/c/autumn/console/")
    client.logout()
    client.force_login(of_both)
    assert client.get(reverse("desk")).url == "/c/autumn/console/"
    client.get("/console/")
    assert client.get(reverse("desk")).url == "/console/"


def test_pages_of_a_thing_switch_to_its_campaign(client, of_both, both, autumn):
    event = both["autumn"]["event"]
    path = reverse("console_event", args=[event.slug])
    assert client.get(path).url == f"/c/autumn{path}"
    company = reverse("console_company", args=[both["autumn"]["supplier"].uid])
    assert client.get(company).url == f"/c/autumn{company}"


def test_inviting_those_of_an_import_is_found_from_the_other_campaign(client, of_both, autumn):
    batch = Import.objects.create(campaign=autumn, kind=Import.Kind.SUPPLIERS, by=of_both, file_name="list.csv")
    page = reverse("import", args=[batch.uid])
    assert client.get(page).url == f"/c/autumn{page}"
    invite = f"{reverse('console_invite')}?import={batch.uid}"
    assert client.get(invite).url == f"/c/autumn{invite}"
    assert client.get(f"/c/autumn{invite}").status_code == 200


def test_of_a_foreign_team_nothing_opens(client, both, spring, autumn):
    client.force_login(make.organiser(spring))
    assert client.get("/c/autumn/console/").status_code == 404
    assert client.get(reverse("console_event", args=["meet-autumn"])).status_code == 404


# -- letters ---
def _send_letters():
    from matchmaker.companies import invitations
    from matchmaker.notifications import mail as post

    invitations.send_waiting()
    post.deliver_waiting()


def test_letters_of_each_campaign_have_its_sender_answers_footer_and_links(both, spring, autumn):
    for campaign in (spring, autumn):
        campaign.sender_name = f"Office of {campaign.slug}"
        campaign.reply_to = f"{campaign.slug}@office.example"
        campaign.footer = {"en": f"Footer of {campaign.slug}"}
        campaign.save()
        company = make.supplier(contact_email=f"{campaign.slug}@mill.example")
        Membership.objects.filter(company=company).delete()
        make.take_part(campaign, company)
        invite_companies(by=make.organiser(campaign), campaign=campaign, companies=[company])
    _send_letters()
    letters = {letter.to[0].partition("@")[0]: letter for letter in mail.outbox}
    for mine, other, base in (("spring", "autumn", ""), ("autumn", "spring", "/c/autumn")):
        letter = letters[mine]
        assert letter.from_email.startswith(f"Office of {mine} <") or f'"Office of {mine}"' in letter.from_email
        assert letter.reply_to == [f"{mine}@office.example"]
        assert f"Footer of {mine}" in letter.body
        assert f"of {other}" not in letter.body
        assert f"{settings.SITE_URL}{base}/invitations/" in letter.body
        html = letter.alternatives[0].content
        assert ("#0a5c8c" in html, "#8a1f11" in html) == (mine == "autumn", mine == "spring")


def test_a_campaign_words_its_own_invitation_and_the_other_keeps_the_sites(client, both, spring, autumn):
    client.force_login(make.organiser(autumn))
    sent = {"invitation_subject_en": "Come to Wuhan", "invitation_text_en": "Dear {company}, it is on 3 May in Hall 2."}
    page = client.post("/c/autumn/console/invitations/text/", sent)
    assert page.status_code == 302, page.context["form"].errors
    wrong = client.post("/c/autumn/console/invitations/text/", {**sent, "invitation_text_en": "Dear {nobody}"})
    assert wrong.status_code == 422
    for campaign in (spring, autumn):
        company = make.supplier(contact_email=f"{campaign.slug}@mill.example", legal_name="Mill", languages=["en"])
        Membership.objects.filter(company=company).delete()
        make.take_part(campaign, company)
        invite_companies(by=make.organiser(campaign), campaign=campaign, companies=[company])
    _send_letters()
    subjects = {letter.to[0].partition("@")[0]: letter.subject for letter in mail.outbox}
    assert subjects["autumn"] == "Come to Wuhan"
    assert subjects["spring"] != "Come to Wuhan"
    body = next(letter.body for letter in mail.outbox if letter.to[0].startswith("autumn"))
    assert "Dear Mill, it is on 3 May in Hall 2." in body
    assert CompanyInvitation.objects.count() == 2


def test_the_team_of_another_campaign_changes_no_words_of_all(client, spring, autumn):
    client.force_login(make.organiser(autumn))
    page = client.get("/c/autumn/console/texts/company_invitation/en/0/")
    assert "For all campaigns" in page.text
    assert not page.context["may_change"]
    answer = client.post("/c/autumn/console/texts/company_invitation/en/0/", {"subject": "Hers", "body": "Hers"})
    assert "of_all" not in answer.text
    assert answer.status_code == 400


# -- more ---
def test_a_company_of_a_list_is_public_only_once_a_person_came(client, spring):
    company = make.supplier(legal_name="Listed Only Mills")
    member = make.member_of(company)
    Membership.objects.filter(company=company).delete()
    make.take_part(spring, company)
    assert "Listed Only Mills" not in client.get("/suppliers/").text
    assert client.get(reverse("supplier", args=[company.uid])).status_code == 404
    Membership.objects.create(company=company, user=member, role="admin")
    assert "Listed Only Mills" in client.get("/suppliers/").text


def test_joining_at_the_address_of_a_campaign_joins_that_campaign(client, both, autumn):
    company = make.supplier(status="draft")
    client.force_login(make.member_of(company))
    step = client.get("/c/autumn/join/supplier/3/")
    assert step.status_code == 200
    assert 'action="/join/' not in step.text
    sent = {"about_en": "We mill rice.", "consent": "on"}
    answer = client.post("/c/autumn/join/supplier/3/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    joined = Participation.objects.filter(company=company)
    assert [row.campaign.slug for row in joined] == ["autumn"]


def test_a_campaign_answers_under_its_own_host(client, settings, both, autumn):
    settings.ALLOWED_HOSTS = ["testserver", "autumn.example"]
    autumn.host = "autumn.example"
    autumn.save()
    page = client.get("/suppliers/", headers={"host": "autumn.example"})
    assert "Mill of autumn" in page.text
    assert "Mill of spring" not in page.text
    assert 'hreflang="x-default" href="http://autumn.example' in page.text
    settings.ALLOWED_HOSTS = ["testserver"]
    assert client.get("/suppliers/", headers={"host": "autumn.example"}).status_code == 400


def test_partners_read_of_which_campaign_a_desk_is(client, spring, autumn):
    desk, person = make.partner(spring, name={"en": "Thai Trade Centre"})
    other, _other_person = make.partner(autumn, name={"en": "Thai Trade Centre"})
    seat = desk.seats.get()
    other.seats.create(email=seat.email, user=person, taken_at=seat.taken_at, state="sent", **_sent(seat))
    client.force_login(person)
    page = client.get(reverse("partner_home", args=[desk.uid]))
    assert "Spring Market" in page.text
    assert [(row["name"], row["campaign"]) for row in page.context["others"]] == [("Thai Trade Centre", "Autumn Fair")]
    home = reverse("partner_home", args=[other.uid])
    assert client.get(home).url == f"/c/autumn{home}"
    assert client.get(f"/c/autumn{home}").context["campaign"] == autumn


def _sent(seat):
    return {"not_before": seat.not_before, "finished_at": seat.finished_at}


def test_a_path_is_split_into_prefix_and_rest():
    assert site_prefix.split("/c/spring/products/") == ("/c/spring", "/products/")
    assert site_prefix.split("/c/spring") == ("/c/spring", "")
    assert site_prefix.split("/categories/") == ("", "/categories/")
    assert site_prefix.split(f"/companies/{uuid4()}/")[0] == ""
