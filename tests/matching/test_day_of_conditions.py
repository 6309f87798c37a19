"""Conditions are judged for the day in China, for every reader and on every worker."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.catalogue.models import ProductCertificate
from matchmaker.matching.services import judge_match, scorer
from matchmaker.matching.sides import offers
from tests import factories

pytestmark = pytest.mark.django_db
NIGHT = dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)  # the second of December in China


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Lima"])
def test_a_delivery_is_judged_alike_in_every_zone(time_machine, zone):
    time_machine.move_to(NIGHT, tick=False)
    demand = factories.demand(delivery_until=dt.date(2026, 12, 11))
    row = factories.match(factories.product(lead_time_days=10), factories.line(demand))
    with timezone.override(zone):
        (delivery,) = [one for one in judge_match(row) if one["code"] == "delivery"]
    assert delivery["outcome"] == "fails"


def test_a_certificate_that_ended_yesterday_in_china_does_not_count_for_any_reader(time_machine):
    time_machine.move_to(NIGHT, tick=False)
    product = factories.product()
    ProductCertificate.objects.create(product=product, code="HALAL", valid_until=dt.date(2026, 12, 1))
    with timezone.override("UTC"):
        assert offers([product])[0].certificates == frozenset()


class Recording:
    """A matcher that finds nothing and records the day."""

    def __init__(self):
        self.days = []

    def match(self, *_args, today=None, **_options):
        self.days.append(today)
        return []


class Side:
    """A product or a line, as far as a run looks at it."""

    key, small = 0, False

    def __init__(self):
        self.items = [self]

    def __len__(self):
        return 1


def test_a_run_judges_for_the_same_day(time_machine):
    time_machine.move_to(NIGHT, tick=False)
    run = scorer.Scorer.__new__(scorer.Scorer)
    for name, value in (("matcher", Recording()), ("floor", 0), ("skip_known", False)):
        object.__setattr__(run, name, value)
    assert (run.pairs(Side(), Side()), run.matcher.days) == ([], [dt.date(2026, 12, 2)])
