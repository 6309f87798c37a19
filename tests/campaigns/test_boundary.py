"""What of a buyer's contact leaves the country of the site, and how it is counted."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.campaigns import boundary
from matchmaker.campaigns.models import Crossing
from matchmaker.core.problems import Refused
from matchmaker.matching.services import answer_match
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def buyer():
    return factories.buyer(contact_name="王敏", contact_email="wang@buyer.example", contact_phone="+86 27 1")


def only(campaign, *fields):
    boundary.choose_fields(by=factories.organiser(campaign), campaign=campaign, fields=list(fields))


def test_what_is_switched_off_stays_in_the_country_and_the_rest_leaves(campaign, buyer):
    only(campaign, "contact_email")
    seen = boundary.contact(buyer, to=factories.supplier(country="TH"))
    assert seen == boundary.Contact("", "wang@buyer.example", "", withheld=True)


def test_companies_of_the_same_country_and_contacts_from_abroad_are_not_touched(campaign, buyer):
    only(campaign)
    assert boundary.contact(buyer, to=factories.supplier(country="CN")).contact_name == "王敏"
    abroad = factories.supplier(country="TH")
    assert boundary.contact(abroad, to=buyer).contact_email == abroad.contact_email


def test_a_person_is_counted_once_a_year_however_many_see_her(campaign, buyer):
    for _number in range(3):
        boundary.let_cross(company=buyer, to=factories.supplier(country="TH"))
    boundary.let_cross(company=buyer, to=factories.supplier(country="CN"))
    assert Crossing.objects.count() == 3
    assert boundary.persons_this_year() == 1


def test_at_the_limit_nothing_new_leaves_and_what_was_opened_stays_open(campaign, buyer, settings):
    first, second = factories.supplier(country="TH"), factories.supplier(country="FR")
    boundary.let_cross(company=buyer, to=first)
    settings.BOUNDARY_LIMIT = 1
    assert boundary.let_cross(company=buyer, to=second) == boundary.Contact("", "", "", withheld=True)
    assert boundary.contact(buyer, to=first).contact_email == "wang@buyer.example"
    assert Crossing.objects.count() == 1


def test_both_doors_and_the_mail_obey_the_switch(client, campaign, buyer):
    only(campaign, "contact_name")
    seller = factories.supplier(country="TH")
    match = factories.match(factories.product(seller), factories.line(factories.demand(buyer)))
    answer_match(by=factories.member_of(buyer), match=match, side="buyer", answer="interested")
    answer_match(by=factories.member_of(seller), match=match, side="supplier", answer="interested")
    told = Notice.objects.get(kind="match_mutual", recipient=factories.member_of(seller)).context
    assert (told["contact_name"], told["contact_email"]) == ("王敏", "")
    client.force_login(factories.member_of(seller))
    page = client.get(reverse("supplier_match", args=[match.uid])).text
    assert "Part of this contact stays in China." in page
    assert "wang@buyer.example" not in page
    assert client.get(reverse("api_match", args=[match.uid])).json()["contact"]["email"] == ""


def test_the_switch_is_the_teams_and_knows_its_fields(campaign):
    with pytest.raises(Refused):
        boundary.choose_fields(by=factories.user(), campaign=campaign, fields=[])
    with pytest.raises(ValidationError):
        only(campaign, "password")


def test_the_page_shows_the_count_beside_the_thresholds(client, campaign, buyer, settings):
    settings.BOUNDARY_THRESHOLDS = [1, 1_000_000]
    boundary.let_cross(company=buyer, to=factories.supplier(country="TH"))
    client.force_login(factories.organiser(campaign))
    page = client.get(reverse("console_boundary"))
    assert (page.context["count"], [row["reached"] for row in page.context["thresholds"]]) == (1, [True, False])
    client.post(reverse("console_boundary"), {"leaving": ["contact_email"]})
    campaign.refresh_from_db()
    assert campaign.crossing_fields == ["contact_email"]
