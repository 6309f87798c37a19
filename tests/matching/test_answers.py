"""Both sides answer; two times yes opens the contact."""

import pytest
from django.core.exceptions import ValidationError

from matchmaker.accounts.models import AuditEntry
from matchmaker.core.problems import Refused
from matchmaker.engines.matching.pairs import Pair
from matchmaker.matching.models import Match, NeverAgain
from matchmaker.matching.services import answer_match
from matchmaker.matching.services.storing import AllowedPairs
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def match():
    line = factories.line()
    return Match.objects.create(product=factories.product(), line=line, score=0.8, probability=0.7, engine="test")


def people(match):
    return factories.member_of(match.product.company), factories.member_of(match.line.demand.company)


def test_two_times_yes_opens_the_contact_for_both(match):
    seller, buyer = people(match)
    answer_match(by=seller, match=match, side="supplier", answer="interested")
    match = answer_match(by=buyer, match=match, side="buyer", answer="interested")

    assert match.is_mutual
    told = {notice.recipient: notice.context for notice in Notice.objects.filter(kind="match_mutual")}
    assert told[seller]["contact_email"] == match.line.demand.company.contact_email
    assert told[buyer]["contact_email"] == match.product.company.contact_email


def test_first_yes_tells_the_other_side_without_a_name(match):
    seller, buyer = people(match)
    answer_match(by=buyer, match=match, side="buyer", answer="interested")

    notice = Notice.objects.get()
    assert (notice.kind, notice.recipient) == ("match_interest", seller)
    assert match.line.demand.company.legal_name not in str(notice.context)
    assert buyer.email not in str(notice.context)


def test_same_answer_a_thousand_times_is_one_answer(match):
    seller, _buyer = people(match)
    for _time in range(5):
        answer_match(by=seller, match=match, side="supplier", answer="declined", why="price")

    match.refresh_from_db()
    assert (match.supplier_answer, match.supplier_why) == ("declined", "price")
    assert AuditEntry.objects.filter(verb="answer_match").count() == 1


def test_no_hides_the_match_from_the_supplier(match):
    seller, buyer = people(match)
    answer_match(by=buyer, match=match, side="buyer", answer="declined", why="origin")

    assert Match.objects.for_supplier(match.product.company).count() == 0
    assert Match.objects.visible_to(seller).count() == 0
    assert Match.objects.visible_to(buyer).count() == 1
    for person in (seller, factories.user()):
        with pytest.raises(Refused) as refusal:
            answer_match(by=person, match=match, side="supplier", answer="interested")
        assert refusal.value.status == 404


def test_declined_match_is_not_in_the_suppliers_api(match, client):
    seller, buyer = people(match)
    client.force_login(seller)
    assert client.get("/api/v1/matches/").json()["results"] != []
    answer_match(by=buyer, match=match, side="buyer", answer="declined", why="origin")
    assert client.get("/api/v1/matches/").json()["results"] == []


def test_match_of_another_company_does_not_exist(match):
    with pytest.raises(Refused) as refusal:
        answer_match(by=factories.member_of(factories.supplier()), match=match, side="supplier", answer="interested")

    assert (refusal.value.code, refusal.value.status) == ("not_found", 404)


def test_supplier_cannot_answer_for_the_buyer(match):
    seller, _buyer = people(match)
    with pytest.raises(Refused):
        answer_match(by=seller, match=match, side="buyer", answer="interested")
    match.refresh_from_db()
    assert match.buyer_answer == ""


def test_opened_contact_cannot_be_taken_back(match):
    seller, buyer = people(match)
    answer_match(by=seller, match=match, side="supplier", answer="interested")
    answer_match(by=buyer, match=match, side="buyer", answer="interested")

    with pytest.raises(Refused) as refusal:
        answer_match(by=seller, match=match, side="supplier", answer="declined")
    assert refusal.value.code == "already_mutual"


def test_unknown_answer_is_refused(match):
    seller, _buyer = people(match)
    with pytest.raises(ValidationError) as error:
        answer_match(by=seller, match=match, side="supplier", answer="maybe")
    assert list(error.value.message_dict) == ["answer"]


def test_never_again_takes_all_between_the_two_companies_along_and_nothing_new_comes(match):
    _seller, buyer = people(match)
    second = factories.line(match.line.demand)
    Match.objects.create(product=match.product, line=second, score=0.6, probability=0.5, engine="test")
    elsewhere = Match.objects.create(
        product=match.product, line=factories.line(), score=0.6, probability=0.5, engine="t"
    )

    answer_match(by=buyer, match=match, side="buyer", answer="declined", why="never")

    assert set(Match.objects.values_list("pk", flat=True)) == {match.pk, elsewhere.pk}
    allowed_pairs = AllowedPairs.of([match.product_id], [second.pk, elsewhere.line_id], skip_known=False)
    pairs = [Pair(match.product_id, line, 0.9, 0.9, {}, {}, ()) for line in (second.pk, elsewhere.line_id)]
    assert [allowed_pairs.allows(pair) for pair in pairs] == [False, True]


def test_yes_after_all_lifts_ones_own_never_again(match):
    _seller, buyer = people(match)
    answer_match(by=buyer, match=match, side="buyer", answer="declined", why="never")
    answer_match(by=buyer, match=match, side="buyer", answer="interested")

    assert NeverAgain.objects.count() == 0
