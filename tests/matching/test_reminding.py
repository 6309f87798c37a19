"""The side that owes an answer is reminded, once a day at most, and the side that waits never."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from matchmaker.matching.models import Match
from matchmaker.matching.services import answer_match, remind_owing
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    """A supplier's and a buyer's company with one member each, and two matches between them."""
    seller, demand = factories.company(is_supplier=True), factories.demand()
    matches = [
        Match.objects.create(
            product=factories.product(seller), line=factories.line(demand), score=0.8, probability=0.7, engine="test"
        )
        for _number in range(2)
    ]
    return matches, factories.member_of(seller), factories.member_of(demand.company)


def after(days, hours=1):
    return time_machine.travel(timezone.now() + dt.timedelta(days=days, hours=hours))


def reminded():
    rows = Notice.objects.filter(kind="match_reminder").order_by("pk")
    return [(notice.recipient, notice.context["count"], notice.context["days"]) for notice in rows]


def test_the_side_that_owes_is_reminded_after_three_and_seven_days_and_no_more(pair):
    (match, _other), seller, buyer = pair
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    for day in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 40):
        with after(day):
            remind_owing()
    assert reminded() == [(seller, 1, 3), (seller, 1, 7)]


def test_several_matches_make_one_reminder_however_often_the_bell_rings(pair):
    matches, seller, buyer = pair
    for match in matches:
        answer_match(by=seller, match=match, side="supplier", answer="interested")
    with after(3):
        assert [remind_owing(), remind_owing()] == [1, 0]
    assert reminded() == [(buyer, 2, 3)]
    assert Notice.objects.get(kind="match_reminder").path == "/buyer/matches/?state=unanswered"


def test_whoever_answered_is_not_reminded_and_has_nothing_left_to_read(pair):
    (match, _other), seller, buyer = pair
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    assert Notice.objects.visible_to(seller).unread().count() == 1
    answer_match(by=seller, match=match, side="supplier", answer="declined", why="price")
    assert Notice.objects.visible_to(seller).unread().count() == 0
    with after(3):
        remind_owing()
    assert reminded() == []


def test_a_yes_that_was_taken_back_is_not_waited_for(pair):
    (match, _other), seller, buyer = pair
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    answer_match(by=buyer, match=match, side="buyer", answer="declined")
    assert Notice.objects.visible_to(seller).unread().count() == 0
    with after(3):
        remind_owing()
    assert reminded() == []


def test_a_match_that_no_longer_stands_is_not_reminded_of(pair):
    (match, _other), _seller, buyer = pair
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    Match.objects.update(withdrawn_at=timezone.now())
    with after(3):
        remind_owing()
    assert reminded() == []


def test_two_days_without_a_timetable_lose_no_reminder(pair):
    (match, _other), seller, buyer = pair
    answer_match(by=buyer, match=match, side="buyer", answer="interested")
    with after(5):
        remind_owing()
    assert reminded() == [(seller, 1, 5)]
