"""Campaigns, tags and invitations to events over the API."""

import datetime as dt

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.campaigns.models import CompanyTag
from matchmaker.events.models import Event, EventInvitation
from tests import factories

pytestmark = pytest.mark.django_db
BASE = "/api/v1"


def caller(person) -> APIClient:
    client = APIClient()
    key = create_token(by=person, name="t", scopes=SCOPES)[1]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def campaign():
    return factories.campaign(slug="spring")


@pytest.fixture
def company(campaign):
    row = factories.supplier()
    factories.take_part(campaign, row)
    return row


def test_a_team_reads_its_campaigns_and_works_in_the_one_it_names(campaign):
    other = factories.campaign(slug="autumn", is_current=False, state="planned")
    factories.campaign(slug="foreign", is_current=False)
    person = factories.organiser(campaign)
    other.organisers.create(user=person, role="admin")
    client = caller(person)
    rows = client.get(f"{BASE}/campaigns/").json()["results"]
    assert {(row["slug"], row["state"], row["role"]) for row in rows} == {
        ("spring", "open", "organiser"),
        ("autumn", "planned", "admin"),
    }
    made = client.post(f"{BASE}/tags/?campaign=autumn", {"name": "VIP"}, format="json")
    assert (made.status_code, made.json()["campaign"]) == (201, "autumn")
    assert client.post(f"{BASE}/tags/?campaign=foreign", {"name": "VIP"}, format="json").status_code == 404


def test_tags_are_put_on_companies_of_the_campaign_alone(campaign, company):
    outside = factories.supplier()
    client = caller(factories.organiser(campaign))
    tag = client.post(f"{BASE}/tags/", {"name": "VIP"}, format="json").json()
    body = {"companies": [str(company.uid), str(outside.uid)]}
    assert client.post(f"{BASE}/tags/{tag['uid']}/put-on/", body, format="json").status_code == 200
    assert list(CompanyTag.objects.values_list("company", flat=True)) == [company.pk]
    client.post(f"{BASE}/tags/{tag['uid']}/take-off/", body, format="json")
    assert not CompanyTag.objects.exists()
    stranger = caller(factories.user())
    assert stranger.get(f"{BASE}/tags/").json()["results"] == []
    assert stranger.get(f"{BASE}/tags/{tag['uid']}/").status_code == 404


def test_a_company_is_invited_and_answers(campaign, company):
    day = timezone.localdate() + dt.timedelta(days=9)
    name = {"en": "Fair", "zh-hans": "洽谈会"}
    Event.objects.create(campaign=campaign, slug="fair", name=name, status="published", starts_on=day, ends_on=day)
    team, member = caller(factories.organiser(campaign)), caller(company.members.get())
    body = {"event": "fair", "companies": [str(company.uid)]}
    [made] = team.post(f"{BASE}/event-invitations/", body, format="json").json()["invitations"]
    assert (made["campaign"], made["event"], made["answer"]) == ("spring", "fair", "")
    assert member.post(f"{BASE}/event-invitations/", body, format="json").status_code == 404
    url = f"{BASE}/event-invitations/{made['uid']}/answer/"
    assert caller(factories.user()).post(url, {"answer": "yes"}, format="json").status_code == 404
    assert member.post(url, {"answer": "yes"}, format="json").json()["answer"] == "yes"
    assert EventInvitation.objects.get().answer == "yes"
    assert team.get(f"{BASE}/event-invitations/?event=fair&answer=yes").json()["results"][0]["uid"] == made["uid"]
