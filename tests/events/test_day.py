import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import Attendee, Meeting
from matchmaker.events.services.checkin import read_code
from tests import factories
from tests.events.conftest import Hall


@pytest.fixture
def today(hall):
    """The event is on: its first slot begins in ten minutes (or its day is today, late in the evening)."""
    day = timezone.localdate(timezone=hall.event.zone)
    type(hall.event).objects.filter(pk=hall.event.pk).update(starts_on=day, ends_on=day)
    hall.event.refresh_from_db()
    hall.slots = hall.event.slots()
    return hall


def code_of(row) -> str:
    return row.attendees.get().code


def enter(hall, code, **fields):
    return services.check_in(by=hall.organiser, event=hall.event, code=code, **fields)


def test_a_badge_lets_in_once_and_the_second_scan_names_time_and_gate(today):
    code = code_of(today.comes("supplier"))
    assert enter(today, code, gate="North").checked_in_at is not None
    with pytest.raises(Refused, match="gate North") as refusal:
        enter(today, code, gate="South")
    assert refusal.value.code == "used_already"
    assert Attendee.objects.get(code=code).gate == "North"


def test_each_wrong_badge_has_its_own_sentence(today):
    withdrawn, waiting = today.comes("supplier"), today.comes("supplier")
    type(withdrawn).objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    type(waiting).objects.filter(pk=waiting.pk).update(status="waiting")
    other = Hall(campaign=today.event.campaign, slug="other", name={"en": "Other event"})
    found = {}
    for case, code in {
        "code_unknown": "0000000000",
        "code_missing": " - ",
        "withdrawn": code_of(withdrawn),
        "waiting": code_of(waiting),
        "other_event": code_of(other.comes("buyer")),
    }.items():
        with pytest.raises(Refused) as refusal:
            enter(today, code)
        found[case] = refusal.value
    assert {case: refusal.code for case, refusal in found.items()} == {case: case for case in found}
    assert len({refusal.message for refusal in found.values()}) == len(found)
    with pytest.raises(Refused) as refusal:
        enter(today, "A" * 8192)
    assert refusal.value.code == "code_unknown"


def test_another_day_is_refused(hall):
    with pytest.raises(Refused, match="not on today"):
        enter(hall, code_of(hall.comes("supplier")))


def test_a_stranger_checks_nobody_in(today):
    with pytest.raises(Refused) as refusal:
        services.check_in(by=factories.user(), event=today.event, code=code_of(today.comes("buyer")))
    assert refusal.value.status == 404


@pytest.mark.parametrize(
    "typed", ["01AB CDEF-GH", "o1abcdefgh", "OIABCDEFGH", "https://x.example/check-in/?code=01ABCDEFGH"]
)
def test_codes_are_read_as_people_and_scanners_type_them(typed):
    assert read_code(typed) == "01ABCDEFGH"


@pytest.mark.slow
def test_mending_keeps_everybody_elses_slot_and_table_and_fills_what_became_free(hall):
    suppliers = [hall.comes("supplier") for _n in range(3)]
    buyers = [hall.comes("buyer") for _n in range(2)]
    for supplier in suppliers:
        for buyer in buyers:
            hall.wish(supplier, buyer, "must")
    services.publish_plan(by=hall.organiser, draft=hall.plan(most=2))
    before = {row.pk: (row.starts_at, row.table) for row in Meeting.objects.active()}
    gone = next(row for row in suppliers if Meeting.objects.active().filter(supplier=row.company).count() > 0)
    lost = Meeting.objects.active().filter(supplier=gone.company).count()
    done = services.mend_plan(by=hall.organiser, event=hall.event, companies=[gone.company])
    assert (done.cancelled, done.moved) == (lost, 0)
    after = {row.pk: (row.starts_at, row.table) for row in Meeting.objects.active()}
    assert {pk: after[pk] for pk in after if pk in before} == {pk: before[pk] for pk in before if pk in after}
    assert not Meeting.objects.active().filter(supplier=gone.company).exists()
    assert len(after) == len(before) - done.cancelled + done.added


@pytest.mark.slow
def test_a_late_company_keeps_its_later_meetings_and_the_early_ones_find_another_slot(hall):
    supplier, first, second = hall.comes("supplier"), hall.comes("buyer"), hall.comes("buyer")
    early, late = hall.book(supplier, first, 0), hall.book(supplier, second, 3)
    Meeting.objects.update(locked=False)
    done = services.mend_plan(by=hall.organiser, event=hall.event, companies=[supplier.company], until=hall.slots[2])
    late.refresh_from_db()
    early.refresh_from_db()
    assert (late.status, late.starts_at) == ("planned", hall.slots[3])
    assert (early.status, early.starts_at, done.moved) == ("planned", hall.slots[2], 1)


def test_what_has_begun_is_not_planned_anew(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    meeting = hall.book(supplier, buyer, 0)
    Meeting.objects.update(locked=False)
    begun = timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=5)
    if begun.astimezone(hall.event.zone).hour >= 21:
        pytest.skip("the two hours of the event would reach into the next day")
    hall.move_to(begun)
    draft = hall.plan()
    assert [row[:3] for row in draft.instance["data"]["fixed"]] == [[0, 0, 0]]
    services.publish_plan(by=hall.organiser, draft=draft)
    meeting.refresh_from_db()
    assert meeting.status == "planned"


