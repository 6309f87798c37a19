"""The cache on Redis; while Redis is away, this process's own memory stands in.

Limits on sign-in and API calls count in the cache. A cache that silently forgets would disable them, or
lock out all users; counting in each process keeps both working until Redis is back (F9).
"""

import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

AWAY = 5.0  # seconds before Redis is asked again, so that no request waits for a time-out each time


def _steady(name: str):
    def call(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except (RedisError, OSError):
                self._away_until = time.monotonic() + AWAY
        return getattr(self._own, name)(*args, **kwargs)

    call.__name__ = name
    return call


class SteadyCache(RedisCache):
    def __init__(self, server, params):
        super().__init__(server, params)
        self._own = LocMemCache("steady", {"TIMEOUT": self.default_timeout, "KEY_PREFIX": self.key_prefix})
        self._away_until = 0.0

    add = _steady("add")
    get = _steady("get")
    set = _steady("set")
    touch = _steady("touch")
    delete = _steady("delete")
    get_many = _steady("get_many")
    has_key = _steady("has_key")
    incr = _steady("incr")
    set_many = _steady("set_many")
    delete_many = _steady("delete_many")
    clear = _steady("clear")
