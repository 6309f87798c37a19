import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.companies.services import name_key
from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Event, MeetingRequest, Wish
from matchmaker.events.services.weights import worths
from matchmaker.notifications.models import Notice
from tests import factories


@pytest.fixture
def pair(hall):
    return hall.comes("supplier"), hall.comes("buyer")


def weights(hall, supplier, buyer, shares=None):
    found = worths(hall.event, {supplier.company_id}, {buyer.company_id}, shares=shares)
    return {pair: worth.weight for pair, worth in found.items()}


def test_weights_add_the_match_and_both_sides_wishes(hall, pair):
    supplier, buyer = pair
    key = (supplier.company_id, buyer.company_id)
    assert weights(hall, *pair) == {}
    line = factories.line(factories.demand(buyer.company))
    factories.match(factories.product(supplier.company), line, score=0.5)
    assert weights(hall, *pair) == {key: 300}
    hall.wish(supplier, buyer, "must")
    hall.wish(buyer, supplier, "would")
    assert weights(hall, *pair) == {key: 1900}
    assert weights(hall, *pair, {"buyer": 50}) == {key: 1600}


def test_a_private_demand_weighs_nothing_until_its_buyer_says_yes(hall, pair):
    supplier, buyer = pair
    line = factories.line(factories.demand(buyer.company, visibility="private"))
    match = factories.match(factories.product(supplier.company), line, score=0.5)
    assert weights(hall, *pair) == {}
    match.buyer_answer = "interested"
    match.save()
    assert weights(hall, *pair) == {(supplier.company_id, buyer.company_id): 900}


@pytest.mark.parametrize("side", [0, 1])
def test_never_is_absent_whoever_says_it_and_whatever_the_other_wishes(hall, pair, side):
    hall.wish(pair[side], pair[1 - side], "never")
    hall.wish(pair[1 - side], pair[side], "must")
    assert weights(hall, *pair) == {}


def test_never_is_seen_by_its_company_only(hall, pair):
    supplier, buyer = pair
    hall.wish(supplier, buyer, "never")
    assert Wish.objects.visible_to(factories.member_of(supplier.company)).count() == 1
    assert not Wish.objects.visible_to(factories.member_of(buyer.company)).exists()
    assert not Wish.objects.visible_to(hall.organiser).exists()
    assert "never" not in str(list(AuditEntry.objects.values_list("verb", "facts")))
    shown = services.suggestions(buyer)
    assert [(one.company, one.wish, one.request) for one in shown] == [(supplier.company, "", None)]
    assert not Notice.objects.filter(kind__startswith="meetings").exists()


def test_a_request_to_somebody_who_said_never_waits_and_ends_like_any_other(hall, pair):
    supplier, buyer = pair
    hall.wish(supplier, buyer, "never")
    request = hall.ask(buyer, supplier, "We buy rice.")
    assert request.status == "pending"
    assert not Notice.objects.filter(kind="meetings_asked").exists()
    assert not MeetingRequest.objects.visible_to(factories.member_of(supplier.company)).exists()
    MeetingRequest.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert services.expire_requests() == 1
    request.refresh_from_db()
    assert request.status == "expired"


def test_taking_a_wish_back_leaves_none(hall, pair):
    hall.wish(*pair, "must")
    hall.wish(*pair, "none")
    assert not Wish.objects.exists()


def test_wishing_for_ones_own_side_is_refused(hall, pair):
    with pytest.raises(Refused) as refusal:
        hall.wish(pair[0], hall.comes("supplier"), "must")
    assert refusal.value.code == "same_side"


def test_an_accepted_request_weighs_as_must_of_both_and_both_hear(hall, pair):
    supplier, buyer = pair
    request = hall.ask(supplier, buyer, "Fragrant rice, new crop")
    services.answer_request(by=factories.member_of(buyer.company), request=request, accept=True)
    assert weights(hall, *pair) == {(supplier.company_id, buyer.company_id): 2000}
    assert set(Notice.objects.values_list("kind", "recipient")) == {
        ("meetings_asked", factories.member_of(buyer.company).pk),
        ("meetings_answered", factories.member_of(supplier.company).pk),
    }


def test_accepting_twice_is_once_and_declining_after_that_names_the_state(hall, pair):
    request = hall.ask(*pair)
    by = factories.member_of(pair[1].company)
    for _time in range(2):
        assert services.answer_request(by=by, request=request, accept=True).status == "accepted"
    with pytest.raises(Refused, match="no longer open: accepted"):
        services.answer_request(by=by, request=request, accept=False)
    assert Notice.objects.filter(kind="meetings_answered").count() == 1


def test_accepting_after_it_was_withdrawn_is_refused(hall, pair):
    request = hall.ask(*pair)
    services.withdraw_request(by=factories.member_of(pair[0].company), request=request)
    with pytest.raises(Refused, match="no longer open: withdrawn"):
        services.answer_request(by=factories.member_of(pair[1].company), request=request, accept=True)


def test_requests_are_limited_by_the_organisers_number(hall, pair):
    Event.objects.filter(pk=hall.event.pk).update(requests_a_company=1)
    hall.event.refresh_from_db()
    hall.ask(*pair)
    with pytest.raises(Refused) as refusal:
        hall.ask(pair[0], hall.comes("buyer"))
    assert refusal.value.code == "too_many_requests"


def test_declined_pairs_are_not_planned(hall, pair):
    request = hall.ask(*pair)
    services.answer_request(by=factories.member_of(pair[1].company), request=request, accept=False)
    assert weights(hall, *pair) == {}


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("vinicola", True),  # without its accent
        ("wuhan SUL", True),  # every word, in any order, whatever its case
        ("wuhan", True),
        ("武漢", True),  # in traditional characters
        ("fruit", True),  # a text in one language
        ("en", False),  # the code of a language is no text
        ("Malbec", True),  # whom it hopes to meet
    ],
)
def test_suggestions_are_searched_by_names_texts_and_what_is_sought(hall, words, is_found):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer", seeks="Malbec")
    found = buyer.company
    found.legal_name, found.name_zh, found.about = "Vinícola Sul", "武汉商场", {"en": "Fruit wholesale"}
    found.name_key = name_key(found)
    found.save()
    assert [one.company for one in services.suggestions(supplier, search=words)] == [found] * is_found
