"""A timetable that may be started on every machine: one of them works, the others wait to take over."""

import contextlib
import logging
import socket
from pathlib import Path

import redis
from celery.beat import PersistentScheduler
from redis.exceptions import LockError, RedisError
from redis.lock import Lock

logger = logging.getLogger(__name__)
NAME = "matchmaker:timetable"
HELD = 30  # seconds until another machine takes over from one that died
TRY_EVERY = 5


class SingleScheduler(PersistentScheduler):
    """Starts tasks only while it holds a lock in Redis. Without Redis no task could be started anyway."""

    def __init__(self, app, *args, **kwargs):
        self._server = redis.Redis.from_url(app.conf.broker_url, socket_timeout=5, socket_connect_timeout=2)
        self._lock = Lock(self._server, NAME, timeout=HELD, blocking=False, thread_local=False)
        self._is_working = False
        super().__init__(app, *args, **kwargs)
        # The same after a restart, which then goes on at once.
        self._token = f"{socket.gethostname()}:{Path(self.schedule_filename).absolute()}".encode()

    def tick(self, *args, **kwargs):
        """Seconds until the next look."""
        if self.holds_lock():
            return min(super().tick(*args, **kwargs), TRY_EVERY)
        return TRY_EVERY

    def holds_lock(self) -> bool:
        try:
            held = self._extend() or self._lock.acquire(token=self._token)
        except RedisError:
            held = False
        if held != self._is_working:
            self._is_working = bool(held)
            logger.warning("The timetable %s on %s.", "works" if held else "waits", socket.gethostname())
        return self._is_working

    def _extend(self) -> bool:
        self._lock.local.token = self._token
        try:
            return bool(self._lock.extend(HELD, replace_ttl=True))
        except LockError:  # of another machine, ended, or gone with an emptied Redis
            return False

    def close(self):
        """Let another machine take over at once."""
        with contextlib.suppress(LockError, RedisError):  # then it ends by itself
            if self._is_working:
                self._lock.release()
        super().close()
