"""Exchange rates that the organiser set reach the price condition of every match."""

from decimal import Decimal

import pytest
from django.utils import timezone

from matchmaker.directory.models import ExchangeRate
from matchmaker.matching.models import Match
from matchmaker.matching.services import judge_prices_again, match_waiting
from tests import factories as make

pytestmark = pytest.mark.django_db


def rate(yuan):
    ExchangeRate.objects.create(currency="USD", yuan=Decimal(yuan), as_of=timezone.localdate(), source="bank")


def price_of(match) -> str:
    match.refresh_from_db()
    return next(row["outcome"] for row in match.conditions if row["code"] == "price")


@pytest.fixture
def matched():
    make.product(price_low=Decimal("1"), currency="USD", price_unit="kg")
    make.line(hs_code="100630", target_price=Decimal("8"), currency="CNY", price_unit="kg")
    match_waiting()
    return Match.objects.get()


def test_a_new_match_compares_prices_across_currencies(request):
    rate("7.10")
    assert price_of(request.getfixturevalue("matched")) == "meets"


def test_stored_prices_are_judged_again_when_a_rate_changes(matched):
    assert price_of(matched) == "unknown"
    rate("7.10")
    assert judge_prices_again() == 1
    assert price_of(matched) == "meets"
    ExchangeRate.objects.update(yuan=Decimal("9"))
    assert judge_prices_again() == 1
    assert price_of(matched) == "fails"
    assert judge_prices_again() == 0
