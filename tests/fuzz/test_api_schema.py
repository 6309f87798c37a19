"""Calls made up from the API's own schema, good and bad: none may end in a 5xx.

    make fuzz                                                    20,000 calls, the parts on every core
    FUZZ_CALLS=20000 FUZZ_PART=3 pytest -m fault tests/fuzz      the third part alone

Calls are shared out evenly over the operations, and the operations over eight parts. The caller is an administrator of
a supplier and of a buyer with one row of each kind, and half of the calls carry the names of those rows, so that they
reach the verbs. Everything happens in a transaction that is rolled back.
"""

import logging
import os
import sys
import time
from collections import Counter

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.events.services import register_for_event
from matchmaker.imports.models import Feed
from matchmaker.notifications.models import Notice
from matchmaker.notifications.services import notify
from matchmaker.wsgi import application
from tests import factories
from tests.events.conftest import Hall

pytestmark = [pytest.mark.django_db, pytest.mark.fault]
CALLS = int(os.environ.get("FUZZ_CALLS", "300"))
PARTS = 8
CHOSEN = [int(os.environ["FUZZ_PART"])] if "FUZZ_PART" in os.environ else range(1, PARTS + 1)


@pytest.fixture
def _one_connection():
    """A real request closes its connection at its end; here the test's transaction lives on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def caller(monkeypatch, _one_connection):
    """The key of a person on both sides, and what stands in the addresses of her own rows."""
    from matchmaker.api.permissions import PerCaller, SignIn

    logging.disable(logging.CRITICAL)  # refusals are the point here; nobody needs a line for each
    monkeypatch.setattr(PerCaller, "allow_request", lambda *args: True)  # thousands of calls a minute are meant here
    monkeypatch.setattr(SignIn, "allow_request", lambda *args: True)
    person = factories.user()
    factories.campaign()
    product = factories.product(factories.supplier(person))
    demand = factories.demand(factories.buyer(person), lines=1)
    match = factories.match(product, demand.lines.get())
    told = {"company": "x", "sides": []}
    notify(kind="company_approved", to=[person], event_key="fuzz", context=told, path="/desk/")
    hall = Hall()
    part = register_for_event(by=person, event=hall.event, company=product.company, side="supplier")
    other = hall.comes("buyer")
    feed = {"name": "F", "url": "https://feed.example.org/"}
    own = {
        "feeds": Feed.objects.create(company=demand.company, by=person, **feed).uid,
        "meeting-requests": hall.ask(part, other).uid,
        "meetings": hall.book(part, other, 0).uid,
        "participations": part.uid,
        "companies": product.company.uid,
        "products": product.uid,
        "demands": demand.uid,
        "matches": match.uid,
        "notifications": Notice.objects.get(kind="company_approved").uid,
    }
    yield create_token(by=person, name="fuzz", scopes=SCOPES)[1], {name: str(uid) for name, uid in own.items()}
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("part", CHOSEN)
def test_no_made_up_call_ends_in_a_5xx(caller, part):
    key, own = caller
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    codes, broken, began = Counter(), {}, time.monotonic()
    each, mine = -(-CALLS // len(operations)), operations[part - 1 :: PARTS]

    for operation in mine:
        row = own.get(operation.path.removeprefix("/api/v1/").split("/")[0])

        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # what fails is told by its command; making it smaller would cost more calls
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), names_own=st.booleans())
        def call(case, names_own):
            if row and names_own and "uid" in (case.path_parameters or {}):  # noqa: B023
                case.path_parameters["uid"] = row  # noqa: B023
            with transaction.atomic():
                answer = case.call(headers={"Authorization": f"Bearer {key}"})
                transaction.set_rollback(True)
            codes[answer.status_code] += 1
            if answer.status_code >= 500:
                broken.setdefault(operation.label, case.as_curl_command())  # noqa: B023

        call()
    sys.__stderr__.write(  # what a process of many prints goes nowhere else
        f"\npart {part} of {PARTS}: {codes.total()} calls to {len(mine)} of {len(operations)} operations "
        f"in {time.monotonic() - began:.0f} s: {dict(sorted(codes.items()))}\n"
    )
    assert broken == {}
