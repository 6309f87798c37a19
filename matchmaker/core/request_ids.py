"""An id for every request: in the answer, in the log lines written meanwhile, in tasks, mails and problem documents.

A person who asks for help sends the id, and the operator finds the lines of that request in the log. A task that a
request starts works under the id of the request (`core/tasks.py`), and a notice stores it for its mail.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.core.signals import request_finished
from django.dispatch import receiver

HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")  # safe in a log line and in a header
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request that is being answered; empty outside of one."""
    return _current.get()


def begin(request_id: str) -> None:
    """Work under this id until `end`."""
    _current.set(request_id)


def end() -> None:
    _current.set("")


@contextmanager
def use(request_id: str) -> Iterator[None]:
    """Work under this id for a while; under the present one where there is none."""
    before = _current.set(request_id or current())
    try:
        yield
    finally:
        _current.reset(before)


class RequestIds:
    """Middleware: takes the id that a proxy or the caller sends in `X-Request-ID`, or makes a new one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        sent = request.headers.get(HEADER, "")
        request_id = sent if _ACCEPTED.fullmatch(sent) else uuid4().hex
        begin(request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        return response


@receiver(request_finished)
def _forget(**_signal) -> None:
    """Only now: Django writes its line about a refused request after the last middleware."""
    end()
