"""A page says that a company was told only where a notice of it was written."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from matchmaker.companies.models import Claim
from matchmaker.notifications.models import Notice
from matchmaker.web.rendering.notice_claims import describe_result
from tests import factories
from tests.events.conftest import Hall

pytestmark = pytest.mark.django_db


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
    assert "It has been notified." in approve(console, company)
    assert Notice.objects.filter(about=company.uid, kind="company_approved").count() == 1


def test_an_approved_company_from_a_list_is_said_not_to_be_told(console, campaign):
    said = approve(console, waiting(campaign, with_people=False))
    assert "has been notified" not in said
    assert "Not notified, because nobody has an account for it here yet: Doi Chang Coffee." in said


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


@pytest.fixture
def hall():
    return Hall()


@pytest.fixture
def meeting(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    return hall.book(supplier, buyer, 0)


def post(client, user, address, **fields) -> str:
    client.force_login(user)
    answer = client.post(address, fields)
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.mark.parametrize(
    ("has_people", "told"), [(True, "The other side is notified."), (False, "Not notified, because")]
)
def test_a_cancelled_meeting_says_whether_the_other_side_was_told(client, meeting, has_people, told):
    if not has_people:
        meeting.buyer.memberships.all().delete()
    address = reverse("meetings_cancel", args=[meeting.uid])
    page = post(client, factories.member_of(meeting.supplier), address, why="Ill")
    assert page.startswith(f"Cancelled. {told}")


@pytest.mark.parametrize(
    ("has_people", "told"), [(True, "Those they would have met are notified."), (False, "Not notified")]
)
def test_the_team_withdraws_a_company_and_reads_whether_others_were_told(client, hall, meeting, has_people, told):
    if not has_people:
        meeting.buyer.memberships.all().delete()
    row = hall.event.participations.get(company=meeting.supplier)
    address = reverse("console_event_withdraw", args=[hall.event.slug, row.uid])
    assert post(client, hall.organiser, address).startswith(f"Withdrawn. {told}")


def test_a_company_without_meetings_withdraws_and_nobody_is_said_to_be_told(client, hall):
    row = hall.comes("supplier")
    address = reverse("meetings_withdraw", args=[hall.event.slug])
    assert post(client, factories.member_of(row.company), address) == "Your company has withdrawn."


def test_a_side_whose_name_is_hidden_is_not_named_when_it_was_not_told():
    company = factories.company(legal_name="Wuhan Zhongbai")
    assert (
        describe_result("Noted.", "The other side is notified.", kind="enquiry_step", companies=[company], named=False)
        == "Noted."
    )
