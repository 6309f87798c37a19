"""Erasing a person: what goes, what stays, and what must happen first (B90)."""

import json

import pytest
from django.apps import apps
from django.core import serializers
from django.urls import reverse

from matchmaker.accounts import letters
from matchmaker.accounts.audit import first_broken
from matchmaker.accounts.models import AccountLetter
from matchmaker.accounts.services import create_token
from matchmaker.campaigns.services import company_invitations
from matchmaker.companies import invitations, members, privacy
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories
from tests.imports.sheets import applied, as_csv, previewed

pytestmark = pytest.mark.django_db


def everything() -> str:
    """Every row of the site's own and allauth's tables as one text."""
    models = [
        m for m in apps.get_models(include_auto_created=True) if m._meta.app_label not in ("contenttypes", "auth")
    ]
    return "\n".join(serializers.serialize("json", m._base_manager.all(), ensure_ascii=False) for m in models)


def test_no_marker_of_an_erased_person_is_left(client):
    company = factories.supplier()
    admin = factories.member_of(company)
    person = factories.user(email="marker-address@example.org", name="Marker Name")
    invitations.invite(by=admin, company=company, email="Marker-Address@example.org")
    asked = members.ask_to_join(by=person, company=company, message="Marker Name here")
    members.answer_join_request(by=admin, request=asked, accept=True)
    create_token(by=person, name="Marker Name key", scopes=["read"])
    letters.write("account/email/password_changed", "Marker-Address@example.org", {"ip": "192.0.2.1"})
    AccountLetter.objects.update(user=None)  # one to an address that was hers when it was written
    letters.write("account/email/password_changed", "marker-old@example.org", {"ip": "192.0.2.1", "user": person})
    client.force_login(person)
    client.get(reverse("usersessions_list"))
    assert "marker" in everything().lower()

    stays = privacy.erase_person(by=person)
    assert "marker" not in everything().lower()
    assert len(stays) == 2
    assert client.get(reverse("companies")).status_code == 302
    assert first_broken(str(person.uid)) is None
    assert not Notice.objects.filter(context__person_uid=str(person.uid)).exists()


def test_only_administrator_hands_over_first(client):
    company = factories.supplier()
    admin = factories.member_of(company)
    other = Membership.objects.create(company=company, user=factories.user())
    with pytest.raises(Refused) as refusal:
        privacy.erase_person(by=admin)
    assert refusal.value.code == "hand_over_first"
    client.force_login(admin)
    assert str(company) in client.get(reverse("account_data")).text
    members.hand_over(by=admin, membership=other)
    privacy.erase_person(by=admin)
    assert list(company.memberships.values_list("user", flat=True)) == [other.user.pk]


def test_company_whose_only_person_goes_is_closed_and_names_nobody():
    company = factories.supplier(address="12 Mill Road", city="Surin", website="https://mill.example.org")
    privacy.erase_person(by=factories.member_of(company))
    company.refresh_from_db()
    assert (company.status, company.contact_name, company.contact_email) == ("suspended", "", "")
    assert (company.address, company.city, company.website) == ("", "", "")


def test_second_erasure_is_harmless():
    person = factories.user()
    privacy.erase_person(by=person)
    privacy.erase_person(by=person)
    person.refresh_from_db()
    assert (person.name, person.is_active, person.email) == ("", False, f"{person.uid.hex}@erased.invalid")


def test_erasure_needs_the_tick_and_the_password_of_a_moment_ago(client):
    person = factories.user("correct horse battery")
    client.force_login(person)
    assert reverse("account_reauthenticate") in client.post(reverse("account_erase"), {"sure": "yes"})["Location"]
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    client.post(reverse("account_erase"))
    person.refresh_from_db()
    assert person.is_active
    assert client.post(reverse("account_erase"), {"sure": "yes"}).status_code == 200
    person.refresh_from_db()
    assert not person.is_active


