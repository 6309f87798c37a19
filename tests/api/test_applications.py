"""Companies that wait are decided over the API as on the team's page."""

import pytest
from django.urls import reverse

from matchmaker.notifications.models import Notice
from tests import factories
from tests.api.conftest import Caller

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def at(name: str, *args) -> str:
    return reverse(f"api_{name}", args=args)


@pytest.fixture
def waiting():
    campaign = factories.campaign()
    company = factories.supplier(status="pending")
    factories.take_part(campaign, company)
    return campaign, company


def test_the_team_reads_and_approves_a_company_and_its_people_are_told(waiting):
    campaign, company = waiting
    person = factories.member_of(company)
    team = Caller(factories.organiser(campaign))
    listed = team.get(at("applications")).json()["results"]
    assert [(row["uid"], row["status"]) for row in listed] == [(str(company.uid), "pending")]
    assert team.get(at("application", company.uid)).json() == listed[0]
    assert team.post(at("application_approve", company.uid)).json()["status"] == "approved"
    assert Notice.objects.filter(kind="company_approved", recipient=person).count() == 1
    assert team.post(at("application_approve", company.uid)).status_code == 404  # it waits no more
    assert team.get(at("applications")).json()["count"] == 0


def test_a_company_is_returned_with_a_reason_alone(waiting):
    campaign, company = waiting
    team = Caller(factories.organiser(campaign))
    assert team.post(at("application_return", company.uid), {"reason": " "}).status_code == 400
    answer = team.post(at("application_return", company.uid), {"reason": "The number is missing."}).json()
    assert (answer["status"], answer["status_reason"]) == ("returned", "The number is missing.")


def test_others_see_nobody_who_waits(waiting):
    _campaign, company = waiting
    other = factories.campaign(slug="other", is_current=False)
    for person in (factories.member_of(company), factories.organiser(other)):
        caller = Caller(person)
        assert caller.get(at("applications")).json()["count"] == 0
        assert caller.post(at("application_approve", company.uid)).status_code == 404
    reader = Caller(factories.organiser(_campaign), scopes=["events:write"])
    assert reader.post(at("application_approve", company.uid)).status_code == 403
