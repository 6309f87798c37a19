"""Menus lead only where this person may go, also on a page of an error."""

import re

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import Organiser
from matchmaker.events.models import Event
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def menu_of(page: str) -> list[str]:
    bar = re.search(r'<nav class="nav-bar".*?</nav>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)"', bar[0]) if bar else []


@pytest.mark.parametrize("path", ["/console/", "/console/companies/", "/console/nowhere/", "/supplier/nowhere/"])
def test_a_page_that_is_not_there_shows_no_menu_of_a_closed_area(client, path):
    factories.campaign()
    people = [factories.member_of(factories.buyer()), factories.user(is_staff=True), factories.user()]
    for person in people:
        client.force_login(person)
        page = client.get(path)
        assert page.status_code == 404
        assert [link for link in menu_of(page.text) if client.get(link).status_code >= 400] == []
        assert "Organiser console" not in page.text


@pytest.mark.parametrize("role", Organiser.Role.values)
def test_the_console_menu_holds_what_opens_for_the_role(client, role):
    client.force_login(factories.organiser(role=role))
    links = menu_of(client.get(reverse("console_home")).text)
    assert len(links) >= 5
    assert [link for link in links if client.get(link).status_code != 200] == []
    assert (reverse("console_campaign") in links) == (role != Organiser.Role.STAFF)


def test_the_site_administrator_lands_on_the_sites_page_and_finds_the_administration(client):
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    assert client.get(reverse("desk")).headers["Location"] == reverse("console_site")
    page = client.get(reverse("console_site")).text
    assert f'href="{reverse("admin:index")}"' in page
    assert reverse("console_companies") not in menu_of(page)  # a page of campaigns' teams, and she is in none
    assert client.get(reverse("admin:index")).status_code == 200
    assert f'href="{reverse("admin:index")}"' in client.get("/").text
    client.force_login(factories.member_of(factories.supplier()))
    assert reverse("admin:index") not in client.get("/").text


def test_registering_is_offered_to_companies_and_leads_others_to_joining(client):
    campaign = factories.campaign()
    days = {"starts_on": campaign.starts_on, "ends_on": campaign.ends_on, "campaign": campaign}
    Event.objects.create(slug="fair", name={"en": "Fair", "zh-hans": "展会"}, status="published", **days)
    button = reverse("meetings_register", args=["fair"])
    client.force_login(factories.member_of(factories.supplier()))
    assert button in client.get(reverse("meetings")).text
    assert client.get(button).status_code == 200
    client.force_login(factories.organiser(campaign))
    assert button not in client.get(reverse("meetings")).text
    assert client.get(button, follow=True).redirect_chain == [(reverse("join"), 302)]
