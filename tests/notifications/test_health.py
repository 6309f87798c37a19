"""Delivery health and the doctor."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from matchmaker.celery import app
from matchmaker.notifications import health, outbox, services, tasks
from matchmaker.notifications.models import Delivery, Digest, Heartbeat, Notice, other_letters
from matchmaker.notifications.outbox import Permanent

pytestmark = pytest.mark.django_db


def doctor() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_health_of_an_empty_post_office():
    outbox.record_heartbeat()
    facts = health.delivery_health()
    assert (facts["sound"], facts["held"], facts["parked"], facts["oldest_seconds"]) == (True, None, 0, 0)
    assert [channel["name"] for channel in facts["channels"]] == [
        "email",
        "digest",
        "sms",
        "wechat",
        "wecom",
        "dingtalk",
        "feishu",
        "push",
        "webhook",
        *other_letters(),
    ]


def test_health_counts_what_waits_what_is_parked_and_what_left(person, tell):
    rows = [tell(person) for _row in range(3)]
    outbox.attempt(outbox.claim(outbox.mail_due(), 1)[0], lambda promise: None)

    def refuse(promise):
        raise Permanent("550 no")

    outbox.attempt(outbox.claim(outbox.mail_due(), 1)[0], refuse)
    Delivery.objects.waiting().update(not_before=timezone.now() - timedelta(seconds=90))
    email = health.delivery_health()["channels"][0]
    assert (email["waiting"], email["due"], email["parked"], email["sent_last_hour"]) == (1, 1, 1, 1)
    assert 90 <= email["oldest_seconds"] <= 95
    assert [row.pk for row in health.parked_promises()] == [Delivery.objects.get(state="parked").pk]
    assert len(rows) == 3


def test_health_is_read_with_a_query_or_two_a_table_not_with_several_a_channel(
    person, tell, django_assert_max_num_queries
):
    row = tell(person)
    for channel in ("sms", "wechat", "push"):
        Delivery.objects.create(notice=row.notice, channel=channel, not_before=timezone.now())
    with django_assert_max_num_queries(30):
        channels = {channel["name"]: channel for channel in health.delivery_health()["channels"]}
    assert {name for name, channel in channels.items() if channel["waiting"]} == {"email", "sms", "wechat", "push"}
    assert {name for name, channel in channels.items() if channel["ever"]} == {"email", "sms", "wechat", "push"}


def test_a_channel_used_long_ago_was_used_and_counts_nothing(person, tell):
    then = timezone.now() - timedelta(days=3)
    Delivery.objects.create(notice=tell(person).notice, channel="sms", state="sent", not_before=then, finished_at=then)
    sms = next(channel for channel in health.delivery_health()["channels"] if channel["name"] == "sms")
    assert (sms["ever"], sms["waiting"], sms["sent_last_hour"], sms["per_minute"]) == (True, 0, 0, 0)


def test_the_doctor_is_content_when_everything_is_on_its_way(person, tell):
    tell(person)
    outbox.record_heartbeat()
    code, text = doctor()
    assert code == 0
    assert text.endswith("every promise is kept or on its way\n")


@pytest.mark.parametrize(
    ("gap", "change"),
    [
        ("late", {"not_before": timedelta(minutes=-20)}),
        ("expired", {"not_before": timedelta(minutes=-30), "lease_until": timedelta(minutes=-20)}),
    ],
)
def test_the_doctor_exits_with_1_on_a_gap(gap, change, person, tell):
    tell(person)
    Delivery.objects.update(**{field: timezone.now() + delta for field, delta in change.items()})
    code, text = doctor()
    assert code == 1
    assert f"GAP 1 {gap}: " in text


def test_what_is_held_is_no_gap(person, tell):
    tell(person)
    Delivery.objects.update(not_before=timezone.now() - timedelta(hours=3))
    services.hold_deliveries(by=person, reason="moving house")
    code, text = doctor()
    assert code == 0
    assert "HELD since" in text


def test_a_notice_without_any_way_to_its_person_is_a_gap(person, tell):
    tell(person)
    Delivery.objects.all().delete()
    Notice.objects.update(in_app=False)
    assert health.gaps()["untold"] == 1


def test_the_database_refuses_a_notice_without_its_person_and_a_mail_without_its_notice(person, tell):
    row = tell(person)
    for rows in (Delivery.objects.filter(pk=row.pk), Notice.objects.filter(recipient=person)):
        key = "notice" if rows.model is Delivery else "recipient"
        with pytest.raises(IntegrityError), transaction.atomic():
            _point_nowhere(rows, key)


def _point_nowhere(rows, key: str) -> None:
    rows.update(**{key: 2**40})
    connection.check_constraints()


def test_a_summary_that_ended_without_its_letters_is_a_gap(person, tell, time_machine):
    row = tell(person)
    now = timezone.now()
    digest = Digest.objects.create(recipient=person, period=now.date(), not_before=now, state="sent", finished_at=now)
    Delivery.objects.filter(pk=row.pk).update(frequency="daily", digest=digest)
    assert health.gaps()["orphaned"] == 1


def test_the_database_refuses_a_promise_in_two_states(person, tell):
    row = tell(person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(state="sent")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(finished_at=timezone.now())


def test_a_silent_sweeper_is_seen(person):
    Heartbeat.objects.create(pk=1, seen_at=timezone.now() - timedelta(seconds=61))
    facts = health.delivery_health()
    assert (facts["sweeper"]["alive"], facts["sound"]) == (False, False)


def test_the_command_delivers_without_celery(person, tell, mailoutbox):
    tell(person)
    out = StringIO()
    call_command("deliver", stdout=out)
    assert out.getvalue() == "1 delivered\n"
    assert [letter.to for letter in mailoutbox] == [[person.email]]


@pytest.mark.slow
def test_the_bell_neither_raises_nor_waits_without_redis(no_redis):
    started = time.monotonic()
    tasks.start_delivery()
    assert time.monotonic() - started < 0.5


@pytest.fixture
def no_redis(monkeypatch):
    """Nothing listens where the broker should be."""
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    _forget_connections()
    yield
    monkeypatch.undo()
    _forget_connections()


def _forget_connections() -> None:
    app._pool = app.amqp._producer_pool = None
