"""Steps that many hear of: letters wait ten minutes, and until one is on its way everything can be put back."""

import datetime as dt
from unittest.mock import patch

import pytest
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import BulkChange, Event, Meeting, MeetingRequest, PlanDraft
from matchmaker.notifications import outbox
from matchmaker.notifications.models import Delivery, Notice, WebhookDelivery, WebhookEndpoint
from tests.events.conftest import Hall
from tests.events.test_contested import at_once

PLACES = ("supplier", "buyer", "starts_at", "table", "interpreter", "status", "locked", "plan", "why_cancelled")


def agenda():
    return list(Meeting.objects.order_by("pk").values_list("pk", *PLACES))


def crowd(hall, suppliers: int = 2, buyers: int = 2):
    rows = [hall.comes("supplier") for _n in range(suppliers)], [hall.comes("buyer") for _n in range(buyers)]
    for supplier in rows[0]:
        for buyer in rows[1]:
            hall.wish(supplier, buyer, "must")
    return rows


def later(minutes: float):
    """The clock of workers that runs ahead."""
    at = timezone.now() + dt.timedelta(minutes=minutes)
    return patch.object(outbox.timezone, "now", lambda: at)


def letters():
    return Delivery.objects.filter(notice__kind__in=["meetings_published", "meetings_off", "meetings_changed"])


def test_letters_of_a_published_plan_leave_after_ten_minutes_and_are_not_shown_before(hall):
    crowd(hall)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    told = Notice.objects.filter(kind="meetings_published")
    assert (told.count(), told.due().count()) == (4, 0)
    waits = BulkChange.objects.get().until - timezone.now()
    assert dt.timedelta(minutes=9) < waits <= dt.timedelta(minutes=10)
    assert set(letters().values_list("not_before", flat=True)) == {BulkChange.objects.get().until}
    assert not outbox.mail_due().filter(pk__in=letters()).exists()


def test_a_plan_taken_back_leaves_meetings_requests_and_the_plan_before_as_they_were(hall):
    suppliers, _buyers = crowd(hall)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    first = PlanDraft.objects.get(state="published")
    BulkChange.objects.all().delete()
    new = hall.comes("buyer")
    hall.wish(new, suppliers[0], "must")
    meeting_request = hall.ask(new, suppliers[0])
    second = hall.plan()
    before, since = agenda(), first.published_at
    services.publish_plan(by=hall.organiser, draft=second)
    meeting_request.refresh_from_db()
    assert (len(agenda()), meeting_request.status) == (5, MeetingRequest.Status.ACCEPTED)
    sequences = dict(Meeting.objects.values_list("pk", "sequence"))
    moved = {row[0] for row in agenda() if row not in before and row[0] in sequences}
    services.take_back(by=hall.organiser, change=BulkChange.objects.get())
    assert agenda() == before
    meeting_request.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (meeting_request.status, meeting_request.answered_at) == (MeetingRequest.Status.PENDING, None)
    assert (first.state, first.published_at, second.state, second.published_at) == ("published", since, "ready", None)
    assert not Notice.objects.filter(event_key=f"meetings_published:{second.uid}").exists()
    # What calendars may have read goes on upwards.
    assert all(Meeting.objects.get(pk=key).sequence > sequences[key] for key in moved & {row[0] for row in before})
    again = services.publish_plan(by=hall.organiser, draft=second)
    assert (again.new, again.told > 0) == (1, True)


def test_a_withdrawn_plan_calls_its_meetings_off_with_one_letter_a_person_and_comes_back(hall):
    suppliers, _buyers = crowd(hall)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    plan = PlanDraft.objects.get()
    by_hand = hall.book(suppliers[0], hall.comes("buyer"), 3)
    before = agenda()
    assert services.impact_of(services.to_withdraw(plan)) == services.StepImpact(meetings=4, companies=4, people=4)
    assert services.withdraw_plan(by=hall.organiser, draft=plan) == 4
    plan.refresh_from_db()
    assert (plan.state, list(Meeting.objects.active())) == ("ready", [by_hand])
    assert letters().filter(notice__kind="meetings_off", notice__context__meetings=2).count() == 4
    services.take_back(by=hall.organiser, change=BulkChange.objects.open().first())
    plan.refresh_from_db()
    assert (plan.state, agenda()) == ("published", before)


def test_a_cancelled_event_comes_back_with_its_meetings(hall):
    (supplier, _s), (buyer, _b) = crowd(hall)
    hall.book(supplier, buyer, 0)
    before = agenda()
    WebhookEndpoint.objects.create(owner_uid=supplier.company.uid, url="https://x.example/", name="x")
    services.cancel_event(by=hall.organiser, event=hall.event)
    assert WebhookDelivery.objects.filter(event_type="meetings_off").count() == 1
    assert not WebhookDelivery.objects.due(timezone.now()).filter(event_type="meetings_off").exists()
    services.take_back(by=hall.organiser, change=BulkChange.objects.get())
    assert (Event.objects.get().status, agenda()) == ("published", before)
    assert not WebhookDelivery.objects.filter(event_type="meetings_off").exists()


