"""What people and companies are promised, where no other file is the place: forms by side, a check, a log."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.campaigns import services
from matchmaker.campaigns.services import partners, verification
from tests import factories

pytestmark = pytest.mark.django_db


def waiting(campaign, **fields):
    row = factories.supplier(status="pending", **fields)
    row.participations.create(campaign=campaign, side="supplier")
    return row


def test_each_side_has_its_own_form_desk_and_rights(client, campaign):
    seller, wanter = (factories.member_of(row) for row in (factories.supplier(), factories.buyer()))
    client.force_login(factories.user())
    asked = {
        side: client.get(reverse("join_step", args=[side, 1])).context["form"].initial for side in ("supplier", "buyer")
    }
    assert asked["supplier"] != asked["buyer"]
    desks = {}
    for name, person in (("supplier", seller), ("buyer", wanter)):
        client.force_login(person)
        desks[name] = client.get(reverse("desk")).headers["Location"]
        other = "buyer" if name == "supplier" else "supplier"
        assert client.get(reverse(f"{other}_home")).headers["Location"] == reverse("join")
        new = {"supplier": "buyer_demand_new", "buyer": "supplier_product_new"}[name]
        assert client.post(reverse(new), {}).headers["Location"] == reverse("join")
    assert desks == {"supplier": reverse("supplier_home"), "buyer": reverse("buyer_home")}


@pytest.mark.parametrize("way", ["register", "code"])
def test_a_profile_is_public_only_after_a_check_of_the_register_or_by_an_issued_code(client, organiser, campaign, way):
    company = waiting(campaign)
    url = reverse("supplier", args=[company.uid])
    assert client.get(url).status_code == 404
    if way == "register":
        verification.verify_company(
            by=organiser, company=company, campaign=campaign, level=2, evidence="Extract, same name.", expires_on=None
        )
        services.approve_company(by=organiser, company=company, campaign=campaign)
    else:
        desk, person = factories.partner(campaign, is_trusted=True)
        code = partners.make_code(by=person, partner=desk, label="Members", quota=1, days=30)
        enrolment = partners.use_code(by=factories.member_of(company), company=company, text=code.code)
        assert client.get(url).status_code == 404  # the code alone shows nothing
        partners.vouch(by=person, enrolment=enrolment, text="Our member since 2014.")
    assert client.get(url).status_code == 200


def test_what_the_team_changes_stands_in_a_log_the_team_reads(client, organiser, campaign):
    company = waiting(campaign)
    end = timezone.localdate() + dt.timedelta(days=30)
    verification.verify_company(
        by=organiser, company=company, campaign=campaign, level=2, evidence="Extract.", expires_on=end
    )
    services.return_company(by=organiser, company=company, campaign=campaign, reason="The address is missing.")
    client.force_login(factories.organiser(campaign, "staff"))
    history = client.get(reverse("console_company", args=[company.uid])).context["history"]
    assert [(line["what"], line["who"], line["more"]) for line in history] == [
        ("Returned", str(organiser), "The address is missing."),
        ("Evidence checked", str(organiser), ""),
    ]
