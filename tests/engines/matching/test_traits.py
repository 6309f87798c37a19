"""What a want asks of the supplier itself."""

import datetime as dt

import pytest

from matchmaker.engines.matching.conditions import judge
from matchmaker.engines.matching.pairs import Offer, Want

TODAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("offer", "want", "code", "outcome"),
    [
        ({"verification": 2}, {"verification": 2}, "verification", "meets"),
        ({"verification": 1}, {"verification": 2}, "verification", "fails"),
        ({"size": "10-49"}, {"sizes": frozenset({"10-49", "1-9"})}, "size", "meets"),
        ({"size": "1000+"}, {"sizes": frozenset({"10-49"})}, "size", "fails"),
        ({}, {"sizes": frozenset({"10-49"})}, "size", "unknown"),
        ({"languages": frozenset({"en", "zh"})}, {"languages": frozenset({"zh"})}, "language", "meets"),
        ({"languages": frozenset({"fr"})}, {"languages": frozenset({"zh"})}, "language", "fails"),
        ({}, {"languages": frozenset({"zh"})}, "language", "unknown"),
        ({"founded": 2016}, {"years": 10}, "years", "meets"),
        ({"founded": 2017}, {"years": 10}, "years", "fails"),
        ({}, {"years": 10}, "years", "unknown"),
        ({"first_time": True}, {"newcomers": "welcome"}, "newcomers", "meets"),
        ({"first_time": True}, {"newcomers": "experience"}, "newcomers", "fails"),
        ({"first_time": False}, {"newcomers": "experience"}, "newcomers", "meets"),
    ],
)
def test_a_trait_is_judged(offer, want, code, outcome):
    (found,) = judge(Offer(1, (), **offer), Want(2, (), **want), rates={}, today=TODAY)
    assert (found.code, found.outcome) == (code, outcome)


def test_who_is_not_new_is_not_told_that_newcomers_are_welcome():
    assert judge(Offer(1, ()), Want(2, (), newcomers="welcome"), rates={}, today=TODAY) == ()


@pytest.mark.parametrize(
    ("capacity", "unit", "period", "outcome"),
    [
        (100, "t", "month", "meets"),
        (100_000, "kg", "month", "meets"),
        (1_200, "t", "year", "meets"),
        (1_199, "t", "year", "fails"),
        (100, "carton", "month", "unknown"),
        (100, "t", "", "unknown"),
        (None, "t", "month", "unknown"),
    ],
)
def test_capacity_is_compared_for_the_same_time_and_in_the_same_unit(capacity, unit, period, outcome):
    offer = Offer(1, (), capacity=capacity, capacity_unit=unit, capacity_period=period)
    want = Want(2, (), unit="t", capacity=100, capacity_period="month")
    assert judge(offer, want, rates={}, today=TODAY)[0].outcome == outcome
