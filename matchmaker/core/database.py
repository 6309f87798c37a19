"""A database that does not answer: which errors mean that, and what is said then to people, programs and the log."""

import logging
import sqlite3

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

DATABASE_AWAY = _("The database of this site does not answer now. Nothing was saved. Try again in a minute.")
RETRY_AFTER = "10"  # seconds; locks are waited for 5 s on PostgreSQL, and a restart takes some seconds


def is_away(problem: BaseException | None) -> bool:
    """Whether an error means that the database is away, busy, locked or full, and the same request may succeed later.

    SQLite also calls a missing table or a wrong statement operational: those are faults of ours.
    """
    while problem is not None and not isinstance(problem, OperationalError | InterfaceError):
        problem = problem.__cause__
    cause = problem.__cause__ if problem else None
    return problem is not None and getattr(cause, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


class WithoutTraces(logging.Filter):
    """A database that is away gives one line a request, with its reason, instead of a trace a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and is_away(record.exc_info[1]):
            reason = str(record.exc_info[1]).strip().partition("\n")[0]
            record.msg, record.args = "%s: %s", (record.getMessage(), reason)
            record.exc_info = record.exc_text = None
        return True
