"""A connection that PostgreSQL closed says so: there is something to read on it while nobody has asked anything.

Django asks `SELECT 1` before the first query of every request (`CONN_HEALTH_CHECKS`), which was a twentieth of what the
page of a list cost. Looking at the socket takes two microseconds; only where there is something to read, or something
went wrong before, the question is asked.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        if self.connection is not None and not self.errors_occurred and _is_quiet(self.connection):
            return True
        return super().is_usable()


def _is_quiet(connection) -> bool:
    """Whether the connection is open and nothing came that nobody asked for."""
    if connection.closed:
        return False
    looked = select.poll()
    looked.register(connection.fileno(), select.POLLIN)  # closed and broken are told in any case
    return not looked.poll(0)
