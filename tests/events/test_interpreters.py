"""Interpreters as people: invited by letter, a timetable without an account, letters on changes, a badge."""

import csv
import datetime as dt
import io

import icalendar
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.events import services
from matchmaker.events.models import BulkChange, InterpreterLetter, Meeting
from matchmaker.events.services.checkin import digest_of
from matchmaker.events.services.interpreters import send_waiting


@pytest.fixture
def li(hall):
    return services.add_interpreter(by=hall.organiser, event=hall.event, name="Li Wen", languages=["zh", "en"])


@pytest.fixture
def meeting(hall, li):
    found = hall.book(hall.comes("supplier"), hall.comes("buyer"), 0)
    Meeting.objects.update(interpreter=li)
    found.refresh_from_db()
    return found


def invite(hall, li, email="Li@Example.org", language="en"):
    services.invite_interpreter(by=hall.organiser, interpreter=li, email=email, language=language)
    li.refresh_from_db()
    return reverse("interpreter_timetable", args=[li.secret])


def test_an_invited_interpreter_gets_one_letter_in_her_language_with_her_timetable(hall, li, meeting):
    page = invite(hall, li)
    assert send_waiting() == 1
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == (["li@example.org"], "You interpret at Wuhan meetings")
    assert page in letter.body
    calendar = next(part for part in letter.attachments if part.get_content_type() == "text/calendar")
    (entry,) = icalendar.Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert entry["SUMMARY"] == f"Interpreting: {meeting.supplier.display_name} and {meeting.buyer.display_name}"
    assert (services.tell_interpreters(), send_waiting()) == (0, 0)


def test_a_change_of_her_timetable_is_told_once_and_not_while_it_can_be_taken_back(hall, li, meeting):
    invite(hall, li)
    send_waiting()
    services.move_meeting(by=hall.organiser, meeting=meeting, starts_at=hall.slots[2])
    assert (services.tell_interpreters(), services.tell_interpreters(), send_waiting()) == (1, 0, 1)
    assert mail.outbox[-1].subject == "Your timetable at Wuhan meetings has changed"
    services.cancel_event(by=hall.organiser, event=hall.event)
    assert services.tell_interpreters() == 0
    BulkChange.objects.update(until=timezone.now())
    assert services.tell_interpreters() == 1
    assert InterpreterLetter.objects.waiting().count() == 1


def test_her_page_and_feed_need_the_secret_and_a_new_address_closes_the_old_one(client, hall, li, meeting):
    page = invite(hall, li)
    answer = client.get(page)
    assert answer["Referrer-Policy"] == "no-referrer"
    shown = answer.content.decode()
    assert meeting.supplier.display_name in shown
    assert meeting.buyer.display_name in shown
    feed = icalendar.Calendar.from_ical(client.get(reverse("interpreter_feed", args=[li.secret])).content)
    assert [str(entry["UID"]) for entry in feed.walk("VEVENT")] == [f"{meeting.uid}@matchmaker"]
    invite(hall, li)
    assert client.get(page).status_code == 404
    assert client.get(reverse("interpreter_timetable", args=["None"])).status_code == 404


def test_an_invitation_needs_an_address_and_the_team(hall, li):
    with pytest.raises(Refused) as refusal:
        invite(hall, li, email=" ")
    assert refusal.value.code == "email_missing"
    with pytest.raises(ValidationError):
        invite(hall, li, email="nobody")
    li.refresh_from_db()
    assert (li.secret, InterpreterLetter.objects.count()) == (None, 0)


def test_she_is_let_in_once_by_her_badge_online_and_at_a_phone(hall, li):
    hall.move_to(timezone.now().replace(second=0, microsecond=0) + dt.timedelta(minutes=1))
    listed = services.door_list(hall.event)
    assert listed[-1]["key"] == digest_of(f"{hall.event.uid}:{li.code}")
    assert listed[-1]["company"] == "interpreter"
    services.check_in(by=hall.organiser, event=hall.event, code=li.code, gate="A")
    li.refresh_from_db()
    assert (li.checked_in_at is not None, li.checked_in_by, li.gate) == (True, hall.organiser, "A")
    device, _secret = services.make_device(by=hall.organiser, event=hall.event, gate="B")
    scan = {"key": "0b5dbb1c-26a5-4f0a-9bd5-1ad4a8a4a001", "code": li.code, "at": timezone.now().isoformat()}
    (verdict,) = services.take_scans(device=device, scans=[scan])
    assert (verdict.outcome, verdict.name, verdict.company) == ("again", "Li Wen", "interpreter")


def test_timetables_are_on_the_board_on_paper_and_in_a_file(client, hall, li, meeting):
    client.force_login(hall.organiser)
    other = services.add_interpreter(by=hall.organiser, event=hall.event, name="Ma Jun", languages=["zh", "fr"])
    board = client.get(reverse("console_event_meetings", args=["wuhan"]), {"by": "interpreter"}).context["board"]
    (row,) = board["days"][0]["rows"]
    assert (row["label"], row["cells"][0]["label"]) == ("Li Wen", meeting.supplier.display_name)
    sheets = client.get(reverse("console_event_interpreter_sheets", args=["wuhan"])).context["sheets"]
    assert [(sheet["interpreter"], len(sheet["days"])) for sheet in sheets] == [(li, 1), (other, 0)]
    content = client.get(reverse("console_event_export", args=["wuhan", "interpreters", "csv"])).content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Interpreter", "Li Wen", "Ma Jun"]
    assert rows[1][9:11] == [meeting.supplier.display_name, meeting.buyer.display_name]
    assert client.get(reverse("console_event_badges", args=["wuhan"]) + "?side=interpreter").content[:4] == b"%PDF"


def test_the_team_invites_on_the_page(client, hall, li):
    client.force_login(hall.organiser)
    invite_url = reverse("console_event_interpreter_invite", args=["wuhan", li.uid])
    client.post(invite_url, {"email": "no address", "language": "en"})
    assert not InterpreterLetter.objects.exists()
    client.post(invite_url, {"email": "li@example.org", "language": "fr"})
    li.refresh_from_db()
    assert (li.email, li.language, li.letters.waiting().count()) == ("li@example.org", "fr", 1)
    assert li.secret in client.get(reverse("console_event_interpreter_hours", args=["wuhan", li.uid])).content.decode()
