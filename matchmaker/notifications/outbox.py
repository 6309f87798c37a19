"""Sending: claim by lease, record the attempt, send, record the result under the same lease.

Any number of workers may run this at once and any of them may die at any line. What is left behind is a lease that
runs out; the next worker repeats the send under the same id, so that the receiver can recognise the repeat.
"""

import contextlib
import logging
import random
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, QuerySet, When
from django.utils import timezone

from matchmaker.notifications import sent_log, topics
from matchmaker.notifications.models import Delivery, Digest, Heartbeat, Hold, Promise

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # with the timetable's 10 s, what a killed worker held leaves within 120 s
BATCH = 50
BUDGET = 20.0  # seconds a task works before it starts a new one and lets others of the same worker run
# Waits between tries, about three days in all; ±10 % so that a mended server isn't met by everybody at once.
SCHEDULE = [timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240, 480, 480, 720, 720, 1440)]
GIVE_UP = timedelta(hours=79.2)  # the whole schedule with its longest jitter
UNREACHABLE = timedelta(
    seconds=60
)  # wait when nothing could be reached; it isn't this letter's fault, so no try is counted
MAX_CRASHES = 5


class Temporary(Exception):
    """Worth another try. `down` means the whole channel is unreachable, so the rest need not try now."""

    def __init__(self, reason: str, *, down: bool = False, after: timedelta | None = None):
        super().__init__(reason)
        self.down, self.after = down, after


class Permanent(Exception):
    """No repeat can mend it: a person has to look."""


class NotWanted(Exception):
    """It must not be sent any more: the address bounced, the account is closed, it was read before."""


class Later(Exception):
    """Not now, without any failure, such as in quiet hours."""

    def __init__(self, until: datetime):
        super().__init__(f"waits until {until}")
        self.until = until


def drain(due: Callable[[], QuerySet], send: Callable[[Any], None], *, budget: float = BUDGET) -> int:
    """Claim and send until nothing is due, everything is held, or the budget of seconds is used; returns how many left.

    `due` gives a fresh queryset of promises that may be claimed; `send` raises one of the four refusals above.
    """
    until, left = time.monotonic() + budget, 0
    while time.monotonic() < until and not is_held():
        batch = claim(due())
        if not batch:
            break
        for index, promise in enumerate(batch):
            if time.monotonic() > until:
                release(batch[index:])
                return left
            try:
                left += attempt(promise, send)
            except Temporary:
                release(batch[index + 1 :], after=UNREACHABLE / 2)
                return left
            except BaseException:  # the process is told to end: what it has not begun need not wait for its lease
                _give_back(batch[index + 1 :])
                raise
    return left


def is_held() -> bool:
    return Hold.objects.exists()


def record_heartbeat() -> None:
    """Record that the sweeper runs, at most once every few seconds."""
    now, little = timezone.now(), timedelta(seconds=5)
    if not Heartbeat.objects.filter(seen_at__gt=now - little, seen_at__lt=now + little).exists():
        sent_log.hold_after_restore()
        Heartbeat.objects.update_or_create(pk=1, defaults={"seen_at": now})


def attempt(promise: Promise, send: Callable[[Any], None]) -> bool:
    """One try under the lease; returns whether it left. Raises Temporary only when the channel is down."""
    if not begin(promise):
        return False
    try:
        send(promise)
    except NotWanted as reason:
        finish(promise, Promise.State.CANCELLED, str(reason))
    except Permanent as reason:
        finish(promise, Promise.State.PARKED, str(reason))
    except Later as quiet:
        _write(promise, not_before=quiet.until, attempts=promise.attempts - 1, **_FREE)
    except Temporary as failure:
        try_again(promise, failure)
        if failure.down:
            raise
    except Exception as error:
        # Not a failure we know, so perhaps this row's fault: counted like a worker that died over it.
        log.exception("%s %s could not be sent", type(promise).__name__, promise.pk)
        promise.crashes += 1
        try_again(promise, Temporary(f"{type(error).__name__}: {error}"))
    else:
        return finish(promise, Promise.State.SENT)
    return False


