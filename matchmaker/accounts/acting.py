"""Acting on behalf of another person: who really acts, for every audit entry of the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from matchmaker.accounts.models import User


@dataclass(frozen=True, slots=True)
class Acting:
    """`actor` acts for `person`, for a reason that stands in the record."""

    actor: User
    person: User
    reason: str


_now: ContextVar[Acting | None] = ContextVar("acting", default=None)


def now() -> Acting | None:
    return _now.get()


@contextmanager
def acting(what: Acting) -> Iterator[None]:
    token = _now.set(what)
    try:
        yield
    finally:
        _now.reset(token)
