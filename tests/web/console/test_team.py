"""The team's page: who is here, who may come, and the record of the campaign."""

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import Organiser, TeamSeat
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "console_team"


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def admin(campaign, client):
    person = factories.organiser(campaign, Organiser.Role.ADMIN, name="Lin Lan")
    client.force_login(person)
    return person


def test_an_administrator_invites_changes_roles_and_removes(client, campaign, admin):
    client.post(reverse("console_team_invite"), {"email": "new@fair.example", "role": "staff"})
    seat = TeamSeat.objects.get()
    assert "new@fair.example" in client.get(reverse(PAGE)).text
    client.post(reverse("console_team_withdraw", args=[seat.pk]))
    assert list(client.get(reverse(PAGE)).context["kept"]) == []
    other = factories.organiser(campaign, "staff")
    client.post(reverse("console_team_role", args=[other.uid]), {"role": "organiser"})
    assert Organiser.objects.get(user=other).role == "organiser"
    client.post(reverse("console_team_remove", args=[other.uid]))
    assert not Organiser.objects.filter(user=other).exists()


def test_a_wrong_address_or_role_is_said_beside_its_field(client, admin):
    page = client.post(reverse("console_team_invite"), {"email": "nobody", "role": "emperor"})
    assert (page.status_code, sorted(page.context["form"].errors)) == (422, ["email", "role"])
    page = client.post(reverse("console_team_invite"), {"email": admin.email, "role": "staff"})
    assert page.context["form"].errors == {"email": ["This person belongs to the team already."]}


def test_staff_read_who_is_here_and_change_nothing(client, campaign, admin):
    TeamSeat.objects.create(
        campaign=campaign, email="kept@fair.example", not_before=campaign.organisers.get().user.date_joined
    )
    client.force_login(factories.organiser(campaign, "staff"))
    page = client.get(reverse(PAGE)).text
    assert ("Lin Lan" in page, "kept@fair.example" in page, reverse("console_team_invite") in page) == (
        True,
        False,
        False,
    )
    assert client.get(reverse("console_record")).status_code == 404


def test_the_last_administrator_is_told_why_she_stays(client, campaign, admin):
    page = client.post(reverse("console_team_leave"), follow=True).text
    assert "A team keeps at least one administrator." in page
    assert campaign.organisers.count() == 1


def test_the_letter_leads_whoever_confirmed_the_address_to_the_console_and_nobody_else(client, campaign, admin):
    client.post(reverse("console_team_invite"), {"email": "new@fair.example", "role": "staff"})
    client.logout()
    assert reverse("account_login") in client.get(reverse("team_place"))["Location"]
    client.force_login(factories.user())
    assert client.get(reverse("team_place")).status_code == 404
    client.force_login(factories.user(email="new@fair.example"))
    assert client.get(reverse("team_place"))["Location"] == reverse("console_home")
    assert client.get(reverse(PAGE)).status_code == 200


def test_organisers_read_the_record_of_the_campaign_in_words(client, campaign, admin):
    client.post(reverse("console_team_invite"), {"email": "new@fair.example", "role": "staff"})
    page = client.get(reverse("console_record"))
    assert [entry.verb for entry in page.context["page"]] == ["give_place"]
    assert "Place in the team given" in page.text
    assert "The record is whole" in page.text


def test_a_partner_who_signs_in_comes_to_her_desk(client, campaign):
    partner, person = factories.partner(campaign)
    client.force_login(person)
    assert client.get(reverse("desk"))["Location"] == reverse("partner_home", args=[partner.uid])