def claim(due: QuerySet, limit: int = BATCH) -> list[Promise]:
    """Take a lease on rows that are due: under SKIP LOCKED on PostgreSQL, under the one writer of SQLite.

    A row whose last attempt never came back is counted as a crash; the fifth parks it.
    """
    token, now = uuid.uuid4(), timezone.now()
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        keys = list(due.values_list("pk", flat=True)[:limit])
        model = due.model
        model.objects.due(now).filter(pk__in=keys).update(
            lease_token=token,
            lease_until=now + LEASE,
            crashes=F("crashes") + Case(When(opened_at__isnull=False, then=1), default=0),
            opened_at=None,
        )
    mine = list(model.objects.filter(pk__in=keys, lease_token=token).order_by("not_before", "pk"))
    for promise in mine:
        if promise.crashes >= MAX_CRASHES:
            finish(promise, Promise.State.PARKED, f"Its worker died {promise.crashes} times while sending it.")
    return [promise for promise in mine if promise.state == Promise.State.WAITING]


def begin(promise: Promise) -> bool:
    """Record the attempt before a socket opens, and renew the lease; False if another worker has taken over."""
    now = timezone.now()
    promise.attempts += 1
    promise.tried_since = promise.tried_since or now
    return _write(
        promise,
        attempts=promise.attempts,
        tried_since=promise.tried_since,
        opened_at=now,
        lease_until=now + LEASE,
    )


def finish(promise: Promise, state: str, reason: str = "") -> bool:
    """Record the result, for a digest also of its deliveries. False if the lease was lost meanwhile."""
    now = timezone.now()
    end = {"state": state, "finished_at": now, "last_error": _short(reason)}
    if state != Promise.State.PARKED:  # a person may still give that one a new start
        end |= promise.forgotten
    with transaction.atomic():
        if not _write(promise, **end, **_FREE):
            return False
        if isinstance(promise, Digest):
            promise.deliveries.waiting().update(**end)
    if state == Promise.State.SENT:
        sent_log.log_sent(promise)
    if state == Promise.State.PARKED:
        log.warning("%s %s parked after %s tries: %s", type(promise).__name__, promise.pk, promise.attempts, reason)
    promise.state = state
    return True


def try_again(promise: Promise, failure: Temporary) -> None:
    """Plan the next try, or park when three days are over or its workers keep dying."""
    now = timezone.now()
    if failure.down:
        wait, promise.attempts = UNREACHABLE, promise.attempts - 1
    else:
        wait = failure.after or SCHEDULE[min(promise.attempts, len(SCHEDULE)) - 1]
    wait *= random.uniform(0.9, 1.1)
    if promise.crashes >= MAX_CRASHES:
        finish(promise, Promise.State.PARKED, f"It failed again and again in an unknown way: {failure}")
    elif now + wait > (promise.tried_since or now) + GIVE_UP:
        finish(promise, Promise.State.PARKED, f"Given up after three days: {failure}")
    else:
        plan = {"not_before": now + wait, "attempts": promise.attempts, "crashes": promise.crashes}
        _write(promise, **plan, last_error=_short(str(failure)), **_FREE)


def release(promises: Sequence[Promise], after: timedelta = timedelta(0)) -> None:
    """Release what was claimed and not tried; it keeps its place in the queue unless it has to wait."""
    if promises:
        token, keys = promises[0].lease_token, [promise.pk for promise in promises]
        rows = type(promises[0]).objects.waiting().filter(pk__in=keys, lease_token=token)
        wait = {"not_before": timezone.now() + after} if after else {}
        rows.update(lease_token=None, lease_until=None, **wait)


def _give_back(promises: Sequence[Promise]) -> None:
    """Release while the process ends, perhaps in the middle of a query; where even that fails, leases run out."""
    try:
        release(promises)
    except Exception:
        with contextlib.suppress(Exception):
            connection.close()
            release(promises)


def mail_due() -> QuerySet:
    now = timezone.now()
    return Delivery.objects.due(now).filter(channel="email", frequency="now").order_by("not_before")


def text_due() -> QuerySet:
    now = timezone.now()
    return Delivery.objects.due(now).filter(channel__in=["sms", "wechat"], frequency="now").order_by("not_before")


def channels_due() -> QuerySet:
    """What goes to addresses that people added: robots of chat programs, browsers."""
    now = timezone.now()
    return Delivery.objects.due(now).filter(channel__in=topics.ADDED, frequency="now").order_by("not_before")


def digests_due() -> QuerySet:
    return Digest.objects.due(timezone.now()).order_by("not_before")


_FREE = {"lease_token": None, "lease_until": None, "opened_at": None}


def _write(promise: Promise, **values: object) -> bool:
    """Change the row only while our lease stands: a late worker can't overwrite."""
    mine = type(promise).objects.waiting().filter(pk=promise.pk, lease_token=promise.lease_token)
    return mine.update(**values) == 1


def _short(reason: str) -> str:
    return " ".join(reason.split())[:300]
