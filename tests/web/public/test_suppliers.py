"""The list of suppliers: what a row names of a supplier's goods, and what it costs."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from tests import factories
from tests.markup import flat

pytestmark = pytest.mark.django_db


def goods(answer) -> list[str]:
    """Names and links of goods in the order of the page."""
    listed = "".join(re.findall(r'<ul class="goods">(.*?)</ul>', flat(answer.content.decode())))
    return re.findall(r"<a [^>]*>(.*?)</a>", listed)


def test_a_row_names_the_newest_published_goods_and_counts_the_rest(client):
    seller = factories.supplier()
    for n in range(6):
        row = factories.product(seller, name=f"Rice <{n}>")
        type(row).objects.filter(pk=row.pk).update(published_at=timezone.now() - dt.timedelta(days=n))
    factories.product(seller, name="Secret rice", status="draft", published_at=None)
    answer = client.get("/suppliers/")
    assert goods(answer) == [f"Rice &lt;{n}&gt;" for n in range(4)]
    assert "All 6 products" in answer.content.decode()
    assert "Secret" not in answer.content.decode()
    assert "全部6个产品" in re.sub(r"\s", "", client.get("/zh-hans/suppliers/").content.decode())


def test_names_are_in_the_readers_language_where_there_are_some(client):
    row = factories.product(factories.supplier(), name="Arroz")
    row.texts.create(language="zh", name="大米")
    assert goods(client.get("/suppliers/")) == [row.original.name]
    assert goods(client.get("/zh-hans/suppliers/")) == ["大米"]


def test_more_suppliers_cost_no_more_queries(client, django_assert_max_num_queries):
    def asked() -> int:
        with django_assert_max_num_queries(60) as found:
            assert goods(client.get("/suppliers/"))
        return len(found)

    factories.product(factories.supplier())
    asked()  # what a process reads once
    factories.product(factories.supplier())
    few = asked()
    for _n in range(5):
        factories.product(factories.supplier())
    assert asked() == few
