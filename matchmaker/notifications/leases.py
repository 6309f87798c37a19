"""Work that only one machine does at a time, such as the timetable.

A lease is a row that is taken by a conditional update. All times are those of the database, so that the clocks of the
machines may differ. A holder that dies is followed when its lease ends.
"""

import contextlib
import os
import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import DateTimeField, ExpressionWrapper, Q
from django.db.models.functions import Now

from matchmaker.core.leases import renewed
from matchmaker.notifications.models import Lease

TIMETABLE = "timetable"  # the name of its lease
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def take(name: str, *, holder: str, seconds: float) -> bool:
    """Take a lease that is free, or make one's own last longer; whether this holder has it now."""
    if _update(name, holder, seconds):
        return True
    _lease, is_new = Lease.objects.get_or_create(name=name, defaults={"holder": "", "until": LONG_AGO})
    return is_new and _update(name, holder, seconds)


def _update(name: str, holder: str, seconds: float) -> bool:
    until = ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
    free = Lease.objects.filter(Q(holder=holder) | Q(until__lte=Now()), name=name)
    return bool(free.update(holder=holder, until=until))


def release(name: str, *, holder: str) -> None:
    """Let another machine take the lease at once."""
    Lease.objects.filter(name=name, holder=holder).update(until=LONG_AGO)


@contextlib.contextmanager
def hold(name: str, *, seconds: float) -> Iterator[bool]:
    """Whether this process has the lease; it is renewed by a thread as long as the block runs."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
    if not take(name, holder=holder, seconds=seconds):
        yield False
        return
    try:
        with renewed(lambda: take(name, holder=holder, seconds=seconds), every=seconds / 3):
            yield True
    finally:
        release(name, holder=holder)
