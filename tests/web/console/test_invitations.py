"""The console's pages of invitations, and the link in the letter, as a program of a mail client and a person use it."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from matchmaker.accounts import letters as account_letters
from matchmaker.campaigns.models import CompanyInvitation
from matchmaker.companies import invitations
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.notifications import bounces
from tests import factories
from tests.campaigns.test_company_invitations import make_companies

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign(name={"en": "Export to China 2027", "zh-hans": "出口中国2027"})


@pytest.fixture
def li(campaign):
    return factories.organiser(campaign, name="Li Wei")


@pytest.fixture
def console(client, li):
    client.force_login(li)
    return client


def link_of(letter) -> str:
    return re.search(r"https?://[^/]+(/invitations/[^/\s]+/)\s", letter.body)[1]


def test_the_preview_shows_number_reasons_and_the_letter_in_each_language(console, campaign, li):
    make_companies(
        campaign, li, {"languages": ["fr"]}, {"languages": ["fr"]}, {"languages": ["es"]}, {"contact_email": ""}
    )
    page = console.get(reverse("console_invite")).content.decode()
    assert "3 emails will be sent." in page
    assert 'lang="fr"' in page
    spanish = console.post(reverse("console_invite"), {"language": "es", "note": "Hasta pronto"}).content.decode()
    assert 'lang="es"' in spanish
    assert spanish.count("Hasta pronto") == 2  # in the box and in the letter
    assert not Invitation.objects.exists()


def test_the_list_of_invitations_is_counted_once_by_what_became_of_them(console, campaign, li):
    make_companies(campaign, li, {}, {}, {})
    console.post(reverse("console_invite"), {"step": "send", "note": ""})
    with CaptureQueriesContext(connection) as seen:
        page = console.get(reverse("console_invitations"), {"status": "waiting"}).context["page"]
    assert (page.paginator.count, len(page.object_list)) == (3, 3)
    counts = [query["sql"] for query in seen if "COUNT(" in query["sql"] and "_companyinvitation" in query["sql"]]
    assert len([sql for sql in counts if "GROUP BY" not in sql]) == 0


def test_one_button_invites_all_who_have_nobody_and_the_list_says_what_became_of_them(console, campaign, li):
    rows = make_companies(
        campaign, li, {"legal_name": "Alpha Mill"}, {"legal_name": "Beta Mill"}, {"legal_name": "Gamma Mill"}
    )
    answer = console.post(reverse("console_invite"), {"step": "send", "note": ""}, follow=True)
    page = answer.content.decode()
    assert "3 invitations wait to be sent" in page
    assert "told" not in page.lower()
    invitations.send_waiting()
    bounces.suppress(address=rows[1].contact_email, reason="mail to this address came back")
    invitations.refuse(Invitation.objects.get(company=rows[2]))
    for status, name in (("sent", "Alpha Mill"), ("bounced", "Beta Mill"), ("refused", "Gamma Mill")):
        listing = console.get(reverse("console_invitations"), {"status": status}).content.decode()
        shown = [one for one in ("Alpha Mill", "Beta Mill", "Gamma Mill") if one in listing]
        assert shown == [name]
    work = console.get(reverse("console_home")).content.decode()
    assert "Invitations that came back" in work
    assert "Companies from lists, not invited yet" not in work


def test_one_company_is_invited_at_a_corrected_address(console, campaign, li):
    (company,) = make_companies(campaign, li, {"contact_email": "dead@mill.example"})
    bounces.suppress(address="dead@mill.example", reason="mail to this address came back")
    address = reverse("console_company_invite", args=[company.uid])
    assert address in console.get(reverse("console_company", args=[company.uid])).content.decode()
    assert "Emails to this address came back" in console.get(address).content.decode()
    console.post(address, {"step": "send", "email": "sales@mill.example", "note": ""})
    assert Invitation.objects.get().email == Company.objects.get().contact_email == "sales@mill.example"
    row = CompanyInvitation.objects.get()
    console.post(reverse("console_invitation_withdraw", args=[row.uid]))
    assert CompanyInvitation.objects.with_status().get().status == "withdrawn"


def test_a_refused_letter_leaves_the_address_as_it_was(console, campaign, li):
    (company,) = make_companies(campaign, li, {})
    Company.objects.update(status="suspended")
    address = reverse("console_company_invite", args=[company.uid])
    console.post(address, {"step": "send", "email": "sales@mill.example", "note": ""})
    assert Company.objects.get().contact_email == "office0@mill.example"


def test_the_team_of_another_campaign_and_event_staff_find_nothing(client, campaign, li):
    (company,) = make_companies(campaign, li, {})
    for person in (factories.organiser(campaign, role="staff"), factories.user()):
        client.force_login(person)
        for page in (
            reverse("console_invitations"),
            reverse("console_invite"),
            reverse("console_company_invite", args=[company.uid]),
        ):
            assert client.get(page).status_code == 404


def test_by_the_link_of_the_letter_a_stranger_registers_confirms_and_administers_the_company(
    console, campaign, li, settings
):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    (company,) = make_companies(campaign, li, {"legal_name": "Molinos del Sur", "languages": ["en"]})
    console.post(reverse("console_invite"), {"step": "send", "note": ""})
    invitations.send_waiting()
    link = link_of(mail.outbox[0])
    ana = Client()
    page = ana.get(link).content.decode()
    assert "Li Wei of the team of Export to China 2027 asks you to take over the page of Molinos del Sur." in page
    assert CompanyInvitation.objects.with_status().get().status == "sent"  # a scanner follows links, too
    join = ana.post(link, {"to": "sign-up"})
    assert CompanyInvitation.objects.with_status().get().status == "opened"
    form = ana.get(join.url).content.decode()
    assert 'value="office0@mill.example"' in form
    said = {"name": "Ana", "email": "office0@mill.example", "password1": "a long good phrase", "next": link}
    ana.post(reverse("account_signup"), said)
    assert not Membership.objects.filter(company=company).exists()
    account_letters.send_waiting()
    confirm = re.search(r"https?://[^/]+(/\S*confirm-email\S*)", mail.outbox[-1].body)[1]
    ana.get(confirm)
    back = ana.post(confirm)
    assert back.url == link
    ana.post(link)
    assert Membership.objects.get(company=company).role == "admin"
    assert Membership.objects.get(company=company).user.name == "Ana"
    assert CompanyInvitation.objects.with_status().get().status == "came"


def test_another_address_does_not_open_the_company(client, campaign, li):
    (company,) = make_companies(campaign, li, {})
    invitations_page = f"/invitations/{_token(campaign, li, company)}/"
    client.force_login(factories.user())
    assert client.post(invitations_page).status_code == 403
    assert not Membership.objects.filter(company=company).exists()


def _token(campaign, li, company) -> str:
    from matchmaker.campaigns.services import company_invitations

    company_invitations.invite_companies(by=li, campaign=campaign, companies=[company])
    return invitations.token_of(Invitation.objects.get())


def test_a_mail_program_refuses_with_one_click_and_without_a_cookie(campaign, li):
    (company,) = make_companies(campaign, li, {})
    stop = reverse("invitation_refuse", args=[_token(campaign, li, company)])
    program = Client(enforce_csrf_checks=True)
    assert program.get(stop).status_code == 200
    assert Invitation.objects.get().refused_at is None
    assert program.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Invitation.objects.get().refused_at is not None
    assert program.post(stop).status_code == 200
    assert program.get(stop.replace("/refuse/", "x/refuse/")).status_code == 404


def test_who_came_cannot_be_made_to_refuse_by_an_old_letter(campaign, li):
    (company,) = make_companies(campaign, li, {})
    token = _token(campaign, li, company)
    person = factories.user(email="office0@mill.example")
    assert EmailAddress.objects.filter(user=person, verified=True).exists()
    invitations.accept(by=person, invitation=Invitation.objects.get())
    assert Client().post(reverse("invitation_refuse", args=[token])).status_code == 410
    assert Invitation.objects.get().refused_at is None
