"""A claim gives nothing by itself: the company may object for a week, then two people have to agree."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import CompanyInvitation
from matchmaker.campaigns.services import company_invitations
from matchmaker.campaigns.services.claims import agree_to_claim, decline_claim
from matchmaker.companies import claims
from matchmaker.companies.identifiers import check_identifier
from matchmaker.companies.models import Claim, Company, Membership
from matchmaker.companies.services import companies_alike, start_company
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def company(campaign):
    row = factories.supplier()
    row.participations.create(campaign=campaign, side="supplier")
    return row


@pytest.fixture
def claim(company):
    return claims.claim_company(by=factories.user(), company=company, evidence="I am its director since 2019.")


def week_is_over():
    Claim.objects.update(objection_until=timezone.now() - dt.timedelta(seconds=1))


def code_of(act, **what):
    with pytest.raises(Refused) as refusal:
        act(**what)
    return refusal.value.code


def test_claim_is_told_to_the_company_and_gives_no_access(client, company, claim):
    assert Notice.objects.get(recipient=factories.member_of(company)).kind == "company_claimed"
    client.force_login(claim.user)
    assert client.get(reverse("members", args=[company.uid])).status_code == 404
    assert not Membership.objects.filter(user=claim.user).exists()


def test_two_people_agree_after_the_week(campaign, claim):
    first, second = factories.organiser(campaign), factories.organiser(campaign)
    agree_to_claim(by=first, claim=claim, campaign=campaign)
    assert code_of(agree_to_claim, by=second, claim=claim, campaign=campaign) == "too_early"
    week_is_over()
    assert code_of(agree_to_claim, by=first, claim=claim, campaign=campaign) == "second_person"
    assert not Membership.objects.filter(user=claim.user).exists()
    agree_to_claim(by=second, claim=claim, campaign=campaign)
    assert Membership.objects.get(user=claim.user).role == "admin"
    assert code_of(decline_claim, by=first, claim=claim, campaign=campaign) == "already_answered"
    said = AuditEntry.objects.of(claim.company).values_list("verb", flat=True)
    assert list(said) == ["claim_company", "agree_to_claim", "agree_to_claim", "add_member"]


@pytest.fixture
def listed(campaign):
    """A company from a list: approved, without people."""
    row = factories.supplier(contact_email="Sales@doichang.example", website="https://www.doichang.example/en")
    row.memberships.all().delete()
    row.participations.create(campaign=campaign, side="supplier")
    return row


def test_the_confirmed_address_of_the_contact_opens_a_company_without_people_at_once(listed):
    somchai = factories.user(email="sales@doichang.example")
    claim = claims.claim_company(by=somchai, company=listed, evidence="I am its sales manager.")
    assert claim.status == "accepted"
    assert Membership.objects.get(company=listed, user=somchai).role == "admin"
    other = factories.user(email="boss@doichang.example")
    assert claims.claim_company(by=other, company=listed, evidence="Mine.").status == "open"


def test_an_address_that_is_not_confirmed_opens_nothing(listed):
    somchai = factories.user(email="sales@doichang.example")
    EmailAddress.objects.filter(user=somchai).update(verified=False)
    assert claims.claim_company(by=somchai, company=listed, evidence="Mine.").status == "open"
    assert not listed.memberships.exists()


def test_an_address_of_the_domain_needs_one_of_the_team_and_no_week(campaign, listed):
    boss = factories.user(email="boss@mail.doichang.example")
    claim = claims.claim_company(by=boss, company=listed, evidence="I am its director.")
    agree_to_claim(by=factories.organiser(campaign), claim=claim, campaign=campaign)
    assert Membership.objects.get(user=boss).role == "admin"


def test_anybody_else_needs_two_of_the_team_and_no_week_where_nobody_could_object(campaign, listed):
    person = factories.user(email="somchai@gmail.com")
    Company.objects.filter(pk=listed.pk).update(contact_email="info@gmail.com")
    claim = claims.claim_company(by=person, company=listed, evidence="I am its director.")
    agree_to_claim(by=factories.organiser(campaign), claim=claim, campaign=campaign)
    assert not Membership.objects.filter(user=person).exists()
    agree_to_claim(by=factories.organiser(campaign), claim=claim, campaign=campaign)
    assert Membership.objects.get(user=person).role == "admin"


def test_an_address_of_the_domain_changes_nothing_where_the_company_has_people(campaign, listed):
    Membership.objects.create(company=listed, user=factories.user(), role="admin")
    for address in ("sales@doichang.example", "boss@doichang.example"):
        claim = claims.claim_company(by=factories.user(email=address), company=listed, evidence="Mine.")
        assert claim.objection_until > timezone.now() + dt.timedelta(days=6)
        agree_to_claim(by=factories.organiser(campaign), claim=claim, campaign=campaign)
        claim.refresh_from_db()
        assert claim.status == "open"


def test_people_who_came_after_a_claim_are_told_and_may_object_for_a_week(campaign, listed):
    somchai, first, second = factories.user(), factories.organiser(campaign), factories.organiser(campaign)
    claim = claims.claim_company(by=somchai, company=listed, evidence="I am its director.")
    boss = Membership.objects.create(company=listed, user=factories.user(), role="admin").user
    agree_to_claim(by=first, claim=claim, campaign=campaign)
    notice = Notice.objects.get(recipient=boss, kind="company_claimed")
    claim.refresh_from_db()
    assert claim.objection_until > timezone.now() + dt.timedelta(days=6)
    assert notice.context["until"] == claim.objection_until.date().isoformat()
    assert code_of(agree_to_claim, by=second, claim=claim, campaign=campaign) == "too_early"
    claims.object_to_claim(by=boss, claim=claim, reason="Not one of us.")
    week_is_over()
    assert code_of(agree_to_claim, by=second, claim=claim, campaign=campaign) == "objected"


def test_people_who_came_between_the_two_answers_are_told_too(campaign, listed):
    first, second = factories.organiser(campaign), factories.organiser(campaign)
    claim = claims.claim_company(by=factories.user(), company=listed, evidence="I am its director.")
    agree_to_claim(by=first, claim=claim, campaign=campaign)
    boss = Membership.objects.create(company=listed, user=factories.user(), role="admin").user
    assert code_of(agree_to_claim, by=second, claim=claim, campaign=campaign) == "too_early"
    assert not Membership.objects.filter(user=claim.user).exists()
    assert Notice.objects.filter(recipient=boss, kind="company_claimed").count() == 1
    week_is_over()
    agree_to_claim(by=second, claim=claim, campaign=campaign)
    assert Membership.objects.get(user=claim.user).role == "admin"


def test_a_claim_by_the_contact_answers_the_invitation(campaign, listed):
    company_invitations.invite_companies(by=factories.organiser(campaign), campaign=campaign, companies=[listed])
    claims.claim_company(by=factories.user(email="sales@doichang.example"), company=listed, evidence="Mine.")
    assert CompanyInvitation.objects.with_status().get().status == "came"


def test_claims_stand_on_a_page_with_their_dates(client, campaign, company, claim, listed):
    claims.claim_company(by=factories.user(email="boss@doichang.example"), company=listed, evidence="Mine.")
    client.force_login(factories.organiser(campaign))
    assert reverse("console_claims") in client.get(reverse("console_home")).text
    page = client.get(reverse("console_claims")).text
    assert "boss@doichang.example" in page
    assert "1 person of the team decides." in page
    assert "2 people of the team decide." in page


def test_objection_of_the_company_stops_it(client, campaign, company, claim):
    client.force_login(factories.member_of(company))
    assert str(claim.user) in client.get(reverse("members", args=[company.uid])).text
    client.post(reverse("claim_object", args=[company.uid, claim.uid]), {"reason": "Left us in 2020."})
    week_is_over()
    assert code_of(agree_to_claim, by=factories.organiser(campaign), claim=claim, campaign=campaign) == "objected"


def test_nobody_agrees_to_her_own_claim_and_no_stranger_to_any(campaign, claim):
    week_is_over()
    campaign.organisers.create(user=claim.user)
    assert code_of(agree_to_claim, by=claim.user, claim=claim, campaign=campaign) == "own_company"
    assert code_of(agree_to_claim, by=factories.user(), claim=claim, campaign=campaign) == "not_found"


def test_one_open_claim_and_history_is_kept(company, claim):
    again = {"by": claim.user, "company": company, "evidence": "Again."}
    assert code_of(claims.claim_company, **again) == "already_claimed"
    claims.withdraw_claim(by=claim.user, claim=claim)
    claims.claim_company(**again)
    assert list(Claim.objects.values_list("status", flat=True)) == ["withdrawn", "open"]


def test_fourth_claim_in_a_month_is_refused(company):
    person = factories.user()
    for _number in range(claims.A_MONTH):
        claims.claim_company(by=person, company=factories.supplier(), evidence="Mine.")
    assert code_of(claims.claim_company, by=person, company=company, evidence="Mine.") == "too_many_claims"


def test_claim_from_its_page_is_decided_on_the_console(client, campaign, company):
    person, boss = factories.user(), factories.organiser(campaign)
    client.force_login(person)
    assert client.get(reverse("claim", args=[factories.buyer().uid])).status_code == 404
    client.post(reverse("claim", args=[company.uid]), {"evidence": "Number 0815 of the register."})
    claim = Claim.objects.get()
    client.force_login(boss)
    assert "Number 0815" in client.get(reverse("console_company", args=[company.uid])).text
    client.post(reverse("console_claim", args=[company.uid, claim.uid]), {"answer": "no"})
    claim.refresh_from_db()
    assert claim.status == "declined"
    assert Notice.objects.get(recipient=person).kind == "claim_answered"


def test_a_second_company_with_the_number_or_domain_of_a_checked_one_gets_nothing_of_it(client, campaign):
    """The number is refused; the domain and the name make a look-alike that the team is shown before it decides."""
    known = factories.supplier(
        legal_name="Surin Golden Rice Mill", identifier_kind="vat", country="DE",
        identifier=check_identifier(country="DE", kind="vat", number="DE136695976"),
        website="https://surinmill.example", verification=2,
    )  # fmt: skip
    person = factories.user()
    names = {"legal_name": "SURIN GOLDEN RlCE MILL", "country": "DE"}
    with pytest.raises(ValidationError) as refused:
        start_company(by=person, side="supplier", identifier_kind="vat", identifier="DE136695976", **names)
    assert any("already registered" in text for text in refused.value.messages)
    company = start_company(by=person, side="supplier", website="https://www.surinmill.example", **names)
    company.participations.create(campaign=campaign, side="supplier")
    assert company.status == "draft"
    assert not known.members.filter(pk=person.pk).exists()
    known.participations.create(campaign=campaign, side="supplier")
    assert [row for row, _why in companies_alike(company, Company.objects.filter(campaigns=campaign))] == [known]
    client.force_login(person)
    assert client.get(reverse("members", args=[known.uid])).status_code == 404
