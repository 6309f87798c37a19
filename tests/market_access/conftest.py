import pytest
from django.db import transaction

from matchmaker.market_access.services import load_market_access
from tests import factories


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


@pytest.fixture
def maker(db):
    return factories.supplier(country="FR")


@pytest.fixture
def biscuits(maker, records):
    category = factories.category("AGRI-10")
    return factories.product(maker, name="Biscuits", hs_code="190531", origin="FR", category=category)
