"""Many rows at once say what one row would say, on either database."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from matchmaker.catalogue.models import Product, ProductText
from matchmaker.core.bulk import insert
from matchmaker.imports.models import Import, ImportRow
from tests import factories

pytestmark = pytest.mark.django_db
MOMENT = dt.datetime(2026, 11, 26, 9, 30, 15, 123456, tzinfo=dt.timezone(dt.timedelta(hours=8)))
TERMS = ("article", "price_low", "price_valid_until", "lead_time_days", "published_at")
ODD = ("tab\there", "two\nlines", "\r", "back\\slash", "\\N", "\\.", "", " ", "茶 🍚", "a\u2028b", "{1,2}", "\\\\n")


@pytest.fixture
def mill():
    return factories.supplier()


def fill(mill, rows: list[tuple]) -> list[tuple]:
    """What stands in the table afterwards, in the order of the rows."""
    uids = [uuid.uuid4() for _row in rows]
    names = ("uid", "company_id", "created_at", "updated_at", *TERMS)
    insert(Product, names, ((uid, mill.pk, MOMENT, MOMENT, *row) for uid, row in zip(uids, rows, strict=True)))
    found = {product.uid: product for product in Product.objects.all()}
    assert {product.created_at for product in found.values()} == {MOMENT}
    return [tuple(getattr(found[uid], name) for name in TERMS) for uid in uids]


@pytest.mark.parametrize(
    "rows",
    [
        [("A", Decimal("1.5"), dt.date(2027, 1, 31), 30, MOMENT)],
        [("A", None, None, None, None), ("B", None, None, None, None)],
        [("A", Decimal("1.5"), None, 0, MOMENT), ("B", None, dt.date(2027, 1, 31), 1, None)],
        [(f"A{n}", Decimal(n) / 4, None, n, None) for n in range(1201)],  # more than are sent at once
        [(text, None, None, None, None) for text in ODD if text],
    ],
)
def test_values_arrive_as_they_are(mill, rows):
    assert fill(mill, rows) == rows


def test_what_is_not_named_gets_its_default(mill):
    fill(mill, [("A", None, None, None, None)])
    product = Product.objects.get()
    assert (product.status, product.revision, product.storage, product.category_id) == ("draft", 1, "", None)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("others", [(), ("plain",), ("one\ttab",)])
def test_a_text_that_means_something_to_a_database_is_a_text(mill, text, others):
    product = factories.product(mill, name="Rice")
    ProductText.objects.all().delete()
    said = dict(zip(("en", "zh", "fr"), (text, *others), strict=False))
    rows = [(product.pk, language, text, False) for language, text in said.items()]
    insert(ProductText, ("product_id", "language", "name", "is_original"), rows)
    assert dict(ProductText.objects.values_list("language", "name")) == said


def test_lists_and_dictionaries_are_json_and_nothing_stays_nothing(mill):
    batch = Import.objects.create(kind="products", company=mill, by=factories.user(), language="en", file_name="a.csv")
    rows = [(2, ["a\\b", 'q"\n'], {"é": [1, None, True]}), (3, [], None), (4, '["made before"]', {"": "\t"})]
    insert(ImportRow, ("batch_id", "row_no", "raw", "values", "action"), [(batch.pk, *row, "reject") for row in rows])
    found = list(ImportRow.objects.order_by("row_no").values_list("row_no", "raw", "values"))
    assert found == [rows[0], rows[1], (4, ["made before"], {"": "\t"})]
    assert ImportRow.objects.filter(values__isnull=True).count() == 1


def test_what_the_table_forbids_is_refused_and_nothing_of_it_is_written(mill):
    with pytest.raises(IntegrityError), transaction.atomic():
        fill(mill, [("A", None, None, 1, None), ("A", None, None, 2, None)])
    assert Product.objects.count() == 0
