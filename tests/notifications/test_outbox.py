"""The promise-keeper: leases, attempts, what is repeated and what is parked."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from matchmaker.core.problems import Refused
from matchmaker.notifications import outbox, services
from matchmaker.notifications.models import Delivery, Promise
from matchmaker.notifications.outbox import Later, NotWanted, Permanent, Temporary
from tests import factories

pytestmark = pytest.mark.django_db


def fresh(row: Delivery) -> Delivery:
    return Delivery.objects.get(pk=row.pk)


def raising(error):
    def send(promise):
        raise error

    return send


def drain(send=lambda promise: None) -> int:
    return outbox.drain(outbox.mail_due, send)


def test_a_promise_is_claimed_by_one_worker_only(person, tell):
    row = tell(person)
    mine = outbox.claim(outbox.mail_due())
    assert [promise.pk for promise in mine] == [row.pk]
    assert outbox.claim(outbox.mail_due()) == []


def test_a_worker_told_to_end_gives_back_what_it_had_not_begun(person, tell):
    first, second = tell(person), tell(person)
    with pytest.raises(SystemExit):
        drain(raising(SystemExit()))
    assert (fresh(first).opened_at is not None, fresh(second).lease_token) == (True, None)
    assert fresh(second).not_before == second.not_before  # it keeps its place in the queue
    assert drain() == 1  # the one it had begun waits for its lease: nobody knows whether it left
    assert (fresh(first).state, fresh(second).state) == ("waiting", "sent")


def test_a_sent_promise_ends_in_one_state(person, tell):
    row = tell(person)
    assert drain() == 1
    row = fresh(row)
    assert (row.state, row.attempts, row.lease_token, row.opened_at) == ("sent", 1, None, None)
    assert row.finished_at is not None
    assert drain() == 0


def test_the_attempt_is_written_before_the_socket_opens(person, tell):
    row = tell(person)
    seen = []
    drain(lambda promise: seen.append(Delivery.objects.values_list("attempts", "opened_at").get(pk=row.pk)))
    attempts, opened_at = seen[0]
    assert attempts == 1
    assert opened_at is not None


def test_a_lease_that_ran_out_is_taken_over(person, tell):
    row = tell(person)
    (lost,) = outbox.claim(outbox.mail_due())
    assert outbox.begin(lost)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (taken,) = outbox.claim(outbox.mail_due())
    assert (taken.pk, taken.crashes) == (row.pk, 1)


def test_a_late_worker_cannot_overwrite(person, tell):
    row = tell(person)
    (late,) = outbox.claim(outbox.mail_due())
    Delivery.objects.update(lease_token=uuid.uuid4())
    assert outbox.begin(late) is False
    assert outbox.finish(late, Promise.State.SENT) is False
    assert fresh(row).state == "waiting"


def test_a_promise_whose_workers_die_is_parked_at_the_fifth(person, tell):
    row = tell(person)
    for _death in range(5):
        (promise,) = outbox.claim(outbox.mail_due())
        outbox.begin(promise)
        Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert outbox.claim(outbox.mail_due()) == []
    assert (fresh(row).state, fresh(row).last_error) == ("parked", "Its worker died 5 times while sending it.")


def test_a_temporary_failure_waits_longer_each_time_and_is_parked_after_three_days(person, tell, time_machine):
    row = tell(person)
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    waits = []
    while fresh(row).state == "waiting":
        before = timezone.now()
        drain(raising(Temporary("451 busy")))
        if fresh(row).state == "waiting":
            waits.append(fresh(row).not_before - before)
            time_machine.move_to(fresh(row).not_before + timedelta(seconds=1), tick=False)
    assert len(waits) == len(outbox.SCHEDULE)
    for wait, planned in zip(waits, outbox.SCHEDULE, strict=True):
        assert planned * 0.9 <= wait <= planned * 1.1
    assert timedelta(hours=60) < timezone.now() - start < timedelta(hours=84)
    assert fresh(row).last_error == "Given up after three days: 451 busy"


def test_a_permanent_failure_is_parked_at_once_with_its_reason(person, tell):
    row = tell(person)
    assert drain(raising(Permanent("550 no such mailbox"))) == 0
    assert (fresh(row).state, fresh(row).attempts, fresh(row).last_error) == ("parked", 1, "550 no such mailbox")


def test_an_unknown_failure_is_repeated_five_times_then_parked(person, tell, time_machine, caplog):
    row = tell(person)
    for _try in range(5):
        time_machine.move_to(fresh(row).not_before + timedelta(seconds=1))
        drain(raising(RuntimeError("out of luck")))
    assert fresh(row).state == "parked"
    assert fresh(row).last_error == "It failed again and again in an unknown way: RuntimeError: out of luck"


def test_a_dead_channel_stops_the_batch_and_counts_no_try(person, tell):
    rows = [tell(person) for _row in range(3)]
    tried = []

    def send(promise):
        tried.append(promise)
        raise Temporary("connection refused", down=True)

    assert drain(send) == 0
    assert len(tried) == 1
    assert [fresh(row).attempts for row in rows] == [0, 0, 0]
    assert all(fresh(row).lease_token is None for row in rows)
    assert all(fresh(row).not_before > timezone.now() + timedelta(seconds=25) for row in rows)


def test_what_is_not_wanted_any_more_is_cancelled_with_its_reason(person, tell):
    row = tell(person)
    drain(raising(NotWanted("The account is closed.")))
    assert (fresh(row).state, fresh(row).last_error) == ("cancelled", "The account is closed.")


def test_what_must_wait_counts_no_try(person, tell):
    row = tell(person)
    morning = timezone.now() + timedelta(hours=7)
    drain(raising(Later(morning)))
    assert (fresh(row).state, fresh(row).attempts, fresh(row).not_before) == ("waiting", 0, morning)


def test_hold_stops_everything_and_release_lets_it_leave(person, tell):
    tell(person)
    services.hold_deliveries(by=person, reason="wrong text in the invitation")
    assert drain() == 0
    with pytest.raises(Refused, match="held already"):
        services.hold_deliveries(by=person, reason="again")
    assert services.release_deliveries() == "wrong text in the invitation"
    assert drain() == 1


def test_hold_without_a_reason_is_refused(person):
    with pytest.raises(Refused) as refusal:
        services.hold_deliveries(by=person, reason="  ")
    assert (refusal.value.code, refusal.value.status) == ("reason_missing", 400)


def test_a_parked_promise_starts_anew_under_the_same_id(person, tell):
    row = tell(person)
    drain(raising(Permanent("554 blocked")))
    assert services.retry_parked(promises=[row]) == 1
    assert drain() == 1
    assert fresh(row).state == "sent"
    assert services.retry_parked(promises=[row]) == 0


def test_what_is_called_back_does_not_leave(person, tell):
    row = tell(person)
    assert services.cancel_waiting(event_key=row.notice.event_key) == 1
    assert drain() == 0


def test_what_somebody_else_dealt_with_is_read_and_stays_here(person, tell):
    row = tell(person)
    services.close_notices(event_key=row.notice.event_key)
    assert drain() == 0
    assert fresh(row).state == "cancelled"
    assert fresh(row).notice.read_at is not None


@pytest.mark.slow
def test_many_sweepers_over_the_same_rows_send_each_once(tell):
    people = [factories.user() for _person in range(30)]
    tell(*people)
    sent = []
    claims = [outbox.claim(outbox.mail_due(), 10) for _sweeper in range(4)]
    for batch in claims:
        for promise in batch:
            outbox.attempt(promise, lambda row: sent.append(row.pk))
            outbox.attempt(promise, lambda row: sent.append(row.pk))  # the broker delivers the message again
    assert [len(batch) for batch in claims] == [10, 10, 10, 0]
    assert len(sent) == len(set(sent)) == 30


def test_a_bell_that_comes_again_while_the_first_still_works_sends_nothing_twice(person, tell):
    """A task that outlasts the visibility timeout is given to another worker while the first still runs."""
    tell(person), tell(person)
    sent = []

    def slow(promise):
        sent.append(promise.pk)
        assert outbox.drain(outbox.mail_due, lambda again: sent.append(again.pk)) == 0

    assert drain(slow) == 2
    assert len(sent) == len(set(sent)) == 2


def test_the_sweeper_and_leases_survive_a_clock_that_jumps_ahead_and_back(person, tell, time_machine):
    row = tell(person)
    now = timezone.now()
    time_machine.move_to(now + timedelta(days=40))
    outbox.record_heartbeat()
    assert drain() == 1
    time_machine.move_to(now - timedelta(hours=1))
    outbox.record_heartbeat()
    assert drain() == 0
    row = fresh(row)
    assert (row.state, row.attempts) == ("sent", 1)
