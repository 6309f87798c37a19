"""The desk of a country partner, and a company's way to it."""

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import Campaign, Enrolment, Partner, PartnerCode
from matchmaker.campaigns.services import partners
from matchmaker.companies.models import Company
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    partner, person = factories.partner()
    client.force_login(person)
    return partner, person


def test_a_desk_shows_its_companies_with_figures_and_no_other(client, desk):
    partner, person = desk
    code = partners.make_code(by=person, partner=partner, label="x", quota=5, days=30)
    mine, other = factories.supplier(legal_name="Ours Mill"), factories.supplier(legal_name="Theirs Mill")
    factories.product(mine)
    partners.use_code(by=factories.member_of(mine), company=mine, text=code.code)
    page = client.get(reverse("partner_home", args=[partner.uid])).text
    assert "Ours Mill" in page
    assert "Theirs Mill" not in page
    row = client.get(reverse("partner_home", args=[partner.uid])).context["page"].object_list[0]
    assert (row.products, row.matches, row.mutual, row.meetings) == (1, 0, 0, 0)
    enrolment = partners.use_code(by=factories.member_of(other), company=other, text=code.code)
    foreign, _person = factories.partner()
    assert client.get(reverse("partner_company", args=[foreign.uid, enrolment.uid])).status_code == 404


def test_a_private_demand_is_in_no_figure_of_the_desk(client, desk):
    partner, person = desk
    code = partners.make_code(by=person, partner=partner, label="x", quota=5, days=30)
    mine = factories.supplier()
    partners.use_code(by=factories.member_of(mine), company=mine, text=code.code)
    product = factories.product(mine)
    factories.match(product, factories.line(factories.demand(visibility="private")))
    factories.match(product, factories.line(factories.demand(visibility="public")))
    row = client.get(reverse("partner_home", args=[partner.uid])).context["page"].object_list[0]
    assert row.matches == 1


def test_the_desk_of_an_archived_campaign_is_read_and_changes_nothing(client, desk):
    partner, person = desk
    code = partners.make_code(by=person, partner=partner, label="x", quota=5, days=30)
    Campaign.objects.update(is_current=False, state=Campaign.State.ARCHIVED)
    home = reverse("partner_home", args=[partner.uid])
    assert client.get(reverse("partner_codes", args=[partner.uid])).status_code == 200
    sent = client.post(reverse("partner_code_withdraw", args=[partner.uid, code.uid]))
    assert (sent.status_code, sent.headers["Location"]) == (302, home)
    assert client.get(reverse("partner_enrol", args=[partner.uid])).headers["Location"] == home
    assert "This campaign is archived" in client.get(home).text
    assert PartnerCode.objects.get().withdrawn_at is None
    assert client.get(reverse("invited", args=[code.code])).status_code == 404


def test_enrolling_opens_a_draft_and_sends_to_its_page(client, desk):
    partner, _person = desk
    said = {"side": "supplier", "legal_name": "Jura Fromages", "country": "FR", "city": "Poligny", "language": "en"}
    said |= {"contact_name": "Anne", "contact_email": "anne@jura.example"}
    answer = client.post(reverse("partner_enrol", args=[partner.uid]), said)
    enrolment = Enrolment.objects.get()
    assert answer.headers["Location"] == reverse("partner_company", args=[partner.uid, enrolment.uid])
    assert enrolment.company.status == "draft"
    assert "anne@jura.example" in client.get(answer.headers["Location"]).text


def test_enrolling_with_a_mistake_keeps_what_was_typed(client, desk):
    said = {"side": "supplier", "legal_name": "Jura Fromages", "country": "FR", "contact_email": "nonsense"}
    answer = client.post(reverse("partner_enrol", args=[desk[0].uid]), said)
    assert answer.status_code == 422
    assert 'value="Jura Fromages"' in answer.text
    assert not Company.objects.exists()


def test_a_code_leads_to_what_the_partner_sees_and_is_kept_until_the_company_is_submitted(client):
    partner, person = factories.partner(is_trusted=True)
    code = partners.make_code(by=person, partner=partner, label="members", quota=5, days=30, vouches=True)
    page = client.get(reverse("invited", args=[code.code]))
    assert "What Chamber" in page.text
    company = factories.supplier(status="draft")
    client.force_login(factories.member_of(company))
    assert client.post(reverse("invited", args=[code.code])).headers["Location"] == "/join/supplier/1/"
    step = reverse("join_step", args=["supplier", 3])
    assert f'value="{code.code}"' in client.get(step).text
    said = {"about_en": "We mill rice.", "consent": "on", "code": code.code}
    assert client.post(step, said).headers["Location"] == reverse("desk")
    company.refresh_from_db()
    assert company.status == "approved"
    assert Enrolment.objects.get().vouched_by == person


def test_a_wrong_code_is_marked_and_nothing_is_submitted(client):
    factories.campaign()
    company = factories.supplier(status="draft")
    client.force_login(factories.member_of(company))
    said = {"about_en": "We mill rice.", "consent": "on", "code": "ABCDE-22222"}
    answer = client.post(reverse("join_step", args=["supplier", 3]), said)
    assert answer.status_code == 422
    assert "This code is not known" in answer.text
    company.refresh_from_db()
    assert company.status == "draft"


def test_an_unknown_code_is_a_page_that_says_what_to_do(client):
    answer = client.get(reverse("invited", args=["ABCDE-22222"]))
    assert answer.status_code == 404
    assert "Register without a code" in answer.text


def test_an_organiser_admits_a_partner_and_gives_a_seat(client):
    client.force_login(factories.organiser())
    said = {"name_en": "Thai Trade Centre", "country": "TH", "quota": "20", "is_trusted": "on"}
    client.post(reverse("console_partner_new"), said)
    partner = Partner.objects.get()
    assert (str(partner.name), partner.quota, partner.is_trusted) == ("Thai Trade Centre", 20, True)
    client.post(reverse("console_partner_seat", args=[partner.uid]), {"email": "desk@thai.example"})
    person = factories.user(email="desk@thai.example")
    client.force_login(person)
    assert client.get(reverse("partner_find")).headers["Location"] == reverse("partner_home", args=[partner.uid])


def test_vouching_stands_on_the_public_page(client, desk):
    partner, person = desk
    company = factories.supplier()
    code = partners.make_code(by=person, partner=partner, label="x", quota=5, days=30)
    enrolment = partners.use_code(by=factories.member_of(company), company=company, text=code.code)
    client.post(reverse("partner_vouch", args=[partner.uid, enrolment.uid]), {"vouch": "Our member."})
    assert f"{partner} vouches for it" in client.get(reverse("supplier", args=[company.uid])).text


def test_a_new_partner_is_trusted_and_its_codes_answer_for_their_companies_unless_unticked(client, desk):
    organiser = factories.organiser()
    client.force_login(organiser)
    new = client.get(reverse("console_partner_new"))
    assert new.context["form"]["is_trusted"].value() is True
    partner, person = desk
    client.force_login(person)
    page = client.get(reverse("partner_codes", args=[partner.uid]))
    assert page.context["form"]["vouches"].value() is True
    # Not said is not changed: a desk that the team does not trust stays so.
    partner.is_trusted = False
    partner.save()
    names = {"name": {"en": "Chamber of Surin"}, "quota": 9}
    partners.save_partner(by=organiser, campaign=partner.campaign, partner=partner, **names)
    fresh = partners.save_partner(
        by=organiser, campaign=partner.campaign, kind="country", name={"en": "Chamber of Nan"}, quota=9
    )
    assert (Partner.objects.get(pk=partner.pk).is_trusted, fresh.is_trusted) == (False, True)
