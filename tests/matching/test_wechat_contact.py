"""The WeChat ID of a company is contact data: it opens when both sides have said yes, and not before."""

import pytest
from django.urls import reverse

from matchmaker.campaigns import boundary
from matchmaker.campaigns.models import Campaign
from matchmaker.matching.services import answer_match
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WECHAT = "zhongbai-wang"


@pytest.fixture
def match():
    factories.campaign()
    line = factories.line(factories.demand(factories.buyer(contact_wechat=WECHAT)))
    return factories.match(factories.product(factories.supplier(country="TH", contact_wechat="malee-rice")), line)


def pages(client, match):
    """The page of the match as each side reads it."""
    found = []
    for side, company in (("supplier", match.product.company), ("buyer", match.line.demand.company)):
        client.force_login(factories.member_of(company))
        found.append(client.get(reverse(f"{side}_match", args=[match.uid])).text)
    return found


def test_the_wechat_id_opens_with_mutual_interest_only(client, match):
    seller, wanter = match.product.company, match.line.demand.company
    answer_match(by=factories.member_of(seller), match=match, side="supplier", answer="interested")
    match.refresh_from_db()
    of_seller, of_buyer = pages(client, match)
    assert (WECHAT in of_seller, "malee-rice" in of_buyer) == (False, False)
    answer_match(by=factories.member_of(wanter), match=match, side="buyer", answer="interested")
    match.refresh_from_db()
    of_seller, of_buyer = pages(client, match)
    assert (WECHAT in of_seller, "malee-rice" in of_buyer) == (True, True)
    letters = Notice.objects.filter(kind="match_mutual").values_list("context__contact_wechat", flat=True)
    assert set(letters) == {WECHAT, "malee-rice"}


def test_a_campaign_can_keep_the_wechat_id_in_the_country(match):
    seller, wanter = match.product.company, match.line.demand.company
    campaign = Campaign.objects.get()
    boundary.choose_fields(by=factories.organiser(campaign), campaign=campaign, fields=["contact_name"])
    seen = boundary.contact(wanter, to=seller)
    assert (seen.contact_wechat, seen.withheld) == ("", True)


def test_the_public_page_of_a_supplier_does_not_show_its_wechat_id(client, match):
    assert "malee-rice" not in client.get(reverse("supplier", args=[match.product.company.uid])).text
