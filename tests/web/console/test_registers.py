"""A company's number is looked up in its register by a person, who writes down what stands there."""

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.companies.models import Check
from tests import factories

pytestmark = pytest.mark.django_db
USCC = {"country": "CN", "identifier_kind": "uscc", "identifier": "91330212MA2KT7X3Q9"}
SENTENCE = "Same name and number seen there today"


@pytest.fixture
def campaign():
    return factories.campaign()


def company(campaign, **fields):
    row = factories.buyer(**fields)
    factories.take_part(campaign, row)
    return row


def test_the_address_of_the_register_stands_beside_the_number_and_one_press_writes_down_what_was_seen(client, campaign):
    row = company(campaign, **USCC)
    client.force_login(factories.organiser(campaign))
    page = client.get(reverse("console_company", args=[row.uid])).text
    assert 'href="https://www.gsxt.gov.cn/"' in page
    assert SENTENCE in page
    sent = {
        "level": "2",
        "evidence": "Seen in the register: the same name and number.",
        "confirmed_by": "国家企业信用信息公示系统",
        "expires_on": timezone.localdate().replace(year=timezone.localdate().year + 1, day=1).isoformat(),
    }
    for name, value in sent.items():
        assert f'name="{name}"' in page
        assert name == "expires_on" or value in page
    client.post(reverse("console_company_verify", args=[row.uid]), sent)
    seen = Check.objects.get()
    assert (seen.level, seen.checked_on, seen.confirmed_by) == (2, timezone.localdate(), sent["confirmed_by"])
    row.refresh_from_db()
    assert row.verification == 2


def test_where_no_register_is_known_the_page_offers_none(client, campaign):
    row = company(campaign, country="TH", identifier_kind="national", identifier="0105536000315")
    client.force_login(factories.organiser(campaign))
    assert SENTENCE not in client.get(reverse("console_company", args=[row.uid])).text
