"""Acting for a company: with a reason, a banner, an entry under one's own name, and nothing but its desk."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import Organiser, Participation
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    row = factories.supplier(legal_name="Surin Mill")
    Participation.objects.create(campaign=factories.campaign(), company=row, side="supplier")
    return row


@pytest.fixture
def organiser(company):
    return factories.organiser()


def act(client, organiser, company, reason="She asked by telephone."):
    client.force_login(organiser)
    return client.post(reverse("console_act", args=[company.uid]), {"reason": reason})


def test_acting_shows_the_desk_under_a_banner_and_the_company_hears_of_it(client, organiser, company):
    assert act(client, organiser, company).headers["Location"] == reverse("supplier_home")
    page = client.get(reverse("supplier_home")).text
    assert f"{organiser} acts for Surin Mill: “She asked by telephone.”" in page
    told = Notice.objects.get(kind="company_acted")
    assert (told.recipient, told.context["reason"]) == (factories.member_of(company), "She asked by telephone.")


def test_what_is_done_stands_in_the_record_under_the_name_of_who_did_it(client, organiser, company):
    act(client, organiser, company)
    page = client.get(reverse("supplier_company"))
    said = {name: value or "" for name, value in page.context["form"].initial.items()} | {"about_en": "New words."}
    assert client.post(reverse("supplier_company"), said).status_code == 302
    entry = AuditEntry.objects.of(company).get(verb="update_company")
    assert entry.actor == organiser
    assert entry.facts["on_behalf_of"] == str(factories.member_of(company).uid)
    assert entry.facts["why"] == "She asked by telephone."


CLOSED = ["account", "account_tokens", "account_data", "companies", "console_home", "notices", "api_my_companies"]
CLOSED += ["account_change_password", "mfa_index"]


@pytest.mark.parametrize("name", CLOSED)
def test_everything_but_the_desk_is_closed(client, organiser, company, name):
    act(client, organiser, company)
    answer = client.get(reverse(name))
    assert answer.status_code == 403
    assert "Not while you act for somebody" in answer.text


def test_people_and_record_of_the_company_are_closed(client, organiser, company):
    act(client, organiser, company)
    assert client.get(reverse("members", args=[company.uid])).status_code == 403
    assert client.post(reverse("leave_company", args=[company.uid])).status_code == 403
    assert company.members.count() == 1


def test_stopping_makes_one_oneself_again(client, organiser, company):
    act(client, organiser, company)
    assert client.post(reverse("console_act_stop")).headers["Location"] == reverse(
        "console_company", args=[company.uid]
    )
    assert client.get(reverse("console_home")).status_code == 200
    assert client.get(reverse("supplier_home")).headers["Location"] == reverse("join")


def test_half_an_hour_ends_it(client, organiser, company):
    act(client, organiser, company)
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=31)):
        assert client.get(reverse("supplier_home")).headers["Location"] == reverse("join")


def test_who_leaves_the_team_stops_acting_at_the_next_request(client, organiser, company):
    act(client, organiser, company)
    Organiser.objects.filter(user=organiser).delete()
    assert client.get(reverse("supplier_home")).headers["Location"] == reverse("join")


@pytest.mark.parametrize("case", ["no reason", "own company", "staff", "another campaign"])
def test_who_may_not_act(client, company, case):
    person = factories.organiser(role="staff" if case == "staff" else "organiser")
    if case == "own company":
        company.memberships.create(user=person, role="admin")
    if case == "another campaign":
        company.participations.all().delete()
    act(client, person, company, "" if case == "no reason" else "x")
    assert AuditEntry.objects.filter(verb="act_on_behalf").count() == 0
    assert client.get(reverse("console_home")).status_code == 200
