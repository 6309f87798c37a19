"""After publishing, the page says that matching is under way, asks by itself, and stops when the matches are there."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.catalogue.models import Demand, Product
from matchmaker.matching.services import match_waiting
from matchmaker.matching.services.progress import LONGEST_WAIT
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EVERY = 'data-hx-trigger="every 2s'


@pytest.fixture
def pair():
    """A product and a demand line that fit, neither of them matched yet."""
    factories.campaign()
    product = factories.product(name="Jasmine rice", description="Fragrant jasmine rice, new crop, 25 kg bags.")
    line = factories.line(text="茉莉香米 jasmine rice, 25 kg bags")
    return product, line


def pages(client, pair):
    """The page of each side with the address that it asks."""
    product, line = pair
    demand = line.demand
    for company, page, poll in (
        (product.company, "supplier_product_edit", reverse("supplier_product_matching", args=[product.uid])),
        (demand.company, "buyer_demand", reverse("buyer_demand_matching", args=[demand.uid])),
    ):
        client.force_login(factories.member_of(company))
        yield reverse(page, args=[product.uid if company == product.company else demand.uid]), poll


def test_a_page_that_waits_for_matches_asks_for_them_until_they_are_there(client, pair):
    for page, poll in pages(client, pair):
        shown = client.get(page).text
        assert (EVERY in shown, f'data-hx-get="{poll}"' in shown) == (True, True)
        assert client.get(poll).status_code == 204  # the page stays as it is
    while match_waiting():
        pass
    assert pair[1].matches.count() == 1
    match = pair[1].matches.get()
    for page, poll in pages(client, pair):
        for text in (client.get(poll).text, client.get(page).text):
            assert EVERY not in text
            assert str(match.uid) in text


def test_a_page_stops_asking_when_matching_does_not_come(client, pair):
    long_ago = timezone.now() - LONGEST_WAIT - dt.timedelta(minutes=1)
    Product.objects.update(updated_at=long_ago)
    Demand.objects.update(updated_at=long_ago)
    for page, poll in pages(client, pair):
        assert EVERY not in client.get(page).text
        answer = client.get(poll)
        assert (answer.status_code, EVERY in answer.text) == (200, False)


def test_a_draft_does_not_say_that_matching_is_under_way(client, pair):
    Product.objects.update(status=Product.Status.DRAFT)
    Demand.objects.update(status=Demand.Status.DRAFT)
    for page, _poll in pages(client, pair):
        assert EVERY not in client.get(page).text


def test_another_company_does_not_learn_whether_matching_is_under_way(client, pair):
    polls = [poll for _page, poll in pages(client, pair)]
    other = factories.supplier()
    other.is_buyer = True
    other.save()
    client.force_login(factories.member_of(other))
    assert [client.get(poll).status_code for poll in polls] == [404, 404]
