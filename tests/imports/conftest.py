import pytest

from tests import factories


@pytest.fixture
def mill(db):
    """An approved supplier with the codes its goods need, and its administrator."""
    factories.hs_code("100630")
    factories.category("AGRI-01")
    return factories.supplier(legal_name="Surin Rice Mill")


@pytest.fixture
def owner(mill):
    return factories.member_of(mill)
