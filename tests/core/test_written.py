"""A written query answers as its QuerySet does, with values that change."""

import datetime as dt
import uuid

import pytest
from django.db.models import Count, Sum, Value

from matchmaker.catalogue.models import Demand, Product, ProductImage, ProductText
from matchmaker.core.written import Among, Asked, Written
from matchmaker.market_access.models import Registration, TariffRate
from tests import factories as make

pytestmark = pytest.mark.django_db


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_are_what_the_queryset_reads_whatever_kind_of_column_they_have():
    products = [make.product(price_low="1.2500", min_order="20.00") for _n in range(3)]
    ProductImage.objects.create(product=products[1], file="a.webp", width=10, height=10, widths=[320, 640], sha256="a")
    one = Written(lambda uid: Product.objects.published().filter(uid=uid), uuid.UUID(int=1))
    pictures = Written(lambda key: ProductImage.objects.filter(product=key), -1)
    for product in products:
        assert [values(row) for row in one(product.uid)] == [values(Product.objects.get(pk=product.pk))]
        read = ProductImage.objects.filter(product=product)
        assert [values(row) for row in pictures(product.pk)] == [values(row) for row in read]
    assert one(uuid.uuid4()) == []


def test_the_same_query_with_other_values_is_one_query_each_time(django_assert_num_queries):
    first, second = make.product(name="rice"), make.product(name="tea")
    texts = Written(lambda key: ProductText.objects.filter(product=key), -1)
    assert [row.name for row in texts(first.pk)] == ["rice"]
    with django_assert_num_queries(1):
        assert [row.name for row in texts(second.pk)] == ["tea"]


def test_a_row_that_went_or_came_is_seen_at_once():
    product = make.product()
    one = Written(lambda uid: Product.objects.published().filter(uid=uid), uuid.UUID(int=1))
    assert one(product.uid) == [product]
    Product.objects.filter(pk=product.pk).update(status="paused")
    assert one(product.uid) == []


def test_several_marks_stand_each_in_its_place():
    product = make.product()
    own = Registration.objects.create(company=product.company, product=product, code="A", number="1")
    theirs = Registration.objects.create(company=product.company, code="B", number="2")
    by = Written(lambda one, company: Registration.objects.filter(product=one, company=company), -1, -2)
    of = Written(lambda company: Registration.objects.filter(company=company, product__isnull=True), -1)
    assert by(product.pk, product.company_id) == [own]
    assert by(product.company_id + 1000, product.pk) == []
    assert of(product.company_id) == [theirs]


def test_a_day_is_asked_for_twice_in_one_query():
    source = {"regime": "MFN", "percent": 5, "source": "law"}
    TariffRate.objects.create(
        hs_code="10063020", valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 6, 30), **source
    )
    later = TariffRate.objects.create(hs_code="10063020", valid_from=dt.date(2026, 7, 1), **source)
    lines = Written(lambda day, code: TariffRate.objects.on(day).filter(hs_code=code), dt.date.min, "code")
    assert lines(dt.date(2026, 7, 1), "10063020") == [later]
    assert lines(dt.date(2025, 7, 1), "10063020") == []


def test_a_mark_that_the_query_does_not_ask_with_is_refused():
    with pytest.raises(AssertionError):
        Written(lambda key: ProductText.objects.all(), -1)(5)
    with pytest.raises(AssertionError):
        Written(lambda key: Product.objects.select_related("company").filter(pk=key), -1)(5)


def test_sums_are_those_of_the_queryset_on_another_day_too(django_assert_num_queries):
    first = make.line(make.demand(closing_on=dt.date(2026, 7, 1))).demand
    second = make.line(make.demand(closing_on=dt.date(2026, 8, 1))).demand
    open_on = Asked(
        lambda day: Demand.objects.public(day).order_by().values_list(Value(1)).annotate(Count("pk"), Sum("pk")),
        dt.date.min,
    )
    with django_assert_num_queries(3):
        assert open_on(dt.date(2026, 6, 1)) == [(1, 2, first.pk + second.pk)]
        assert open_on(dt.date(2026, 7, 2)) == [(1, 1, second.pk)]
        assert open_on(dt.date(2026, 9, 1)) == [(1, 0, None)]


def test_of_any_number_of_keys_those_among_the_rows_are_found(django_assert_num_queries):
    shown, hidden, other = make.product(), make.product(status="paused"), make.product()
    published = Among(Product.objects.published)
    with django_assert_num_queries(2):
        assert published([]) == set()
        assert published([shown.pk]) == {shown.pk}
        assert published([other.pk, hidden.pk, 10**9]) == {other.pk}
