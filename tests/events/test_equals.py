"""An event of equals: companies that offer and ask, and any of them meets any other."""

import pytest

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Event, Meeting
from matchmaker.events.services import snapshot as snapshots
from matchmaker.events.services.explaining import UnplacedWishes
from matchmaker.events.services.meetings import free_slots
from matchmaker.events.services.suggestions import places_for
from matchmaker.events.services.weights import worths
from matchmaker.events.services.wishes import counterparts
from tests import factories
from tests.engines.planning.checker import check
from tests.events.conftest import Hall


@pytest.fixture
def equals(db):
    return Hall(kind=Event.Kind.EQUALS)


def three(hall):
    return [hall.comes(side) for side in ("supplier", "supplier", "buyer")]


def test_companies_of_both_roles_register_on_one_side_and_see_all_others(equals):
    rows = three(equals)
    assert {row.side for row in rows} == {"both"}
    assert {row.company_id for row in counterparts(rows[0])} == {row.company_id for row in rows[1:]}
    assert [one.company for one in services.suggestions(rows[2])] == [rows[0].company, rows[1].company]


def test_no_company_wishes_to_meet_itself(equals):
    row = three(equals)[0]
    with pytest.raises(Refused) as refusal:
        equals.wish(row, row, "must")
    assert refusal.value.code == "same_company"


def test_two_sellers_ask_accept_and_meet(equals):
    one, other, _third = three(equals)
    request = equals.ask(other, one)
    services.answer_request(by=factories.member_of(one.company), request=request, accept=True)
    meeting = services.place_request(by=equals.organiser, request=request)
    assert (meeting.supplier, meeting.buyer) == (one.company, other.company)
    with pytest.raises(Refused) as refusal:
        equals.book(other, one, 3)
    assert refusal.value.code == "meeting_stands"


def test_a_company_has_one_meeting_a_slot_in_whichever_place_it_stands(equals):
    first, second, third = three(equals)
    equals.book(first, second, 0)
    with pytest.raises(Refused, match=second.company.display_name) as refusal:
        equals.book(second, third, 0)
    assert refusal.value.code == "slot_taken"
    meeting = equals.book(third, second, 1)
    with pytest.raises(Refused):
        services.move_meeting(by=equals.organiser, meeting=meeting, starts_at=equals.slots[0])
    free = free_slots(equals.event, second, third, after=equals.slots[0] - equals.event.length, count=9)
    assert free == equals.slots[2:]


def test_a_match_counts_whichever_of_the_two_offers(equals):
    first, second, third = three(equals)
    product = factories.product(second.company)
    line = factories.line(factories.demand(first.company))
    factories.match(product, line, score=0.5)
    equals.wish(third, first, "must")
    keys = {row.company_id for row in (first, second, third)}
    weights = {pair: row.weight for pair, row in worths(equals.event, keys, keys).items()}
    assert weights == {(first.company_id, second.company_id): 300, (first.company_id, third.company_id): 1000}
    assert [len(one.matches) for one in services.suggestions(first)] == [1, 0]
    assert [place.weight for place in places_for(first)] == [1000, 300]


@pytest.mark.slow
def test_a_triangle_is_planned_published_mended_and_taken_back(equals):
    rows = three(equals)
    for one in rows:
        for other in rows:
            if one != other:
                equals.wish(one, other, "must")
    draft = equals.plan()
    assert check(draft.instance["data"], draft.result).faults == []
    assert (draft.meetings_count, draft.gap) == (3, 0)
    services.publish_plan(by=equals.organiser, draft=draft)
    assert Meeting.objects.active().count() == 3
    standing, today = snapshots.of_meetings(equals.event)
    assert check(standing.instance.to_dict(), {**today.to_dict(), "bound": None}).faults == []
    done = services.mend_plan(by=equals.organiser, event=equals.event, companies=[rows[1].company])
    assert (done.cancelled, done.added, done.moved) == (2, 0, 0)
    services.take_back(by=equals.organiser, change=equals.event.change_to_take_back)
    assert Meeting.objects.active().count() == 3


@pytest.mark.slow
def test_publishing_refuses_a_draft_whose_company_was_booked_in_the_other_place_meanwhile(equals):
    first, second, third = three(equals)
    equals.wish(second, third, "must")
    draft = equals.plan()
    slot = draft.result["meetings"][0][2]
    equals.book(first, second, slot)
    with pytest.raises(Refused) as refusal:
        services.publish_plan(by=equals.organiser, draft=draft)
    assert refusal.value.code == "plan_clashes"
    assert Meeting.objects.active().count() == 1


@pytest.mark.slow
def test_agreed_meetings_among_equals_are_planned_with_the_fewest_waits(equals):
    rows = three(equals)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        request = equals.ask(rows[one], rows[other])
        services.answer_request(by=factories.member_of(rows[other].company), request=request, accept=True)
    draft = equals.plan(given=True)
    assert check(draft.instance["data"], draft.result).faults == []
    assert (draft.meetings_count, draft.result["given"]) == (3, {"breaks": 1, "bound": 1})


@pytest.mark.slow
def test_a_wish_without_a_meeting_has_a_sentence(equals):
    first, second, third = three(equals)
    services.set_availability(by=factories.member_of(third.company), participation=third, away=equals.slots)
    equals.wish(third, first, "must")
    equals.wish(first, second, "must")
    draft = equals.plan()
    found = UnplacedWishes(draft, *snapshots.of_draft(draft))
    assert [(row.code, row.kinds) for row in found] == [("no_common_slot", ("must",))]


def test_the_kind_stays_once_companies_are_registered(equals):
    three(equals)
    with pytest.raises(Exception, match="registered already"):
        services.save_event(by=equals.organiser, campaign=equals.event.campaign, event=equals.event, kind="sides")


def test_a_plan_needs_two_companies(equals):
    equals.comes("buyer")
    with pytest.raises(Refused) as refusal:
        services.start_plan(by=equals.organiser, event=equals.event)
    assert refusal.value.code == "too_few_companies"
