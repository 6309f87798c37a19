"""F46: the shared cache holds counts and marks, never rows of a company; empty or wrong, pages stay right."""

import pickle

import pytest
from django.core.cache import cache
from django.urls import reverse

from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MARKS = ("Marker Mill", "marker-contact@example.org")


def stored() -> dict[bytes, bytes]:
    """Everything in the cache, as it lies in the server."""
    client = cache._cache.get_client(None, write=True)
    return {key: client.get(key) for key in client.scan_iter(match="mm*") if client.type(key) == b"string"}


@pytest.fixture
def walked(client):
    """What a supplier and a buyer see of their private pages: [(person, address, status, whether marked)]."""
    mill = factories.supplier(legal_name=MARKS[0], contact_name="Marker", contact_email=MARKS[1])
    factories.product(mill, name="Marker Mill rice", status="draft")
    people = [factories.member_of(mill), factories.member_of(factories.buyer())]

    def walk() -> list[tuple]:
        seen = []
        for number, person in enumerate(people):
            client.force_login(person)
            for name in ("supplier_home", "buyer_home", "notices", "products", "companies"):
                answer = client.get(reverse(name), follow=True)
                seen.append((number, name, answer.status_code, MARKS[0] in answer.content.decode()))
        return seen

    return walk


def test_no_value_of_the_cache_names_a_company_or_a_contact(walked):
    walked()
    cache.set("probe", "Marker Mill")
    assert any(b"Marker Mill" in value for value in stored().values()), "the search for marks works"
    cache.delete("probe")
    assert [key for key, value in stored().items() if any(mark.encode() in value for mark in MARKS)] == []


def test_pages_are_the_same_with_an_empty_cache_and_with_values_that_somebody_swapped(walked):
    before = walked()
    assert any(marked for number, _name, _status, marked in before if number == 0)
    assert not any(marked for number, _name, _status, marked in before if number == 1)
    cache.clear()
    assert walked() == before
    client, values = cache._cache.get_client(None, write=True), list(stored().values())
    for number, key in enumerate(stored()):  # each key has the value of another
        client.set(key, values[number - 1])
    assert walked() == before
    for key in stored():
        client.set(key, pickle.dumps({"what": "nobody wrote"}))
    assert walked() == before
