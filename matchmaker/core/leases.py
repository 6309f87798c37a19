"""Rows that workers claim for a while: which of them may be claimed, and how long work keeps its claim."""

import contextlib
import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator

from django.db import DatabaseError, connection
from django.db.models import Q

logger = logging.getLogger(__name__)

LONGEST_LEASE = dt.timedelta(minutes=15)  # every lease is shorter; the longest, for counting a report, is ten minutes


def unleased(now: dt.datetime, path: str = "", longest: dt.timedelta = LONGEST_LEASE) -> Q:
    """Rows without a running lease. `path` leads to the row that has `lease_until`, for example `matching_state__`.

    A lease that ends later than any can was written before the clock was put back, and holds nothing.
    """
    field = f"{path}lease_until"
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": now}) | Q(**{f"{field}__gt": now + longest})


@contextlib.contextmanager
def renewed(renew: Callable[[], object], *, every: float) -> Iterator[None]:
    """Call `renew` in a thread every so many seconds while the block runs, so that long work keeps its lease.

    The lease of a process that died or hangs until it is ended is renewed by no one.
    """
    is_done = threading.Event()

    def keep_renewing() -> None:
        while not is_done.wait(every):
            try:
                renew()
            except DatabaseError as problem:
                logger.warning("A lease was not renewed: %s", problem)
            finally:
                connection.close()  # each thread opens its own

    thread = threading.Thread(target=keep_renewing, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()
