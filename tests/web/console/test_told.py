"""The console says that a company was told only where a notice of it was written."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from matchmaker.companies.models import Claim
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def console(client, campaign):
    client.force_login(factories.organiser(campaign))
    return client


def waiting(campaign, *, with_people: bool):
    company = factories.company(status="pending", legal_name="Doi Chang Coffee")
    company.participations.create(campaign=campaign, side="supplier")
    if not with_people:
        company.memberships.all().delete()
    return company


def approve(console, company) -> str:
    answer = console.post(reverse("console_company_approve", args=[company.uid]))
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_an_approved_company_with_people_has_been_told(console, campaign):
    company = waiting(campaign, with_people=True)
    assert "It has been told." in approve(console, company)
    assert Notice.objects.filter(about=company.uid, kind="company_approved").count() == 1


def test_an_approved_company_from_a_list_is_said_not_to_be_told(console, campaign):
    said = approve(console, waiting(campaign, with_people=False))
    assert "has been told" not in said
    assert "Not told, because nobody has an account for it here yet: Doi Chang Coffee." in said


def test_an_open_claim_stands_on_the_work_list(console, campaign):
    company = waiting(campaign, with_people=False)
    from django.utils import timezone

    Claim.objects.create(company=company, user=factories.user(), evidence="x", objection_until=timezone.now())
    page = console.get(reverse("console_home")).content.decode()
    assert "Claims of a company to decide about" in page
    assert reverse("console_company", args=[company.uid]) in page


def test_a_person_without_a_company_finds_the_way_to_claim_one(client, campaign):
    company = factories.company()
    address = reverse("supplier", args=[company.uid])
    assert reverse("claim", args=[company.uid]) not in client.get(address).content.decode()
    client.force_login(factories.user())
    assert reverse("claim", args=[company.uid]) in client.get(address).content.decode()
    client.force_login(company.members.get())
    assert reverse("claim", args=[company.uid]) not in client.get(address).content.decode()
