"""Requests with a time, another time, the organiser's rules, and meetings moved without being cancelled."""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Event, Meeting, MeetingMove, MeetingRequest, PlanDraft
from matchmaker.notifications.models import Notice
from tests import factories


@pytest.fixture
def pair(hall):
    return hall.comes("supplier"), hall.comes("buyer")


def by(row):
    return factories.member_of(row.company)


def ask(hall, one, other, slot=None):
    starts_at = None if slot is None else hall.slots[slot]
    return services.request_meeting(
        by=by(one), event=hall.event, company=one.company, other=other.company, starts_at=starts_at
    )


def code_of(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_a_request_with_a_time_becomes_a_meeting_when_it_is_accepted(hall, pair):
    request = ask(hall, *pair, slot=1)
    services.answer_request(by=by(pair[1]), request=request, accept=True)
    meeting = Meeting.objects.get()
    assert (meeting.starts_at, meeting.locked, meeting.status) == (hall.slots[1], True, "planned")


def test_another_time_goes_back_and_forth_until_one_accepts(hall, pair):
    supplier, buyer = pair
    request = ask(hall, supplier, buyer, slot=0)
    services.answer_request(by=by(buyer), request=request, other_time=hall.slots[2])
    assert MeetingRequest.objects.owed_by(supplier.company).get() == request
    assert not MeetingRequest.objects.owed_by(buyer.company).exists()
    assert code_of(lambda: services.answer_request(by=by(buyer), request=request, accept=True)) == "not_found"
    services.answer_request(by=by(supplier), request=request, accept=True)
    assert Meeting.objects.get().starts_at == hall.slots[2]
    told = Notice.objects.filter(recipient=by(buyer), kind="meetings_answered")
    assert told.count() == 1


def test_a_time_taken_meanwhile_is_refused_with_what_is_free_and_the_request_stays_open(hall, pair):
    request = ask(hall, *pair, slot=0)
    hall.book(pair[0], hall.comes("buyer"), 0)
    assert code_of(lambda: services.answer_request(by=by(pair[1]), request=request, accept=True)) == "slot_taken"
    request.refresh_from_db()
    assert request.status == "pending"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"asks_from": "buyer"}, "asking_closed"),
        ({"asks_from": "nobody"}, "asking_closed"),
        ({"requests_in_all": 0}, "no_requests_left"),
        ({"requests_a_company": 0}, "too_many_requests"),
        ({"asks_matched_only": True}, "not_matched"),
    ],
)
def test_the_organisers_rules_say_who_may_ask_whom_and_how_often(hall, pair, rule, code):
    Event.objects.update(**rule)
    hall.event.refresh_from_db()
    assert code_of(lambda: ask(hall, *pair)) == code


@pytest.mark.parametrize("again", [True, False])
def test_asking_again_after_a_no_is_for_the_organiser_to_allow(hall, pair, again):
    Event.objects.update(asks_again=again)
    hall.event.refresh_from_db()
    services.answer_request(by=by(pair[1]), request=ask(hall, *pair), accept=False)
    if again:
        assert ask(hall, *pair).status == "pending"
    else:
        assert code_of(lambda: ask(hall, *pair)) == "declined_before"


def test_a_meeting_moves_when_the_other_side_agrees_and_is_never_cancelled(hall, pair):
    meeting = hall.book(*pair, 0)
    move = services.ask_move(by=by(pair[0]), meeting=meeting, starts_at=hall.slots[2])
    meeting.refresh_from_db()
    assert meeting.starts_at == hall.slots[0]
    assert code_of(lambda: services.answer_move(by=by(pair[0]), move=move, accept=True)) == "not_found"
    services.answer_move(by=by(pair[1]), move=move, accept=True)
    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.status, meeting.sequence) == (hall.slots[2], "planned", 1)


