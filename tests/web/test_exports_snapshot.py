"""F44: what changes while a list is taken along is not half in the file."""

import threading

import pytest
from django.db import connection
from django.test import RequestFactory

from matchmaker.catalogue.models import Product
from matchmaker.web.rendering.list_export import export
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(act):
    """In another connection, committed before it returns."""

    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_a_list_shows_one_moment_although_a_row_changes_between_its_queries():
    if connection.vendor == "sqlite":
        pytest.skip("the tests' SQLite lets one connection write at a time; PostgreSQL is where this can go wrong")
    product = factories.product(lead_time_days=10)
    rows = Product.objects.filter(pk=product.pk)

    def table():
        before = rows.values_list("lead_time_days", flat=True).get()
        elsewhere(lambda: Product.objects.filter(pk=product.pk).update(lead_time_days=99))
        return ["first", "second"], [[before, rows.values_list("lead_time_days", flat=True).get()]]

    answer = export(RequestFactory().get("/"), "goods", "csv", table)
    assert answer.content.decode().splitlines()[1].replace('"', "") == "10,10"
    assert rows.get().lead_time_days == 99
