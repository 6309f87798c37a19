"""What the team sees of companies that nobody of it let in, and of the answers it has promised."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns.models import AutomaticApproval
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(client):
    campaign = make.campaign(answer_days=3)
    client.force_login(make.organiser(campaign))
    return campaign


def test_the_list_says_on_what_each_was_let_in_and_one_is_withdrawn_with_a_reason(client, campaign):
    company = make.supplier()
    campaign.participations.create(company=company, side="supplier")
    approval = AutomaticApproval.objects.create(
        campaign=campaign, company=company, ground="domain", domain="surinmill.example"
    )
    assert "Domain surinmill.example proven" in client.get(reverse("console_automatic")).text
    withdraw = reverse("console_automatic_withdraw", args=[approval.uid])
    assert "Say why: the company reads it." in client.post(withdraw, {"reason": " "}, follow=True).text
    client.post(withdraw, {"reason": "The domain was sold."})
    company.refresh_from_db()
    assert company.status == "pending"
    assert "The domain was sold." in client.get(reverse("console_automatic")).text


def test_the_list_of_what_waits_says_the_day_and_what_is_late(client, campaign):
    for days in (10, 0):
        company = make.supplier(status="pending", submitted_at=timezone.now() - dt.timedelta(days=days))
        campaign.participations.create(company=company, side="supplier")
    page = client.get(reverse("console_companies")).text
    assert (page.count("answer by"), page.count("pill-fail")) == (2, 1)


def test_the_campaigns_page_sets_what_is_promised_and_trusted(client, campaign):
    form = client.get(reverse("console_campaign")).context["form"]
    names = {"name_en": "Big Market", "name_zh-hans": "大市场", "starts_on": "2026-01-01", "ends_on": "2027-12-31"}
    assert {"answer_days", "trusts_partners", "trusts_domains"} <= set(form.fields)
    client.post(reverse("console_campaign"), {**names, "answer_days": "5", "trusts_domains": "on"})
    campaign.refresh_from_db()
    assert (campaign.answer_days, campaign.trusts_partners, campaign.trusts_domains) == (5, False, True)
