"""The campaign's team: places kept for addresses, roles, and a team that keeps an administrator."""

import io
import threading

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from matchmaker.accounts.models import AuditEntry, User
from matchmaker.campaigns.models import Campaign, Organiser, TeamSeat
from matchmaker.campaigns.services import letters, team
from matchmaker.core import ttl_cache
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Delivery, Notice
from matchmaker.notifications.services import notify
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def admin(campaign):
    return factories.organiser(campaign, Organiser.Role.ADMIN)


def one_of(campaign, role="organiser") -> Organiser:
    return Organiser.objects.get(user=factories.organiser(campaign, role))


def code_of(verb, **said):
    with pytest.raises(Refused) as refused:
        verb(**said)
    return refused.value.code


def test_a_place_is_taken_once_with_its_role_by_whoever_confirmed_the_address(campaign, admin):
    team.give_place(by=admin, campaign=campaign, email=" New@Fair.example ", role="staff")
    assert (letters.send_waiting(), letters.send_waiting()) == (1, 0)
    assert (mail.outbox[0].to, "/team/" in mail.outbox[0].body) == (["new@fair.example"], True)
    stranger, newcomer = factories.user(), factories.user(email="new@fair.example")
    unconfirmed = factories.user()
    unconfirmed.emailaddress_set.create(email="new@fair.example", verified=False)
    assert [team.take_places(by=person) for person in (stranger, unconfirmed, newcomer, newcomer)] == [0, 0, 1, 0]
    assert Organiser.objects.get(user=newcomer).role == "staff"
    verbs = AuditEntry.objects.of(campaign).order_by("id").values_list("verb", "actor")
    assert list(verbs) == [("give_place", admin.pk), ("take_place", newcomer.pk)]


def test_whoever_has_an_account_is_told_by_the_post_office_and_gets_no_second_letter(campaign, admin):
    person = factories.user()
    team.give_place(by=admin, campaign=campaign, email=person.email.upper(), role="organiser")
    assert Notice.objects.get(recipient=person).kind == "team_invited"
    assert letters.send_waiting() == 0


def test_a_withdrawn_place_lets_nobody_in_and_sends_no_letter(campaign, admin):
    seat = team.give_place(by=admin, campaign=campaign, email="new@fair.example", role="admin")
    team.withdraw_place(by=admin, seat=seat)
    assert (letters.send_waiting(), mail.outbox) == (0, [])
    assert team.take_places(by=factories.user(email="new@fair.example")) == 0


def test_one_place_an_address_and_none_for_who_is_there(campaign, admin):
    said = {"by": admin, "campaign": campaign, "role": "staff"}
    team.give_place(email="new@fair.example", **said)
    assert code_of(team.give_place, email="NEW@fair.example", **said) == "already_seated"
    assert code_of(team.give_place, email=admin.email, **said) == "already_seated"
    assert TeamSeat.objects.count() == 1


@pytest.mark.parametrize("role", ["organiser", "staff", ""])
def test_only_administrators_of_this_campaign_change_the_team(campaign, admin, role):
    by = factories.organiser(campaign, role) if role else factories.user()
    foreign = factories.organiser(factories.campaign(is_current=False), Organiser.Role.ADMIN)
    seat = team.give_place(by=admin, campaign=campaign, email="kept@fair.example", role="staff")
    other = one_of(campaign, "staff")
    for person in (by, foreign):
        said = {"email": "x@fair.example", "role": "admin"}
        assert code_of(team.give_place, by=person, campaign=campaign, **said) == "not_found"
        assert code_of(team.withdraw_place, by=person, seat=seat) == "not_found"
        assert code_of(team.change_role, by=person, one=other, role="admin") == "not_found"
        assert code_of(team.remove, by=person, one=other) == "not_found"
    assert set(campaign.organisers.values_list("role", flat=True)) == {"admin", "staff", *([role] if role else [])}


def test_roles_change_and_each_change_is_on_record(campaign, admin):
    other = one_of(campaign, "staff")
    team.change_role(by=admin, one=other, role="admin")
    other.refresh_from_db()
    assert other.role == "admin"
    assert AuditEntry.objects.of(campaign).get().facts == {"from": "staff", "to": "admin"}
    assert code_of(team.change_role, by=admin, one=other, role="emperor") == "unknown_role"


def test_the_last_administrator_stays_until_there_is_another(campaign, admin):
    own, other = Organiser.objects.get(user=admin), one_of(campaign)
    assert code_of(team.remove, by=admin, one=own) == "last_admin"
    assert code_of(team.change_role, by=admin, one=own, role="staff") == "last_admin"
    team.change_role(by=admin, one=other, role="admin")
    team.remove(by=admin, one=own)
    assert list(campaign.organisers.values_list("user", flat=True)) == [other.user_id]


