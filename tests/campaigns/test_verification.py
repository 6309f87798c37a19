"""Levels of evidence: shown as what they are, and no longer than they count."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.services.verification import verify_company, withdraw_check
from matchmaker.companies.models import Check
from matchmaker.companies.services import update_company
from matchmaker.companies.verification import lower_expired
from matchmaker.core.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def organiser(campaign):
    return factories.organiser(campaign)


@pytest.fixture
def company(campaign):
    row = factories.supplier()
    row.participations.create(campaign=campaign, side="supplier")
    return row


def check(organiser, company, campaign, level, days=None, evidence="Extract of the register, same name."):
    end = timezone.localdate() + dt.timedelta(days=days) if days is not None else None
    return verify_company(
        by=organiser, company=company, campaign=campaign, level=level, evidence=evidence, expires_on=end
    )


def level(company):
    company.refresh_from_db()
    return company.verification


def test_company_shows_the_highest_check_that_stands(organiser, company, campaign):
    check(organiser, company, campaign, 2, days=30)
    check(organiser, company, campaign, 1, days=300)
    assert level(company) == 2
    assert company.verified_until == timezone.localdate() + dt.timedelta(days=30)
    entry = AuditEntry.objects.filter(organisation=str(company.uid), verb="verify_company").first()
    assert (entry.actor, entry.facts["level"]) == (organiser, 2)


def test_level_falls_step_by_step_as_evidence_runs_out(organiser, company, campaign):
    check(organiser, company, campaign, 3, days=10)
    check(organiser, company, campaign, 1, days=100)
    today = timezone.localdate()
    levels = []
    for days in (10, 11, 100, 101):
        lower_expired(today + dt.timedelta(days=days))
        levels.append(level(company))
    assert levels == [3, 1, 1, 0]
    assert (company.verified_at, company.verified_until) == (None, None)


def test_check_taken_back_lowers_the_level_at_once_and_says_why(organiser, company, campaign):
    row = check(organiser, company, campaign, 2)
    withdraw_check(by=organiser, check=row, campaign=campaign, reason="The extract was of another company.")
    assert level(company) == 0
    with pytest.raises(ValidationError):
        withdraw_check(by=organiser, check=row, campaign=campaign, reason=" ")


def test_changed_legal_name_takes_the_checks_with_it(organiser, company, campaign):
    check(organiser, company, campaign, 2)
    update_company(by=factories.member_of(company), company=company, legal_name="Another Name Co., Ltd.")
    assert level(company) == 0
    check(organiser, company, campaign, 1)
    assert level(company) == 1


@pytest.mark.parametrize(("days", "field"), [(0, "expires_on"), (-1, "expires_on"), (366 * 3 + 2, "expires_on")])
def test_end_must_lie_ahead_and_within_three_years(organiser, company, campaign, days, field):
    with pytest.raises(ValidationError) as problem:
        check(organiser, company, campaign, 1, days=days)
    assert list(problem.value.message_dict) == [field]
    assert Check.objects.count() == 0


@pytest.mark.parametrize("wrong", [0, 4, 99])
def test_level_that_is_no_evidence_is_refused(organiser, company, campaign, wrong):
    with pytest.raises(ValidationError):
        check(organiser, company, campaign, wrong)


def test_nobody_checks_her_own_company_and_no_stranger_any(company, campaign):
    own = factories.member_of(company)
    campaign.organisers.create(user=own, role="admin")
    with pytest.raises(Refused) as refusal:
        check(own, company, campaign, 3)
    assert refusal.value.status == 403
    with pytest.raises(Refused) as refusal:
        check(factories.user(), company, campaign, 3)
    assert refusal.value.status == 404
    assert level(company) == 0


def test_console_form_keeps_what_was_typed_and_writes_it_down(client, organiser, company):
    client.force_login(organiser)
    url = reverse("console_company_verify", args=[company.uid])
    refused = client.post(url, {"level": "2", "evidence": "Register extract 0815", "expires_on": "2020-01-01"})
    assert refused.status_code == 422
    assert "Register extract 0815" in refused.text
    end = (timezone.localdate() + dt.timedelta(days=90)).isoformat()
    client.post(url, {"level": "2", "evidence": "Register extract 0815", "expires_on": end})
    assert level(company) == 2
    page = client.get(reverse("console_company", args=[company.uid])).text
    assert "Register extract 0815" in page
    client.post(reverse("console_check_withdraw", args=[company.uid, company.checks.get().uid]), {"reason": "wrong"})
    assert level(company) == 0


def test_evidence_is_not_public(client, organiser, company, campaign):
    check(organiser, company, campaign, 2, evidence="Passport number of the owner seen")
    assert "Passport number" not in client.get(reverse("supplier", args=[company.uid])).text
    assert "Passport number" not in client.get(reverse("api_company", args=[company.uid])).text