def test_copy_can_be_read_by_programs_and_names_every_kind_of_row():
    person = factories.user()
    company = factories.supplier(person)
    Invitation.objects.all().delete()
    invitations.invite(by=person, company=company, email="somebody@example.org")
    copy = json.loads(json.dumps(privacy.export_person(by=person)))
    assert set(copy["rows"]) >= {
        "account.EmailAddress.user",
        "accounts.AuditEntry.actor",
        "companies.Invitation.invited_by",
        "companies.Membership.user",
    }


def test_copy_of_a_removed_organiser_holds_nothing_of_the_companies_she_listed_and_invited():
    campaign = factories.campaign()
    li = factories.organiser(campaign)
    head = ["legal name", "country", "contact email"]
    listed = ["Mmarker Mill Ltd", "TH", "mcontact@example.org"]
    batch = applied(by=li, batch=previewed(by=li, content=as_csv([head, listed]), kind="suppliers", campaign=campaign))
    company_invitations.invite_companies(by=li, campaign=campaign, companies=Company.objects.all())
    campaign.organisers.filter(user=li).delete()
    copy = privacy.export_person(by=li)["rows"]
    (row,) = copy["imports.Import.by"]
    assert (row["file_name"], row["created"], str(row["uid"])) == ("goods.csv", 1, str(batch.uid))
    text = json.dumps(copy).lower()
    assert ("mmarker" in text, "mcontact" in text) == (False, False)


def test_copy_holds_no_link_of_a_letter_that_has_not_left(client):
    person = factories.user()
    client.post(reverse("account_reset_password"), {"email": person.email})
    copy = privacy.export_person(by=person)
    (row,) = copy["rows"]["accounts.AccountLetter.user"]
    assert (row["email"], row["kind"], row["state"]) == (person.email, "password_reset_key", "waiting")
    assert "/reset/key/" not in json.dumps(copy)


def test_an_erasure_is_ones_own_whatever_person_is_named(client):
    person, other = factories.user("correct horse battery"), factories.user()
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    said = {"sure": "yes", "person": str(other.uid), "user": other.pk, "email": other.email}
    client.post(reverse("account_erase"), said)
    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.is_active, other.is_active) == (False, True)
    assert privacy.export_person(by=other)["person"]["email"] == other.email


def test_the_only_administrator_of_a_team_hands_over_first(client):
    campaign = factories.campaign()
    admin, other = factories.organiser(campaign, "admin"), factories.organiser(campaign, "staff")
    with pytest.raises(Refused) as refusal:
        privacy.erase_person(by=admin)
    assert (refusal.value.code, str(campaign) in str(refusal.value.message)) == ("hand_over_first", True)
    client.force_login(admin)
    assert str(campaign) in client.get(reverse("account_data")).text
    campaign.organisers.filter(user=other).update(role="admin")
    privacy.erase_person(by=admin)
    assert list(campaign.organisers.values_list("user", flat=True)) == [other.pk]


def test_the_copy_needs_the_password_of_a_moment_ago(client):
    person = factories.user("correct horse battery")
    client.force_login(person)
    assert reverse("account_reauthenticate") in client.get(reverse("account_download"))["Location"]
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})
    assert client.get(reverse("account_download")).json()["person"]["email"] == person.email


def test_the_page_of_ones_data_asks_again_on_a_page_and_then_offers_the_file(client):
    person = factories.user("correct horse battery")
    client.force_login(person)
    page = client.get(reverse("account_data")).text
    assert reverse("account_copy") in page
    assert reverse("account_download") not in page
    question = client.get(reverse("account_copy"))["Location"]
    assert question.startswith(reverse("account_reauthenticate"))
    answer = client.post(question, {"password": "correct horse battery"})
    assert answer["Location"] == reverse("account_copy")
    offer = client.get(answer["Location"]).text
    assert reverse("account_download") in offer
    assert " download>" not in offer
