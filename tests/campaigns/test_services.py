"""How companies come into a campaign, and what its team decides about them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Campaign, Participation
from matchmaker.campaigns.services import approve_company, return_company, submit_company
from matchmaker.campaigns.services.lifecycle import update_campaign
from matchmaker.companies.services import update_company
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return make.campaign()


def kinds(person) -> list[str]:
    return list(Notice.objects.filter(recipient=person).values_list("kind", flat=True))


def test_submitted_company_waits_takes_part_and_the_team_is_told(campaign):
    organiser = make.organiser(campaign)
    helper = make.organiser(campaign, role="staff")
    company = make.supplier(status="draft")
    submit_company(by=make.member_of(company), company=company, campaign=campaign)
    assert (company.status, company.submitted_at is not None) == ("pending", True)
    assert list(Participation.objects.values_list("company", "side")) == [(company.pk, "supplier")]
    assert (kinds(organiser), kinds(helper)) == (["company_submitted"], [])


def test_company_on_both_sides_takes_part_on_both(campaign):
    company = make.supplier(status="draft", is_buyer=True)
    submit_company(by=make.member_of(company), company=company, campaign=campaign)
    assert set(Participation.objects.values_list("side", flat=True)) == {"supplier", "buyer"}


def test_submitting_names_everything_that_is_missing(campaign):
    company = make.buyer(status="draft", city="", about="")
    with pytest.raises(ValidationError) as refusal:
        submit_company(by=make.member_of(company), company=company, campaign=campaign)
    assert refusal.value.message_dict == {
        "city": ["Please fill this in before you submit."],
        "about": ["Please fill this in before you submit."],
        "identifier": ["Chinese companies register with their Unified Social Credit Code."],
    }


def test_submitting_twice_is_refused_and_told_once(campaign):
    organiser = make.organiser(campaign)
    company = make.supplier(status="draft")
    submit_company(by=make.member_of(company), company=company, campaign=campaign)
    with pytest.raises(Refused) as refusal:
        submit_company(by=make.member_of(company), company=company, campaign=campaign)
    assert refusal.value.code == "already_submitted"
    assert kinds(organiser) == ["company_submitted"]


def test_strangers_submit_nothing(campaign):
    with pytest.raises(Refused) as refusal:
        submit_company(by=make.user(), company=make.supplier(status="draft"), campaign=campaign)
    assert refusal.value.status == 404


def test_approval_is_told_and_written_down(campaign):
    company = make.supplier(status="pending")
    organiser = make.organiser(campaign)
    approve_company(by=organiser, company=company, campaign=campaign)
    assert company.status == "approved"
    assert kinds(make.member_of(company)) == ["company_approved"]
    assert AuditEntry.objects.get(verb="company_approved").actor == organiser


def test_return_carries_its_reason(campaign):
    company = make.supplier(status="pending")
    return_company(by=make.organiser(campaign), company=company, campaign=campaign, reason=" The address is missing. ")
    assert (company.status, company.status_reason) == ("returned", "The address is missing.")
    assert Notice.objects.get().context["reason"] == "The address is missing."


def test_return_without_a_reason_is_refused(campaign):
    company = make.supplier(status="pending")
    with pytest.raises(ValidationError) as refusal:
        return_company(by=make.organiser(campaign), company=company, campaign=campaign, reason="  ")
    assert list(refusal.value.message_dict) == ["reason"]


def test_of_two_decisions_the_first_one_counts(campaign):
    company = make.supplier(status="pending")
    approve_company(by=make.organiser(campaign), company=company, campaign=campaign)
    with pytest.raises(Refused) as refusal:
        return_company(by=make.organiser(campaign), company=company, campaign=campaign, reason="Late.")
    assert refusal.value.code == "not_waiting"
    company.refresh_from_db()
    assert company.status == "approved"


def test_nobody_decides_about_her_own_company(campaign):
    organiser = make.organiser(campaign)
    company = make.supplier(organiser, status="pending")
    with pytest.raises(Refused) as refusal:
        approve_company(by=organiser, company=company, campaign=campaign)
    assert (refusal.value.code, refusal.value.status) == ("own_company", 403)


@pytest.mark.parametrize("role", ["staff", ""])
def test_only_organisers_decide(campaign, role):
    person = make.organiser(campaign, role=role) if role else make.user()
    company = make.supplier(status="pending")
    with pytest.raises(Refused) as refusal:
        approve_company(by=person, company=company, campaign=campaign)
    assert refusal.value.status == 404


def test_organiser_of_another_campaign_does_not_decide(campaign):
    other = make.campaign(is_current=False)
    company = make.supplier(status="pending")
    with pytest.raises(Refused):
        approve_company(by=make.organiser(other), company=company, campaign=campaign)


def test_campaign_must_not_end_before_it_starts(campaign):
    with pytest.raises(ValidationError) as refusal:
        update_campaign(by=make.organiser(campaign), campaign=campaign, ends_on=campaign.starts_on.replace(year=2000))
    assert list(refusal.value.message_dict) == ["ends_on"]
    assert Campaign.objects.get().ends_on >= campaign.starts_on


def test_company_that_is_approved_again_after_a_new_name_is_told_again(campaign, organiser):
    company = make.supplier(status="pending", submitted_at=timezone.now())
    make.take_part(campaign, company)
    person = make.member_of(company)
    for name in ("First Name Ltd.", "Second Name Ltd."):
        approve_company(by=organiser, company=company, campaign=campaign)
        update_company(by=person, company=company, legal_name=name)
    assert Notice.objects.filter(kind="company_approved", recipient=person).count() == 2