# -- interpreters and tables that are missing
@pytest.fixture
def interpreted(hall):
    """Two meetings in the first slot, each with an interpreter, and a third interpreter who is free."""
    people = [
        services.add_interpreter(by=hall.organiser, event=hall.event, name=name, languages=["zh", "th"])
        for name in ("Li", "Wang", "Zhao")
    ]
    rows = []
    for place in range(2):
        supplier, buyer = hall.comes("supplier", languages=["th"]), hall.comes("buyer", languages=["zh"])
        meeting = hall.book(supplier, buyer, 0)
        Meeting.objects.filter(pk=meeting.pk).update(interpreter=people[place])
        rows.append(meeting)
    return people, rows


def test_an_interpreter_who_does_not_come_is_replaced_and_the_others_keep_theirs(hall, interpreted):
    (li, wang, zhao), (first, second) = interpreted
    loss = services.Loss(interpreter=li)
    preview = services.preview_loss(by=hall.organiser, event=hall.event, loss=loss)
    assert [(one.supplier_id, one.interpreters) for one in preview.seats] == [(first.supplier_id, (li.pk, zhao.pk))]
    assert preview.all == ()
    services.mend_loss(by=hall.organiser, event=hall.event, loss=loss, expected=preview.fingerprint)
    first.refresh_from_db()
    second.refresh_from_db()
    li.refresh_from_db()
    assert (first.interpreter, first.starts_at, second.interpreter) == (zhao, hall.slots[0], wang)
    assert li.away == [slot.isoformat() for slot in hall.slots]
    services.take_back(by=hall.organiser, change=hall.event.change_to_take_back)
    first.refresh_from_db()
    li.refresh_from_db()
    assert (first.interpreter, li.away) == (li, [])


def test_a_meeting_at_a_closed_table_keeps_its_time_and_takes_a_free_table(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    meeting = hall.book(supplier, buyer, 1)
    assert meeting.table == 1
    loss = services.Loss(tables=(1,), since=hall.slots[0], until=hall.slots[2])
    preview = services.preview_loss(by=hall.organiser, event=hall.event, loss=loss)
    assert [(one.tables, one.starts_at) for one in preview.seats] == [((1, 2), hall.slots[1])]
    services.mend_loss(by=hall.organiser, event=hall.event, loss=loss, expected=preview.fingerprint)
    meeting.refresh_from_db()
    hall.event.refresh_from_db()
    assert (meeting.table, meeting.starts_at) == (2, hall.slots[1])
    assert [hall.event.open_tables(slot) for slot in hall.slots[:3]] == [[2], [2], [1, 2]]
    services.take_back(by=hall.organiser, change=hall.event.change_to_take_back)
    meeting.refresh_from_db()
    hall.event.refresh_from_db()
    assert (meeting.table, hall.event.closed_tables) == (1, [])


def test_meetings_without_a_table_in_a_closed_hall_move_to_another_time(hall):
    pairs = [(hall.comes("supplier"), hall.comes("buyer")) for _n in range(2)]
    meetings = [hall.book(*pair, 0) for pair in pairs]
    loss = services.Loss(tables=(1, 2), since=hall.slots[0], until=hall.slots[1])
    preview = services.preview_loss(by=hall.organiser, event=hall.event, loss=loss)
    assert len(preview.moved) == 2
    services.mend_loss(by=hall.organiser, event=hall.event, loss=loss, expected=preview.fingerprint)
    for meeting in meetings:
        meeting.refresh_from_db()
    assert {meeting.status for meeting in meetings} == {"planned"}
    assert all(meeting.starts_at > hall.slots[0] for meeting in meetings)


def test_nothing_is_booked_at_a_closed_table(hall):
    services.mend_loss(by=hall.organiser, event=hall.event, loss=services.Loss(tables=(1,), since=hall.slots[0]))
    hall.event.refresh_from_db()
    assert hall.book(hall.comes("supplier"), hall.comes("buyer"), 0).table == 2
    with pytest.raises(Refused):
        hall.book(hall.comes("supplier"), hall.comes("buyer"), 0)
    services.open_tables_again(by=hall.organiser, event=hall.event)
    hall.event.refresh_from_db()
    assert hall.book(hall.comes("supplier"), hall.comes("buyer"), 0).table == 1


def test_a_meeting_can_be_held_at_another_table(hall):
    meeting = hall.book(hall.comes("supplier"), hall.comes("buyer"), 0)
    hall.book(hall.comes("supplier"), hall.comes("buyer"), 0)
    with pytest.raises(Refused) as refusal:
        services.change_table(by=hall.organiser, meeting=meeting, table=2)
    assert refusal.value.code == "table_taken"
    other = hall.book(hall.comes("supplier"), hall.comes("buyer"), 1)
    services.change_table(by=hall.organiser, meeting=other, table=2)
    other.refresh_from_db()
    assert (other.table, other.starts_at, other.sequence) == (2, hall.slots[1], 1)
