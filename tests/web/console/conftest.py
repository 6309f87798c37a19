import pytest

from tests.events.conftest import hall

__all__ = ["hall"]


@pytest.fixture
def console(client, campaign, organiser):
    """A browser in which an organiser of the campaign is signed in."""
    client.force_login(organiser)
    return client
