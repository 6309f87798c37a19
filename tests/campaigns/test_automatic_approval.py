"""Who is let in at once, what the team sees of it, and the answer that everybody else is promised."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.campaigns.answer_days import answer_day, answer_day_of, working_days_after
from matchmaker.campaigns.models import AutomaticApproval, Campaign
from matchmaker.campaigns.services import (
    approve_automatically,
    approve_company,
    partners,
    remind_of_answers,
    submit_company,
    withdraw_automatic_approval,
)
from matchmaker.companies.models import Claim, Company, DomainProof
from matchmaker.companies.services import update_company
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 30)


def submitted(campaign, member=None, **fields) -> Company:
    row = make.supplier(member, status="draft", **fields)
    return submit_company(by=make.member_of(row), company=row, campaign=campaign)


def code_of(partner, person) -> str:
    return partners.make_code(by=person, partner=partner, label="Fair", quota=5, days=30, vouches=True).code


def with_code(campaign, **fields) -> Company:
    partner, person = make.partner(campaign, is_trusted=True)
    row = make.supplier(status="draft")
    partners.use_code(by=make.member_of(row), company=row, text=code_of(partner, person))
    return submit_company(by=make.member_of(row), company=row, campaign=campaign)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_trusted_partners_code_lets_in_where_the_campaign_takes_partners_words(allowed):
    company = with_code(make.campaign(trusts_partners=allowed))
    found = list(AutomaticApproval.objects.filter(company=company).values_list("ground", "domain"))
    assert (company.status, found) == (("approved", [("vouched", "")]) if allowed else ("pending", []))


@pytest.mark.parametrize("allowed", [True, False])
def test_a_confirmed_address_at_the_website_lets_in_where_the_campaign_trusts_domains(allowed):
    person = make.user(email="malee@surinmill.example")
    company = submitted(make.campaign(trusts_domains=allowed), person, website="https://www.surinmill.example")
    found = list(AutomaticApproval.objects.filter(company=company).values_list("ground", "domain"))
    assert (company.status, found) == (("approved", [("domain", "surinmill.example")]) if allowed else ("pending", []))


@pytest.mark.parametrize(
    ("email", "verified", "website"),
    [
        ("malee@gmail.com", True, "https://gmail.com"),
        ("malee@surinmill.example", False, "https://surinmill.example"),
        ("malee@other.example", True, "https://surinmill.example"),
        ("malee@surinmill.example", True, ""),
        ("malee@anothermill.in.th", True, "https://surinmill.in.th"),
        ("malee@anothermill.bj.cn", True, "https://www.surinmill.bj.cn"),
        ("malee@vip.163.com", True, "https://vip.163.com"),
        ("malee@139.com", True, "https://mail.139.com"),
    ],
)
def test_an_address_that_proves_nothing_lets_nobody_in(email, verified, website):
    person = make.user(email=email)
    person.emailaddress_set.update(verified=verified)
    company = submitted(make.campaign(trusts_domains=True), person, website=website, contact_email="x@qq.com")
    assert (company.status, AutomaticApproval.objects.count()) == ("pending", 0)


def test_a_claimants_proof_of_the_domain_does_not_let_the_company_in():
    campaign, claimant = make.campaign(trusts_domains=True), make.user()
    company = submitted(campaign, website="https://surinmill.example")
    now = timezone.now()
    Claim.objects.create(company=company, user=claimant, evidence="Mine.", objection_until=now)
    proof = {"domain": "surinmill.example", "method": "dns", "token": "t", "proved_at": now, "not_before": now}
    DomainProof.objects.create(
        company=company, user=claimant, expires_at=now, state="cancelled", finished_at=now, **proof
    )
    assert approve_automatically(company=company, campaign=campaign).status == "pending"
    DomainProof.objects.update(user=make.member_of(company))
    assert approve_automatically(company=company, campaign=campaign).status == "approved"


def test_the_team_withdraws_such_an_approval_and_it_is_not_given_again():
    campaign = make.campaign()
    organiser, company = make.organiser(campaign), with_code(campaign)
    approval = AutomaticApproval.objects.get(company=company)
    with pytest.raises(Refused) as refusal:
        withdraw_automatic_approval(by=make.user(), approval=approval, reason="No.")
    assert refusal.value.status == 404
    withdraw_automatic_approval(by=organiser, approval=approval, reason="The chamber does not know it.")
    company.refresh_from_db()
    assert company.status == "pending"
    told = Notice.objects.get(kind="company_waits_again", recipient=make.member_of(company))
    assert told.context["reason"] == "The chamber does not know it."
    assert approve_automatically(company=company, campaign=campaign).status == "pending"
    assert approve_company(by=organiser, company=company, campaign=campaign).status == "approved"
    with pytest.raises(Refused) as refusal:
        withdraw_automatic_approval(by=organiser, approval=approval, reason="Again.")
    assert refusal.value.code == "not_standing"


@pytest.mark.parametrize("takes_part", [True, False])
def test_a_partners_word_counts_in_the_campaign_of_the_partner_alone(takes_part):
    here, elsewhere = make.campaign(trusts_partners=False), make.campaign(is_current=False)
    company = submitted(here)
    if takes_part:
        make.take_part(elsewhere, company)
    partner, person = make.partner(elsewhere, is_trusted=True)
    partners.use_code(by=make.member_of(company), company=company, text=code_of(partner, person))
    company.refresh_from_db()
    assert company.status == ("approved" if takes_part else "pending")


def test_an_archived_campaign_lets_nobody_in():
    campaign = make.campaign(trusts_partners=False)
    company = with_code(campaign)
    Campaign.objects.update(is_current=False, state=Campaign.State.ARCHIVED, trusts_partners=True)
    campaign.refresh_from_db()
    assert approve_automatically(company=company, campaign=campaign).status == "pending"


def test_a_word_does_not_approve_the_name_that_a_company_took_after_its_approval():
    campaign = make.campaign()
    company = with_code(campaign)
    update_company(by=make.member_of(company), company=company, legal_name="Another Company Limited")
    company.refresh_from_db()
    assert approve_automatically(company=company, campaign=campaign).status == "pending"
    enrolment = company.enrolments.get()
    partners.vouch(by=enrolment.partner.seats.get().user, enrolment=enrolment, text="It has this name now.")
    company.refresh_from_db()
    assert company.status == "approved"


def test_only_the_team_sees_who_was_let_in_at_once():
    campaign = make.campaign()
    company = with_code(campaign)
    seen = AutomaticApproval.objects.visible_to
    assert [seen(person).count() for person in (make.organiser(campaign), make.member_of(company))] == [1, 0]


@pytest.mark.parametrize(
    ("days", "day"),
    [(1, dt.date(2026, 12, 1)), (4, dt.date(2026, 12, 4)), (5, dt.date(2026, 12, 7)), (10, dt.date(2026, 12, 14))],
)
def test_an_answer_comes_after_working_days(days, day):
    assert working_days_after(MONDAY, days) == day


def test_what_is_submitted_on_a_weekend_counts_from_monday():
    assert working_days_after(dt.date(2026, 11, 28), 1) == MONDAY


def test_a_campaign_that_promises_nothing_names_no_day():
    assert answer_day(make.campaign(answer_days=0)) is None


def test_the_team_is_reminded_before_the_day_and_after_it_once_each():
    campaign = make.campaign(answer_days=3)
    organiser, company = make.organiser(campaign), submitted(campaign)
    due, day = answer_day_of(company, campaign), dt.timedelta(days=1)
    assert remind_of_answers(due - 2 * day) == 0
    assert [remind_of_answers(due - day), remind_of_answers(due - day), remind_of_answers(due)] == [1, 0, 0]
    assert [remind_of_answers(due + day), remind_of_answers(due + 2 * day)] == [1, 0]
    told = Notice.objects.filter(kind="company_answer_due", recipient=organiser).order_by("pk")
    assert [notice.context["late"] for notice in told] == [False, True]
    approve_company(by=organiser, company=company, campaign=campaign)
    assert (remind_of_answers(due + 9 * day), told.filter(read_at__isnull=True).count()) == (0, 0)