def test_a_declined_move_leaves_the_meeting_and_tells_whoever_asked(hall, pair):
    meeting = hall.book(*pair, 0)
    move = services.ask_move(by=by(pair[1]), meeting=meeting, starts_at=hall.slots[1])
    services.answer_move(by=by(pair[0]), move=move, accept=False)
    meeting.refresh_from_db()
    assert meeting.starts_at == hall.slots[0]
    assert Notice.objects.filter(recipient=by(pair[1]), kind="meetings_move").count() == 1


def test_only_one_proposal_is_open_and_only_for_a_time_free_for_both(hall, pair):
    meeting = hall.book(*pair, 0)
    hall.book(pair[0], hall.comes("buyer"), 1)

    def propose(row, slot):
        return services.ask_move(by=by(row), meeting=meeting, starts_at=hall.slots[slot])

    assert code_of(lambda: propose(pair[1], 1)) == "slot_taken"
    propose(pair[1], 2)
    assert code_of(lambda: propose(pair[0], 3)) == "asked_already"


def test_what_the_organiser_moved_answers_no_old_proposal(hall, pair):
    meeting = hall.book(*pair, 0)
    move = services.ask_move(by=by(pair[0]), meeting=meeting, starts_at=hall.slots[2])
    services.move_meeting(by=hall.organiser, meeting=meeting, starts_at=hall.slots[1])
    assert code_of(lambda: services.answer_move(by=by(pair[1]), move=move, accept=True)) == "move_state"
    meeting.refresh_from_db()
    assert (meeting.starts_at, MeetingMove.objects.get().status) == (hall.slots[1], "withdrawn")


def test_cancelling_withdraws_the_proposal(hall, pair):
    meeting = hall.book(*pair, 0)
    move = services.ask_move(by=by(pair[0]), meeting=meeting, starts_at=hall.slots[2])
    services.cancel_meeting(by=by(pair[1]), meeting=meeting)
    assert code_of(lambda: services.answer_move(by=by(pair[1]), move=move, accept=True)) == "move_state"
    assert Meeting.objects.get().status == "cancelled"


def test_registration_has_a_first_day(hall):
    Event.objects.update(registration_from=hall.event.starts_on - dt.timedelta(days=1))
    hall.event.refresh_from_db()
    assert hall.event.opens_later
    assert code_of(lambda: hall.comes("supplier")) == "registration_not_open"


def test_a_request_is_changed_while_it_waits_and_nobody_is_told_twice(hall, pair):
    supplier, buyer = pair
    request = ask(hall, supplier, buyer, slot=0)
    told = Notice.objects.filter(recipient=by(buyer), kind="meetings_asked").count()
    services.change_request(by=by(supplier), request=request, note=" Rice, new crop ", starts_at=hall.slots[3])
    request.refresh_from_db()
    assert (request.note, request.language, request.starts_at) == ("Rice, new crop", "en", hall.slots[3])
    assert Notice.objects.filter(recipient=by(buyer), kind="meetings_asked").count() == told == 1
    services.answer_request(by=by(buyer), request=request, other_time=hall.slots[1])
    with pytest.raises(Refused) as refused:
        services.change_request(by=by(supplier), request=request, note="Late", starts_at=None)
    assert refused.value.code == "other_time_proposed"
    request.refresh_from_db()
    assert (request.note, request.starts_at) == ("Rice, new crop", hall.slots[1])


def test_whoever_accepts_agrees_to_no_other_time_than_the_one_she_saw(hall, pair):
    supplier, buyer = pair
    request = ask(hall, supplier, buyer, slot=0)
    seen = services.time_of(request)
    services.change_request(by=by(supplier), request=request, note="", starts_at=hall.slots[2])
    fresh = MeetingRequest.objects.get(pk=request.pk)
    assert code_of(lambda: services.answer_request(by=by(buyer), request=fresh, accept=True, seen=seen)) == (
        "request_changed"
    )
    assert not Meeting.objects.exists()
    services.answer_request(by=by(buyer), request=fresh, accept=True, seen=services.time_of(fresh))
    assert Meeting.objects.get().starts_at == hall.slots[2]


