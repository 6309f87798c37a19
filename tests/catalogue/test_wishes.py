"""What waits for an approval goes live with it, and one letter says what did and what did not."""

import pytest
from django.urls import reverse

from matchmaker.campaigns.services import approve_company
from matchmaker.catalogue.models import Demand, Product
from matchmaker.catalogue.services import keep_as_draft, publish_product, publish_when_approved
from matchmaker.companies.models import Company, Membership
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db
DRAFT, PENDING = Product.Status.DRAFT, Company.Status.PENDING


@pytest.fixture
def campaign():
    return make.campaign()


@pytest.fixture
def organiser(campaign):
    return make.organiser(campaign)


def waiting(campaign, kind=make.supplier) -> Company:
    row = kind(status=PENDING)
    campaign.participations.create(company=row, side="supplier" if row.is_supplier else "buyer")
    return row


def wished(company, **fields) -> Product:
    product = make.product(company, status=DRAFT, **fields)
    publish_when_approved(by=make.member_of(company), row=product)
    return product


def letter() -> dict:
    return Notice.objects.get(kind="company_approved").context


def test_what_waits_is_published_with_the_approval_and_the_letter_names_it(campaign, organiser):
    company = waiting(campaign)
    product, other = wished(company), make.product(company, status=DRAFT)
    approve_company(by=organiser, company=company, campaign=campaign)
    product.refresh_from_db()
    other.refresh_from_db()
    assert (product.status, product.publish_wish_by, other.status) == (Product.Status.PUBLISHED, None, DRAFT)
    assert (letter()["live"], letter()["held"], letter()["drafts"]) == (["Thai Hom Mali rice"], [], [])


def test_what_lacks_something_by_then_stays_a_draft_and_says_why(campaign, organiser):
    company = waiting(campaign)
    sound, thin = wished(company), wished(company, name="Riceberry")
    Product.objects.filter(pk=thin.pk).update(category=None)
    approve_company(by=organiser, company=company, campaign=campaign)
    thin.refresh_from_db()
    sound.refresh_from_db()
    assert (thin.status, thin.publish_wish_by, sound.status) == (DRAFT, None, Product.Status.PUBLISHED)
    said = "Choose a category: buyers browse by it. We suggest one from your text."
    assert (thin.publish_problem, letter()["drafts"]) == (said, [["Riceberry", said]])
    assert letter()["live"] == ["Thai Hom Mali rice"]


def test_a_wish_of_who_administers_the_company_no_longer_is_not_carried_out(campaign, organiser):
    company = waiting(campaign)
    product, person = wished(company), make.member_of(company)
    Membership.objects.create(company=company, user=make.user(), role=Membership.Role.ADMIN)
    Membership.objects.filter(company=company, user=person).delete()
    approve_company(by=organiser, company=company, campaign=campaign)
    product.refresh_from_db()
    assert (product.status, letter()["live"]) == (DRAFT, [])


def test_a_demand_goes_live_too_and_one_that_screening_stops_is_with_the_team(campaign, organiser):
    company = waiting(campaign, make.buyer)
    person = make.member_of(company)
    plain, armed = (make.demand(company, status="draft", title=title) for title in ("大米", "仿真枪"))
    for demand in (plain, armed):
        make.line(demand)
        publish_when_approved(by=person, row=demand)
    approve_company(by=organiser, company=company, campaign=campaign)
    assert dict(Demand.objects.values_list("title", "status")) == {"大米": "published", "仿真枪": "submitted"}
    assert (letter()["live"], letter()["held"]) == (["大米"], ["仿真枪"])


def test_a_wish_is_taken_back_and_then_nothing_is_published(campaign, organiser):
    company = waiting(campaign)
    product = wished(company)
    keep_as_draft(by=make.member_of(company), row=product)
    approve_company(by=organiser, company=company, campaign=campaign)
    product.refresh_from_db()
    assert (product.status, letter()["live"]) == (DRAFT, [])


def test_an_approved_company_publishes_at_once_instead(campaign):
    company = make.supplier()
    product = make.product(company, status=DRAFT)
    with pytest.raises(Refused) as refusal:
        publish_when_approved(by=make.member_of(company), row=product)
    assert refusal.value.code == "not_waiting"
    assert publish_product(by=make.member_of(company), product=product).status == Product.Status.PUBLISHED


def test_a_stranger_and_a_member_without_the_right_wish_nothing(campaign):
    company = waiting(campaign)
    product, colleague = make.product(company, status=DRAFT), make.user()
    Membership.objects.create(company=company, user=colleague, role=Membership.Role.MEMBER)
    for person, status in ((make.user(), 404), (colleague, 403)):
        with pytest.raises(Refused) as refusal:
            publish_when_approved(by=person, row=product)
        assert refusal.value.status == status


def test_the_line_of_the_notice_agrees_with_what_was_published(client, campaign, organiser):
    company, other = waiting(campaign), waiting(campaign)
    wished(company)
    for row, line in ((company, "What you had prepared is published."), (other, "You can publish now.")):
        approve_company(by=organiser, company=row, campaign=campaign)
        client.force_login(make.member_of(row))
        assert line in client.get(reverse("notices")).text