def test_companies_that_do_not_come_are_marked_and_come_back_with_the_step(hall):
    (supplier, other), (buyer, _b) = crowd(hall)
    hall.book(supplier, buyer, 0)
    before = agenda()
    services.mend_plan(by=hall.organiser, event=hall.event, companies=[supplier.company, other.company])
    supplier.refresh_from_db()
    assert (len(supplier.absent), Meeting.objects.active().count()) == (len(hall.slots), 0)
    services.mend_plan(by=hall.organiser, event=hall.event, companies=[buyer.company])
    assert Meeting.objects.active().count() == 0  # nothing is filled in for a company that is marked as absent
    mended, around = BulkChange.objects.order_by("pk")
    services.take_back(by=hall.organiser, change=around)
    services.take_back(by=hall.organiser, change=mended)
    supplier.refresh_from_db()
    assert (supplier.absent, agenda()) == ([], before)


def test_a_company_that_comes_after_all_can_be_booked_again(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    services.mend_plan(by=hall.organiser, event=hall.event, companies=[supplier.company])
    with pytest.raises(Refused) as refusal:
        hall.book(supplier, buyer, 0)
    assert refusal.value.code == "away"
    supplier.refresh_from_db()
    services.mark_present(by=hall.organiser, participation=supplier)
    assert hall.book(supplier, buyer, 0).status == "planned"


def test_near_a_meeting_letters_leave_at_once_and_nothing_is_taken_back(hall):
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    hall.book(supplier, buyer, 0)
    hall.move_to(timezone.now().replace(second=0, microsecond=0) + dt.timedelta(minutes=12))
    services.mend_plan(by=hall.organiser, event=hall.event, companies=[supplier.company])
    assert not BulkChange.objects.exists()
    assert outbox.mail_due().filter(notice__kind="meetings_changed").count() == 2  # not the booking any more


def test_after_ten_minutes_a_step_is_not_taken_back(hall):
    crowd(hall)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    BulkChange.objects.update(until=timezone.now())
    before = agenda()
    assert hall.event.change_to_take_back is None
    with pytest.raises(Refused) as refusal:
        services.take_back(by=hall.organiser, change=BulkChange.objects.get())
    assert (refusal.value.code, agenda()) == ("too_late", before)


def test_a_step_is_not_taken_back_once_one_of_its_letters_is_on_its_way(hall):
    crowd(hall)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    before = agenda()
    with later(11):
        assert outbox.claim(outbox.mail_due().filter(notice__kind="meetings_published")[:1])
    with pytest.raises(Refused) as refusal:
        services.take_back(by=hall.organiser, change=BulkChange.objects.get())
    assert (refusal.value.code, agenda()) == ("letters_left", before)
    assert (BulkChange.objects.get().taken_back_at, letters().waiting().count()) == (None, 4)


def test_a_step_is_not_taken_back_over_what_was_changed_since(hall):
    crowd(hall)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    services.cancel_meeting(by=hall.organiser, meeting=Meeting.objects.first())
    before = agenda()
    with pytest.raises(Refused) as refusal:
        services.take_back(by=hall.organiser, change=BulkChange.objects.get())
    assert (refusal.value.code, agenda()) == ("changed_since", before)


def test_a_meeting_moved_again_leaves_no_letter_with_the_old_time(hall):
    supplier, other, buyer = hall.comes("supplier"), hall.comes("supplier"), hall.comes("buyer")
    moved = hall.book(supplier, buyer, 0)
    Meeting.objects.update(locked=False)
    Delivery.objects.all().delete()
    services.mend_plan(by=hall.organiser, event=hall.event, companies=[buyer.company], until=hall.slots[2])
    moved.refresh_from_db()
    assert moved.starts_at == hall.slots[2]
    services.move_meeting(by=hall.organiser, meeting=moved, starts_at=hall.slots[3])
    keys = set(letters().values_list("notice__event_key", flat=True))
    assert keys == {f"meetings_changed:{moved.uid}:2"}
    assert other.absent == []


def test_a_stranger_takes_nothing_back(hall):
    from tests import factories

    crowd(hall)
    services.publish_plan(by=hall.organiser, draft=hall.plan())
    with pytest.raises(Refused):
        services.take_back(by=factories.user(), change=BulkChange.objects.get())
    assert PlanDraft.objects.get().state == "published"


@pytest.fixture
def open_hall(transactional_db):
    return Hall()


@pytest.mark.slow
def test_whoever_is_first_wins_a_worker_that_claims_or_the_organiser_who_takes_back(open_hall):
    hall = open_hall
    supplier, buyer = hall.comes("supplier"), hall.comes("buyer")
    for _round in range(5):
        hall.wish(supplier, buyer, "must")
        services.publish_plan(by=hall.organiser, draft=hall.plan())
        change = BulkChange.objects.open().first()
        Delivery.objects.exclude(pk__in=letters()).delete()
        due = letters().filter(notice__event_key=change.letters[0])
        ahead = timezone.now() + dt.timedelta(minutes=11)

        def claim(due=due, ahead=ahead):
            with patch.object(outbox, "timezone", type("Clock", (), {"now": staticmethod(lambda: ahead)})):
                return outbox.claim(due.filter(not_before__lte=ahead))

        def undo(change=change):
            return services.take_back(by=hall.organiser, change=change)

        found = at_once([claim, undo])
        claimed = next(one for one in found if isinstance(one, list))
        taken = next(one for one in found if not isinstance(one, list))
        if claimed:
            assert (taken.code, Meeting.objects.active().count()) == ("letters_left", 1)
        else:
            assert (due.count(), Meeting.objects.active().count()) == (0, 0)
        Delivery.objects.all().delete()
        Meeting.objects.all().delete()
        PlanDraft.objects.all().delete()
