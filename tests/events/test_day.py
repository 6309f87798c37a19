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
