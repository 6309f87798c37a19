import datetime as dt

import icalendar
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext, override

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.calendar import feed
from matchmaker.events.models import Meeting
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from tests import factories


@pytest.fixture
def pair(hall):
    return hall.comes("supplier"), hall.comes("buyer")


def refused(call, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value


def test_the_database_refuses_a_company_or_table_twice_in_a_slot(hall, pair):
    meeting = hall.book(*pair, 0)
    other, third = hall.comes("supplier").company, hall.comes("buyer").company
    for clash in (
        {"supplier": meeting.supplier, "buyer": third, "table": 2},
        {"supplier": other, "buyer": meeting.buyer, "table": 2},
        {"supplier": other, "buyer": third, "table": 1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Meeting.objects.create(event=hall.event, starts_at=meeting.starts_at, **clash)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.create(
            event=hall.event, supplier=meeting.supplier, buyer=meeting.buyer, table=2, starts_at=hall.slots[1]
        )


def test_a_cancelled_meeting_frees_its_slot_and_table(hall, pair):
    meeting = hall.book(*pair, 0)
    services.cancel_meeting(by=factories.member_of(pair[0].company), meeting=meeting, why="Flight cancelled")
    again = hall.book(*pair, 0)
    assert (again.starts_at, again.table) == (meeting.starts_at, meeting.table)


def test_each_refusal_names_the_clash(hall, pair):
    supplier, buyer = pair
    hall.book(*pair, 0)
    busy = refused(hall.book, supplier, hall.comes("buyer"), 0)
    assert (busy.code, busy.status) == ("slot_taken", 409)
    assert supplier.company.display_name in busy.message
    free = [slot.astimezone(hall.event.zone).strftime("%Y-%m-%d %H:%M") for slot in hall.slots[1:4]]
    assert all(slot in busy.message for slot in free)
    assert refused(hall.book, supplier, buyer, 1).code == "meeting_stands"
    hall.book(hall.comes("supplier"), hall.comes("buyer"), 0)
    assert refused(hall.book, hall.comes("supplier"), hall.comes("buyer"), 0).code == "no_table"
    hall.slots.append(hall.slots[0] + dt.timedelta(minutes=3))
    assert refused(hall.book, supplier, hall.comes("buyer"), -1).code == "no_such_slot"
    assert refused(hall.book, supplier, hall.comes("supplier"), 1).code == "same_side"
    shy = hall.comes("buyer")
    hall.wish(shy, supplier, "never")
    assert refused(hall.book, supplier, shy, 1).code == "not_possible"
    stranger = factories.buyer()
    code = refused(
        services.book_meeting,
        by=hall.organiser,
        event=hall.event,
        supplier=supplier.company,
        buyer=stranger,
        starts_at=hall.slots[1],
    ).code
    assert code == "not_registered"


def test_a_slot_that_has_begun_is_refused(hall, pair):
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=10))
    assert refused(hall.book, *pair, 0).code == "past"


def test_a_slot_in_which_one_is_away_is_refused(hall, pair):
    services.set_availability(by=factories.member_of(pair[1].company), participation=pair[1], away=[hall.slots[0]])
    assert refused(hall.book, *pair, 0).code == "away"


def test_moving_keeps_the_meeting_and_tells_both_of_the_final_time(hall, pair):
    meeting = hall.book(*pair, 0)
    moved = services.move_meeting(by=hall.organiser, meeting=meeting, starts_at=hall.slots[2])
    assert (moved.pk, moved.sequence, moved.starts_at) == (meeting.pk, 1, hall.slots[2])
    assert Notice.objects.filter(kind="meetings_changed", event_key=f"meetings_changed:{meeting.uid}:1").count() == 2


def test_where_and_why_are_read_in_ones_own_language_whoever_called_it_off(hall, pair):
    hall.book(*pair, 0)
    with override("en"):
        services.cancel_event(by=hall.organiser, event=hall.event)
        assert (Meeting.objects.get().where, Meeting.objects.get().why) == ("Table 1", "The event is cancelled.")
    with override("zh-hans"):
        assert (Meeting.objects.get().where, Meeting.objects.get().why) == ("1 号桌", "洽谈会已取消。")
    assert Notice.objects.filter(kind="meetings_off").count() == 2


def test_a_changed_meeting_is_told_in_every_language(hall, pair):
    meeting = hall.book(*pair, 0)
    services.withdraw_from_event(by=hall.organiser, participation=pair[0])
    told = Notice.objects.filter(kind="meetings_changed", event_key=f"meetings_changed:{meeting.uid}:1").get()
    with override("zh-hans"):
        in_chinese = gettext("The company does not come.")
    assert told.context["why"].items() >= {"en": "The company does not come.", "zh-hans": in_chinese}.items()
    assert told.context["where"].items() >= {"en": "Table 1", "zh-hans": "1 号桌"}.items()


def test_moving_into_another_meeting_is_refused_and_changes_nothing(hall, pair):
    meeting = hall.book(*pair, 0)
    hall.book(pair[0], hall.comes("buyer"), 1)
    refusal = refused(services.move_meeting, by=hall.organiser, meeting=meeting, starts_at=hall.slots[1])
    assert refusal.code == "slot_taken"
    assert Meeting.objects.get(pk=meeting.pk).starts_at == hall.slots[0]


def test_cancelling_twice_is_once_and_after_it_was_held_is_refused(hall, pair):
    by = factories.member_of(pair[1].company)
    meeting = hall.book(*pair, 0)
    for _time in range(2):
        assert services.cancel_meeting(by=by, meeting=meeting).sequence == 1
    other = hall.book(*pair, 1)
    Meeting.objects.filter(pk=other.pk).update(status="held")
    assert refused(services.cancel_meeting, by=by, meeting=other).code == "meeting_state"


def test_what_became_of_a_meeting_is_said_after_it_began_and_notes_stay_with_their_side(hall, pair):
    by = factories.member_of(pair[0].company)
    meeting = hall.book(*pair, 0)
    assert refused(services.mark_meeting, by=by, meeting=meeting, outcome="held").code == "too_early"
    Meeting.objects.update(starts_at=timezone.now() - dt.timedelta(minutes=30))
    meeting.refresh_from_db()
    marked = services.mark_meeting(by=by, meeting=meeting, outcome="held", rating=5, note="Wants samples.")
    assert (marked.status, marked.supplier_rating, marked.supplier_note) == ("held", 5, "Wants samples.")
    assert (marked.buyer_rating, marked.buyer_note) == (None, "")


def test_meetings_are_seen_by_their_two_companies_and_the_team(hall, pair):
    meeting = hall.book(*pair, 0)
    for person in (*(factories.member_of(row.company) for row in pair), hall.organiser):
        assert list(Meeting.objects.visible_to(person)) == [meeting]
    assert not Meeting.objects.visible_to(factories.member_of(hall.comes("buyer").company)).exists()


def test_the_feed_drops_what_was_cancelled_and_keeps_the_uid_of_what_moved(hall, pair):
    def entries():
        book = icalendar.Calendar.from_ical(feed(pair[0]))
        return {str(one["uid"]): (one["dtstart"].dt, int(one["sequence"])) for one in book.walk("vevent")}

    meeting = hall.book(*pair, 0)
    uid = f"{meeting.uid}@matchmaker"
    assert entries() == {uid: (hall.slots[0], 0)}
    services.move_meeting(by=hall.organiser, meeting=meeting, starts_at=hall.slots[1])
    assert entries() == {uid: (hall.slots[1], 1)}
    services.cancel_meeting(by=hall.organiser, meeting=meeting)
    assert entries() == {}


def test_the_mail_about_a_published_plan_carries_the_agenda_of_the_moment_it_leaves(hall, pair):
    stays, falls = hall.book(*pair, 0), hall.book(pair[0], hall.comes("buyer"), 1)
    person = factories.member_of(pair[0].company)
    context = {"meetings": 2, "calendar": {"maker": "events.agenda", "key": str(pair[0].uid)}}
    services.move_meeting(by=hall.organiser, meeting=stays, starts_at=hall.slots[2])
    services.cancel_meeting(by=hall.organiser, meeting=falls)

    letter = mail.build(person, "meetings_published", "meetings", context, key="k").message()
    (file,) = letter.iter_attachments()
    book = icalendar.Calendar.from_ical(file.get_content())
    entries = {str(one["uid"]): (one["dtstart"].dt, str(one["status"])) for one in book.walk("vevent")}
    assert entries == {
        f"{stays.uid}@matchmaker": (hall.slots[2], "CONFIRMED"),
        f"{falls.uid}@matchmaker": (hall.slots[1], "CANCELLED"),
    }
    assert file["Content-Type"].params["method"] == "PUBLISH"


def test_who_has_no_meetings_gets_a_mail_without_a_calendar(hall, pair):
    person, context = factories.member_of(pair[0].company), {"maker": "events.agenda", "key": str(pair[0].uid)}
    letter = mail.build(person, "meetings_published", "meetings", {"meetings": 0, "calendar": context}, key="k")
    assert list(letter.message().iter_attachments()) == []


def test_staff_is_one_of_the_people_registered(hall, pair):
    meeting, by = hall.book(*pair, 0), factories.member_of(pair[0].company)
    name = pair[0].attendees.get().name
    assert services.assign_staff(by=by, meeting=meeting, name=name).supplier_staff == name
    assert refused(services.assign_staff, by=by, meeting=meeting, name="Somebody else").code == "no_such_person"