def test_a_removed_person_does_not_come_back_by_a_place_given_before(campaign, admin):
    removed = one_of(campaign, "admin")
    team.give_place(by=removed.user, campaign=campaign, email="second@fair.example", role="admin")
    team.give_place(by=admin, campaign=campaign, email="own@fair.example", role="staff")
    own = EmailAddress.objects.create(user=removed.user, email="own@fair.example", verified=False)
    other = team.give_place(by=admin, campaign=campaign, email="colleague@fair.example", role="staff")
    team.remove(by=admin, one=removed)
    EmailAddress.objects.create(user=removed.user, email="second@fair.example", verified=True)
    EmailAddress.objects.filter(pk=own.pk).update(verified=True)
    assert team.take_places(by=removed.user) == 0
    assert list(TeamSeat.objects.standing()) == [other]


def test_anybody_leaves_by_herself_and_what_is_on_its_way_to_her_stays_here(campaign, admin):
    leaving, staying = one_of(campaign, "staff"), one_of(campaign)
    said = {"kind": "demand_waiting", "context": {"demand": "Secret", "company": "X"}, "event_key": "d:1"}
    notify(to=[leaving.user, staying.user], about=campaign.uid, **said)
    team.remove(by=leaving.user, one=leaving)
    assert dict(Delivery.objects.values_list("notice__recipient", "state")) == {
        leaving.user_id: "cancelled",
        staying.user_id: "waiting",
    }
    assert not Notice.objects.visible_to(leaving.user).exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(campaign, admin):
    pair = [Organiser.objects.get(user=admin), one_of(campaign, "admin")]
    start, outcomes = threading.Barrier(2), []

    def act(by, one):
        start.wait()
        try:
            team.remove(by=by, one=one)
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    both = [threading.Thread(target=act, args=(pair[n].user, pair[1 - n])) for n in (0, 1)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert campaign.organisers.filter(role="admin").count() == 1
    assert outcomes.count("done") == 1


BEGUN = ["start_campaign", "export-2027", "--name", "Export to China 2027", "--name-zh", "出口中国2027"]


def test_a_campaign_is_begun_by_one_command_and_its_administrator_written_to():
    out = io.StringIO()
    days = ["--from", "2027-01-01", "--until", "2027-12-31"]
    call_command(*BEGUN, *days, "--admin", "lin@fair.example", "--language", "zh-hans", stdout=out)
    campaign = Campaign.objects.get()
    assert (campaign.is_current, campaign.name["zh-hans"]) == (True, "出口中国2027")
    assert (mail.outbox[0].to, "出口中国2027" in mail.outbox[0].subject) == (["lin@fair.example"], True)
    lin = User.objects.get(email="lin@fair.example")  # she may come in without mail, by the link that is printed
    assert team.take_places(by=lin) == 1
    assert Organiser.objects.get().role == "admin"
    assert "/team/" in out.getvalue()


def test_a_campaign_that_ends_before_it_begins_is_not_begun():
    days = ["--from", "2027-12-31", "--until", "2027-01-01"]
    with pytest.raises(CommandError):
        call_command(*BEGUN, *days, "--admin", "lin@fair.example", stdout=io.StringIO())
    assert (Campaign.objects.count(), TeamSeat.objects.count(), mail.outbox) == (0, 0, [])


def test_a_second_campaign_becomes_the_one_the_site_shows(client):
    first = factories.campaign(slug="spring-2027")
    out = io.StringIO()
    days = ["--from", "2027-01-01", "--until", "2027-12-31"]
    call_command(*BEGUN, *days, "--admin", "lin@fair.example", stdout=out)
    assert "manage.py make_current export-2027" in out.getvalue()
    assert client.get("/").context["campaign"] == first
    call_command("make_current", "export-2027", stdout=out)
    second = Campaign.objects.get(slug="export-2027")
    ttl_cache.clear_all()  # pages show another campaign within ten seconds
    assert client.get("/").context["campaign"] == second
    assert list(Campaign.objects.filter(is_current=True)) == [second]
    assert Campaign.objects.filter(pk=first.pk).exists()


def test_a_campaign_that_does_not_exist_cannot_be_chosen():
    factories.campaign(slug="spring-2027")
    with pytest.raises(CommandError, match="There are: spring-2027"):
        call_command("make_current", "export-2099")
