"""A timetable that may be started on every machine: one of them works, the others wait to take over."""

import logging
import socket
import time
from pathlib import Path

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections

from matchmaker.notifications import leases

logger = logging.getLogger(__name__)
HELD = 30  # seconds until another machine takes over from one that died
TRY_EVERY = 5


class SingleScheduler(PersistentScheduler):
    """Starts tasks only while it holds a lease in the database. Without a database no task could do anything."""

    def __init__(self, app, *args, **kwargs):
        self._is_working = False
        self._taken_at: float | None = None  # when the lease was taken or renewed by this process
        super().__init__(app, *args, **kwargs)
        # The same after a restart, which then goes on at once.
        self._holder = f"{socket.gethostname()}:{Path(self.schedule_filename).absolute()}"[-200:]

    def tick(self, *args, **kwargs):
        """Seconds until the next look."""
        if self.holds_lease():
            return min(super().tick(*args, **kwargs), TRY_EVERY)
        return TRY_EVERY

    def holds_lease(self) -> bool:
        now = time.monotonic()  # before the lease is taken: it never ends earlier than this process thinks
        if self._taken_at is None or now - self._taken_at >= TRY_EVERY:
            held = self._take()
            self._taken_at = now if held else None
            if held != self._is_working:
                self._is_working = held
                logger.warning("The timetable %s on %s.", "works" if held else "waits", socket.gethostname())
        return self._is_working

    def _take(self) -> bool:
        close_old_connections()  # one that the database closed would fail for ever
        try:
            return leases.take(leases.TIMETABLE, holder=self._holder, seconds=HELD)
        except DatabaseError:
            return False

    def close(self):
        """Let another machine take over at once."""
        if self._is_working:
            self._is_working = False
            try:
                leases.release(leases.TIMETABLE, holder=self._holder)
            except DatabaseError:
                logger.info("The lease of the timetable ends by itself in %d seconds.", HELD)
        super().close()
