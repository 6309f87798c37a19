"""A backup that is put back into a running site."""

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from matchmaker.notifications import mail, outbox, sent_log
from matchmaker.notifications.models import Delivery, Heartbeat, Hold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_a_restored_backup_sends_nothing_again_and_holds_until_somebody_looked(sink, person, tell):
    yesterday = timezone.now() - timedelta(days=1)
    sent, unsent = tell(person), None
    assert mail.deliver_waiting() == 1
    # The backup of yesterday: the mail still waits in it, another one too.
    Delivery.objects.filter(pk=sent.pk).update(state="waiting", finished_at=None, not_before=yesterday)
    Heartbeat.objects.update_or_create(pk=1, defaults={"seen_at": yesterday})
    unsent = tell(person)
    outbox.record_heartbeat()
    assert Hold.objects.get().reason == sent_log.REASON
    assert mail.deliver_waiting() == 0
    Hold.objects.all().delete()
    assert mail.deliver_waiting() == 1
    assert [letter["Message-ID"] for _to, letter in sink.letters] == [f"<{row.pk}@127.0.0.1>" for row in (sent, unsent)]


def test_a_site_that_only_slept_is_not_held(sink, person, tell, time_machine):
    outbox.record_heartbeat()
    tell(person)
    mail.deliver_waiting()
    time_machine.move_to(timezone.now() + timedelta(hours=6))
    outbox.record_heartbeat()
    assert not Hold.objects.exists()


def test_letters_sent_right_after_the_clock_was_put_on_hold_nothing(sink, person, tell):
    tell(person)
    assert mail.deliver_waiting() == 1
    Heartbeat.objects.update_or_create(pk=1, defaults={"seen_at": timezone.now() - timedelta(hours=1)})
    outbox.record_heartbeat()
    assert not Hold.objects.exists()


def test_a_backup_of_three_weeks_ago_sends_nothing_again(sink, person, tell):
    sent = tell(person)
    assert mail.deliver_waiting() == 1
    (log,) = (sent_log._folder()).glob("*.log")
    for name, days in (("three_weeks", 21), ("forty_days", 40)):
        copy = log.with_name(f"{name}.log")
        copy.write_text(log.read_text())
        os.utime(copy, (time.time() - days * 86400,) * 2)
    log.unlink()
    sent_log.delete_old_logs()
    assert [one.name for one in sent_log._folder().glob("*.log")] == ["three_weeks.log"]
    Delivery.objects.filter(pk=sent.pk).update(state="waiting", finished_at=None)
    Heartbeat.objects.update_or_create(pk=1, defaults={"seen_at": timezone.now() - timedelta(days=28)})
    outbox.record_heartbeat()
    assert (Hold.objects.count(), Delivery.objects.get().state) == (1, "sent")
