"""F52: the key of the site is changed while people are signed in."""

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse

from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NEW = "n" * 60


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("notices")).status_code == 200


def signed_in(count: int) -> list[Client]:
    clients = [Client() for _number in range(count)]
    for client in clients:
        client.force_login(factories.user())
    assert all(map(is_signed_in, clients))
    return clients


def test_nobody_is_signed_out_by_a_new_key_while_the_old_one_is_a_fallback(settings):
    clients, old = signed_in(20), site_settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [old]
    assert [is_signed_in(client) for client in clients for _time in range(3)] == [True] * 60
    settings.SECRET_KEY_FALLBACKS = []
    assert [is_signed_in(client) for client in clients] == [True] * 20, "their sessions are of the new key by now"


def test_a_server_that_still_has_the_old_key_needs_the_new_one_as_a_fallback_first(settings):
    """Two servers that are changed one after the other: first both know both keys, then both sign with the new one."""
    clients, old = signed_in(5), site_settings.SECRET_KEY
    for _round in range(2):
        for key, other in ((old, NEW), (NEW, old)):  # a visitor meets now one server, now the other
            settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, [other]
            assert all(map(is_signed_in, clients))


def test_without_a_fallback_everybody_signs_in_again(settings):
    clients = signed_in(3)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, []
    assert not any(map(is_signed_in, clients))
