"""Public lists are read from a read replica, where DATABASE_REPLICA_URL names one; everything else from the primary.

A replica is some moments behind. So only views that say so read from it, and a person who changed something reads the
primary for some seconds; the cache knows who did. A replica that does not answer is left alone for a while.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)
ALIAS = "replica"
OWN_CHANGES = 15  # seconds for which a person reads the primary after she changed something
AWAY = 15  # seconds until a replica that did not answer is asked again
READERS = ("GET", "HEAD", "OPTIONS", "TRACE")
View = Callable[..., HttpResponse]

_is_reading: ContextVar[bool] = ContextVar("reads from the replica", default=False)
_away_until = 0.0


class ReplicaRouter:
    """See https://docs.djangoproject.com/en/6.1/topics/db/multi-db/."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        is_listed = model._meta.app_label in settings.REPLICA_APPS
        return ALIAS if is_listed and _is_reading.get() else "default"

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return "default"

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        return True  # both have the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


@contextmanager
def _reading(is_allowed: bool) -> Iterator[None]:
    token = _is_reading.set(is_allowed)
    try:
        yield
    finally:
        _is_reading.reset(token)


def primary() -> Any:
    """A context manager: inside of a view that reads from the replica, this is read from the primary."""
    return _reading(False)


def reads_replica(view: View) -> View:
    """A view that only reads, and may show what is some moments old. Without a replica nothing changes."""

    @wraps(view)
    def from_replica(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _may_read(request):
            return view(request, *args, **kwargs)
        try:
            with _reading(True):
                return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError) as problem:
            _leave_alone(problem)
            return view(request, *args, **kwargs)

    return from_replica


def _may_read(request: HttpRequest) -> bool:
    if ALIAS not in settings.DATABASES or request.method not in READERS or time.monotonic() < _away_until:
        return False
    return not (request.user.is_authenticated and cache.get(_key(request.user)))


def _leave_alone(problem: Exception) -> None:
    global _away_until
    _away_until = time.monotonic() + AWAY
    logger.warning("The read replica does not answer, lists are read from the primary: %s", problem)


class RememberChanges:
    """Notes who changed something, so that this person reads it again. Only with a replica."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if request.method not in READERS and user is not None and user.is_authenticated:
            cache.set(_key(user), True, OWN_CHANGES)
        return response


def _key(user: Any) -> str:
    return f"changed:{user.pk}"
