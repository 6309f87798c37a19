"""Topic, channel and frequency; quiet hours; bounces; unsubscribing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, tracking
from django.conf import settings

from matchmaker.core.problems import Refused
from matchmaker.notifications import attention, bounces, kinds, mail, preferences, texts, topics, unsubscribing
from matchmaker.notifications.models import Attention, Delivery, Preference, Suppression
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("topic", "channel", "frequency", "code"),
    [
        ("account", "email", "never", "not_switchable"),
        ("no-such", "email", "never", "unknown_topic"),
        ("demand", "pigeon", "never", "unknown_channel"),
        ("demand", "email", "hourly", "unknown_frequency"),
        ("demand", "in_app", "daily", "unknown_frequency"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_its_reason(topic, channel, frequency, code, person):
    with pytest.raises(Refused) as refusal:
        preferences.choose(by=person, topic=topic, channel=channel, frequency=frequency)
    assert (refusal.value.code, refusal.value.status) == (code, 400)
    assert Preference.objects.count() == 0


def test_topics_are_the_files_that_name_them():
    files = (settings.BASE_DIR / "templates/notifications/topics").glob("*.txt")
    assert topics.switchable() == sorted({file.stem for file in files} - {"account"})
    assert topics.label("match") == (
        "Matches and contacts",
        "New matches, interest from the other side, and contacts that opened.",
    )
    assert [topics.topic_of(kind) for kind in ("match_found", "welcome", "company_returned")] == [
        "match",
        "account",
        "company",
    ]


def test_a_kind_without_a_topic_stops_the_start(monkeypatch):
    """Otherwise a new kind would belong to a topic that nobody can switch off."""
    kind = kinds.get("match_found")
    for topic in ("", "matches"):
        monkeypatch.setattr(kinds, "all_kinds", lambda topic=topic: {"match_found": replace(kind, topic=topic)})
        errors = topics.every_kind_names_its_topic(None)
        assert [error.msg for error in errors] == ["The notice 'match_found' names no topic that is there."]


def test_a_new_wish_holds_for_what_waits_already(person, tell):
    row = tell(person)
    preferences.choose(by=person, topic="demand", channel="email", frequency="daily")
    assert Delivery.objects.get(pk=row.pk).frequency == "daily"
    preferences.choose(by=person, topic="demand", channel="email", frequency="never")
    assert Delivery.objects.get(pk=row.pk).state == "cancelled"


@pytest.mark.parametrize(
    ("clock", "ends"),
    [
        ("2026-11-24T21:59", None),
        ("2026-11-24T22:00", "2026-11-25T07:00"),
        ("2026-11-25T06:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", None),
    ],
)
def test_quiet_hours_run_over_midnight(clock, ends):
    place = ZoneInfo("Asia/Shanghai")
    now = datetime.fromisoformat(clock).replace(tzinfo=place)
    until = attention.quiet_until(now, place, time(22), time(7))
    assert until == (datetime.fromisoformat(ends).replace(tzinfo=place) if ends else None)


def test_a_mail_in_quiet_hours_waits_for_their_end(person, tell, sink, time_machine):
    time_machine.move_to(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), tick=False)  # 23:00 in Shanghai
    type(person).objects.filter(pk=person.pk).update(time_zone="Asia/Shanghai")
    Attention.objects.create(user=person, quiet_from=time(22), quiet_until=time(7))
    row = tell(person)
    assert mail.deliver_waiting() == 0
    row = Delivery.objects.get(pk=row.pk)
    assert (row.attempts, row.not_before) == (0, datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
    time_machine.move_to(datetime(2026, 11, 24, 23, 1, tzinfo=UTC), tick=False)
    assert mail.deliver_waiting() == 1


@pytest.mark.parametrize("zone", ["", "Nowhere/Nothing", "../etc/passwd"])
def test_a_time_zone_that_is_none_counts_as_utc(zone, person):
    person.time_zone = zone
    assert attention.zone(person) == ZoneInfo("UTC")


def heard(kind: str, address: str) -> None:
    tracking.send(sender=None, event=AnymailTrackingEvent(event_type=kind, recipient=address), esp_name="test")


@pytest.mark.parametrize("kind", [EventType.BOUNCED, EventType.COMPLAINED, EventType.REJECTED])
def test_an_address_that_bounces_is_not_written_to_again(kind, person, tell, sink):
    row = tell(person)
    heard(kind, "Wang@Example.org")
    assert Delivery.objects.get(pk=row.pk).state == "cancelled"
    tell(person)
    assert mail.deliver_waiting() == 0
    bounces.lift(by=person)
    tell(person)
    assert mail.deliver_waiting() == 1


def test_a_delay_that_the_mail_service_repeats_itself_stops_nothing(person):
    heard(EventType.DEFERRED, person.email)
    assert Suppression.objects.count() == 0


def test_a_token_names_one_person_and_one_topic(person):
    token = unsubscribing.address(person, "demand").rstrip("/").rsplit("/", 1)[1]
    assert unsubscribing.read(token) == (person, "demand")
    assert unsubscribing.read(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert unsubscribing.read("nonsense") is None


def test_a_text_message_is_written_to_a_file_once(settings, tmp_path, person, tell):
    settings.VAR_DIR = tmp_path
    Attention.objects.create(user=person, phone="+8613800000000")
    preferences.choose(by=person, topic="demand", channel="sms", frequency="now")
    sent = tell(person).notice.deliveries.get(channel="sms")
    assert (texts.deliver_waiting(), texts.deliver_waiting()) == (1, 0)
    (file,) = (tmp_path / "texts" / "sms").iterdir()
    link = f"http://127.0.0.1:8000/buyer/demands/1/?letter={sent.pk}"
    assert json.loads(file.read_text())["text"] == f"Your demand has closed: Jasmine rice {link}"


def test_a_text_message_of_unknown_fate_is_not_repeated(settings, tmp_path, person, tell):
    settings.VAR_DIR = tmp_path
    Attention.objects.create(user=person, phone="+8613800000000")
    preferences.choose(by=person, topic="demand", channel="sms", frequency="now")
    tell(person)
    Delivery.objects.filter(channel="sms").update(crashes=1)
    assert texts.deliver_waiting() == 0
    assert Delivery.objects.get(channel="sms").state == "parked"


def test_a_text_message_without_a_number_is_cancelled(person, tell):
    preferences.choose(by=person, topic="demand", channel="wechat", frequency="now")
    tell(person)
    texts.deliver_waiting()
    assert Delivery.objects.get(channel="wechat").last_error == "There is no number to write to."


def test_short_messages_are_offered_only_with_a_provider(settings):
    assert topics.available_channels() == ["in_app", "email"]
    settings.TEXT_ADAPTERS = {"sms": "matchmaker.notifications.texts.FileAdapter"}
    assert topics.available_channels() == ["in_app", "email", "sms"]


def test_nobody_is_told_twice_through_two_roles(person, tell):
    factories.company(member=person)
    row = tell(person, person)
    assert Delivery.objects.filter(notice=row.notice).count() == 1
