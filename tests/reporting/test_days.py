"""The report counts days in one time zone, whatever the zone of the reader."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from matchmaker.campaigns.models import Participation
from matchmaker.companies.models import Membership
from matchmaker.reporting.figures import MONTH, tabulate
from matchmaker.reporting.services.facts import Scope, collect
from tests import factories

pytestmark = pytest.mark.django_db

FIRST_OF_MAY = dt.datetime(2026, 5, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))  # in UTC and America it is April


@pytest.mark.parametrize("zone", ["America/Lima", "UTC", "Asia/Shanghai", "Pacific/Auckland"])
def test_a_company_stays_in_its_month_wherever_the_reader_is(zone):
    campaign = factories.campaign(starts_on=dt.date(2026, 5, 1), ends_on=dt.date(2026, 5, 31))
    company = factories.supplier()
    campaign.participations.create(company=company, side="supplier")
    factories.member_of(company)
    Participation.objects.update(joined_at=FIRST_OF_MAY)
    Membership.objects.update(joined_at=FIRST_OF_MAY)  # the day its first person came
    product = factories.product(company)
    match = factories.match(product, factories.line(factories.demand()))
    type(match).objects.update(created_at=FIRST_OF_MAY)
    with timezone.override(ZoneInfo(zone)):
        cells = tabulate(collect(Scope((campaign,))), (MONTH,))
    months = {month for figure, _split, month in cells if figure == "registered"}
    assert months == {"2026-05"}
    assert ("matched", MONTH, "2026-05") in cells  # within the campaign, whose first day it is
