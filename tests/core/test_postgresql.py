"""A connection that PostgreSQL closed is noticed before a request uses it, and a good one is not asked."""

import threading

import pytest
from django.db import connection, connections

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL alone"),
    pytest.mark.django_db(transaction=True),
]


def in_a_thread(work):
    """What it returns, with a connection of its own that is closed after."""
    found = []

    def run():
        try:
            found.append(work())
        finally:
            connections["default"].close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def backend() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def ended(pid: int) -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return cursor.fetchone()[0]


def test_a_request_after_the_server_closed_its_connection_gets_a_new_one():
    def requests():
        mine = connections["default"]
        mine.health_check_enabled = True
        first = backend()
        assert in_a_thread(lambda: ended(first))
        mine.close_if_unusable_or_obsolete()  # as Django does when the next request begins
        return first, backend()

    first, second = in_a_thread(requests)
    assert first != second


def test_a_connection_on_which_nothing_came_is_not_asked(monkeypatch):
    def request():
        mine = connections["default"]
        mine.health_check_enabled = True
        first = backend()
        monkeypatch.setattr(mine.connection, "cursor", None)  # whoever asks SELECT 1 fails
        usable = mine.is_usable()
        monkeypatch.undo()
        mine.close_if_unusable_or_obsolete()
        return usable, first == backend()

    assert in_a_thread(request) == (True, True)


def test_after_an_error_the_connection_is_asked(monkeypatch):
    def request():
        mine = connections["default"]
        backend()
        mine.errors_occurred = True
        assert mine.is_usable()
        mine.connection.close()
        return mine.is_usable()

    assert in_a_thread(request) is False