def test_only_whoever_owes_the_answer_is_reminded_once_before_a_request_ends(hall, pair):
    supplier, buyer = pair
    request = ask(hall, supplier, buyer)
    assert services.remind_of_requests() == 0
    old = request.created_at - dt.timedelta(days=6)
    MeetingRequest.objects.filter(pk=request.pk).update(
        created_at=old, expires_at=request.expires_at - dt.timedelta(days=6)
    )
    assert [services.remind_of_requests() for _turn in range(2)] == [1, 0]
    waits = Notice.objects.filter(kind="meetings_asked", event_key__contains=":waits:")
    assert [notice.recipient for notice in waits] == [by(buyer)]
    services.wish(by=by(buyer), event=hall.event, company=buyer.company, other=supplier.company, kind="never")
    MeetingRequest.objects.update(reminded_at=None)
    assert services.remind_of_requests() == 0  # who never wants to meet them is left in peace


@pytest.fixture
def published(hall):
    """A supplier that opens its free times, a buyer, and a published plan without either."""
    host, guest = hall.comes("supplier", opens_free_times=True), hall.comes("buyer")
    PlanDraft.objects.create(event=hall.event, state="published")
    return host, guest


def book_open(hall, guest, host, slot=1):
    by = factories.member_of(guest.company)
    values = {"event": hall.event, "company": guest.company, "other": host.company, "starts_at": hall.slots[slot]}
    return services.request_meeting(by=by, **values)


def test_a_free_time_that_a_company_opens_is_booked_at_once_and_it_is_told(hall, published):
    host, guest = published
    request = book_open(hall, guest, host)
    meeting = Meeting.objects.get()
    assert (request.status, meeting.starts_at, meeting.buyer) == ("accepted", hall.slots[1], guest.company)
    told = Notice.objects.filter(kind="meetings_changed", about=host.company.uid)
    assert told.exists()
    with pytest.raises(Refused) as refusal:
        book_open(hall, hall.comes("buyer"), host)
    assert (refusal.value.code, MeetingRequest.objects.count()) == ("slot_taken", 1)


@pytest.mark.parametrize("why", ["not opened", "no plan", "never", "enough", "no time"])
def test_otherwise_a_request_waits_for_its_answer(hall, published, why):
    host, guest = published
    if why == "not opened":
        services.update_participation(by=factories.member_of(host.company), participation=host, opens_free_times=False)
    elif why == "no plan":
        PlanDraft.objects.all().delete()
    elif why == "never":
        hall.wish(host, guest, "never")
    elif why == "enough":
        type(host).objects.filter(pk=host.pk).update(most=1)
        hall.book(host, hall.comes("buyer"), 0)
    asked = hall.ask(guest, host) if why == "no time" else book_open(hall, guest, host)
    assert asked.status == "pending"
    assert not Meeting.objects.filter(buyer=guest.company).exists()


def test_a_time_that_is_left_to_requests_waits_for_an_answer_and_others_are_booked_at_once(hall, client):
    host, guest = hall.comes("buyer", opens_free_times=True), hall.comes("supplier")
    other = hall.comes("supplier")
    PlanDraft.objects.create(event=hall.event, state=PlanDraft.State.PUBLISHED)
    client.force_login(factories.member_of(host.company))
    address = reverse("meetings_availability", args=["wuhan"]) + "?book=1"
    assert client.get(address).context["booking"]
    client.post(address, {"free": [hall.slots[0].isoformat()]})
    host.refresh_from_db()
    assert host.by_request == [slot.isoformat() for slot in hall.slots[1:]]

    def ask(row, slot):
        sides = {"event": hall.event, "company": row.company, "other": host.company}
        by = factories.member_of(row.company)
        return services.request_meeting(by=by, **sides, starts_at=hall.slots[slot]).status

    client.force_login(factories.member_of(guest.company))
    form = client.get(reverse("meetings_ask", args=["wuhan", host.company.uid])).context["form"]
    assert ["if they agree" in label for _value, label in form.fields["slot"].choices[1:]] == [False, True, True, True]
    assert (ask(guest, 0), ask(other, 1)) == ("accepted", "pending")
