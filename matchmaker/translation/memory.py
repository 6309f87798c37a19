"""Translations that a request has read already, so that a page with many texts needs one query and not one a text.

It lives as long as the request. In tasks and commands nothing is remembered, except inside `opened`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# (digest of the original, its language) → (text, engine); None where there is no translation.
StoredTexts = dict[tuple[str, str], tuple[str, str] | None]

_memory: ContextVar[dict[str, StoredTexts] | None] = ContextVar("translations", default=None)


def begin(**_signal: Any) -> None:
    """A request begins; connected to `request_started`."""
    _memory.set({})


def end(**_signal: Any) -> None:
    """A request has ended; connected to `request_finished`."""
    _memory.set(None)


def is_open() -> bool:
    """Whether this is a request, or inside `opened`."""
    return _memory.get() is not None


@contextmanager
def opened() -> Iterator[None]:
    """Remember inside, also in a task or a command; in a request as before."""
    if is_open():
        yield
        return
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def of(reader: str) -> StoredTexts:
    """What was read for readers of a language; to be added to."""
    remembered = _memory.get()
    return {} if remembered is None else remembered.setdefault(reader, {})
