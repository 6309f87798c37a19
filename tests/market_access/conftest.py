import pytest
from django.db import transaction

from matchmaker.market_access.services import load_market_access


@pytest.fixture(scope="module")
def _records_of_the_module(django_db_setup, django_db_blocker):
    """Loaded once a module and rolled back after it: loading for each of eighty tests took half of their time."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_market_access()
        transaction.set_rollback(True)


@pytest.fixture
def records(_records_of_the_module, db):
    """The shipped rules, questions, agreements and partners."""
    return _records_of_the_module
