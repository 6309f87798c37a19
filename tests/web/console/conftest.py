import pytest

from tests import factories
from tests.events.conftest import hall

__all__ = ["hall"]


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def console(client, campaign):
    client.force_login(factories.organiser(campaign))
    return client
