"""Mails that came back, and complaints, as mail servers write them."""

import pytest
from anymail.signals import AnymailTrackingEvent, tracking

from matchmaker.notifications import mail, reports
from matchmaker.notifications.models import Delivery, Suppression
from tests import factories

pytestmark = pytest.mark.django_db

BOUNCE = """\
From: MAILER-DAEMON@mx.example.org
To: noreply@matchmaker.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

I'm sorry to have to inform you.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--x
Content-Type: text/rfc822-headers

From: matchmaker <noreply@matchmaker.example>
Message-ID: <{key}@127.0.0.1>

--x--
"""
COMPLAINT = """\
From: feedback@mail.example.org
To: noreply@matchmaker.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Example/1
Version: 1

--x
Content-Type: message/rfc822

From: matchmaker <noreply@matchmaker.example>
Message-ID: <{key}@127.0.0.1>

Dear Sir
--x--
"""


def bounce(key, address="wang@example.org", action="failed", status="5.1.1") -> bytes:
    return BOUNCE.format(key=key, address=address, action=action, status=status).encode()


def test_an_address_that_bounced_is_not_written_to_again(sink, person, tell):
    row = tell(person)
    mail.deliver_waiting()
    assert reports.take(bounce(row.pk, "Wang@Example.org")) == person.email
    assert Suppression.objects.get().reason == "mail to this address came back: smtp; 550 5.1.1 no such user"
    tell(person)
    mail.deliver_waiting()
    assert list(Delivery.objects.order_by("notice_id").values_list("state", flat=True)) == ["sent", "cancelled"]
    assert len(sink.letters) == 1


def test_a_complaint_stops_the_mails(person, tell):
    row = tell(person)
    assert reports.take(COMPLAINT.format(key=row.pk).encode()) == person.email
    assert Suppression.objects.get().reason == "a mail was reported as unwanted"


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("failed", "4.2.2"), ("delivered", "2.0.0")])
def test_what_may_still_arrive_stops_nothing(action, status, person, tell):
    assert reports.take(bounce(tell(person).pk, action=action, status=status)) == ""
    assert Suppression.objects.count() == 0


def test_a_report_about_a_mail_of_nobody_or_of_somebody_else_stops_nothing(person, tell):
    other = factories.user(email="other@example.org")
    row = tell(other)
    assert reports.take(bounce("01a20f56-0000-7000-8000-000000000000")) == ""
    assert reports.take(bounce(row.pk, "wang@example.org")) == ""
    assert Suppression.objects.count() == 0


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"Subject: hello\n\nhow are you", b"Content-Type: message/delivery-status\n\n"]
)
def test_what_is_no_report_stops_nothing(raw):
    assert reports.take(raw) == ""


def test_a_mail_service_that_tells_of_a_bounce_is_heard(person):
    event = AnymailTrackingEvent(event_type="bounced", recipient="Wang@example.org", esp_event={})
    tracking.send(sender=None, event=event, esp_name="test")
    assert Suppression.objects.get().address == "wang@example.org"
