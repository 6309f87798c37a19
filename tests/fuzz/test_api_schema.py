"""Calls made up from the API's own schema, good and bad: none may end in a 5xx.

    FUZZ_CALLS=20000 pytest -m fault -s tests/fuzz

Calls are shared out evenly over the operations. The caller is an administrator of a supplier and of a buyer, so that
the calls reach the verbs; everything happens in a transaction that is rolled back.
"""

import os
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.wsgi import application
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
CALLS = int(os.environ.get("FUZZ_CALLS", "300"))


@pytest.fixture
def _one_connection():
    """A real request closes its connection at its end; here the test's transaction lives on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(monkeypatch, _one_connection):
    from matchmaker.api.throttling import PerCaller, SignIn

    monkeypatch.setattr(PerCaller, "allow_request", lambda *args: True)  # thousands of calls a minute are meant here
    monkeypatch.setattr(SignIn, "allow_request", lambda *args: True)
    person = factories.user()
    factories.campaign()
    factories.product(factories.supplier(person))
    factories.demand(factories.buyer(person), lines=1)
    return create_token(by=person, name="fuzz", scopes=SCOPES)[1]


def test_g12_no_made_up_call_ends_in_a_5xx(key, capsys):
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    codes, broken = Counter(), {}
    each = max(1, CALLS // len(operations))

    for operation in operations:

        @settings(max_examples=each, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def call(case):
            with transaction.atomic():
                answer = case.call(headers={"Authorization": f"Bearer {key}"})
                transaction.set_rollback(True)
            codes[answer.status_code] += 1
            if answer.status_code >= 500:
                broken.setdefault(operation.label, case.as_curl_command())  # noqa: B023

        call()
    with capsys.disabled():
        print(f"\n{codes.total()} calls to {len(operations)} operations: {dict(sorted(codes.items()))}")  # noqa: T201
    assert broken == {}
