"""An older database: rows that were packed by columns become plain rows, and the import goes on."""

import json
import uuid

import pytest

from matchmaker.imports.models import Import, ImportRow
from tests import factories
from tests.imports.sheets import applied
from tests.old_migrations import old_executor

UIDS = [uuid.UUID(int=number) for number in (1, 2)]
NAMES = [
    *("article", "category_id", "hs_code", "origin", "min_order", "min_order_unit", "price_low", "price_high"),
    *("currency", "price_unit", "price_valid_until", "incoterm", "incoterm_place", "capacity", "capacity_unit"),
    *("capacity_period", "lead_time_days", "shelf_life_days", "storage", "certificates", "company_id", "texts"),
]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_packed_rows_of_an_older_version_become_rows_and_come_in():
    mill = factories.supplier()
    person = factories.member_of(mill)
    mill_pk, person_pk = mill.pk, person.pk
    executor = old_executor()
    executor.migrate([("imports", "0007_cells_by_columns")])
    old = executor.loader.project_state([("imports", "0007_cells_by_columns")]).apps
    batch = old.get_model("imports", "Import").objects.create(
        uid=uuid.UUID(int=9), kind="products", company_id=mill_pk, by_id=person_pk, language="en", file_name="a.csv",
        state="preview", total=2, head=["Name", "Origin"], mapping={"name": 0, "origin": 1},
    )  # fmt: skip
    same = {"origin": "TH", "certificates": [], "company_id": mill_pk, "article": ""}
    empty = ("min_order", "price_low", "price_high", "price_valid_until", "capacity", "lead_time_days")
    empty += ("shelf_life_days", "category_id")
    columns = [[same.get(name, None if name in empty else "")] for name in NAMES[:-1]]
    texts = {"each": [{"each": [["en"], ["Rice 1", "Rice 2"], [""]]}]}
    old.get_model("imports", "ImportPack").objects.create(
        batch=batch,
        first_row=2,
        last_row=3,
        names=NAMES,
        rows=json.dumps([[2, 3], [uid.hex for uid in UIDS], *columns, texts]),
        written=json.dumps([[None], 0, ["Thailand"]]),
    )
    executor = old_executor()
    executor.migrate(executor.loader.graph.leaf_nodes())
    rows = list(ImportRow.objects.order_by("row_no").values_list("row_no", "raw", "action", "target"))
    assert rows == [(2, ["Rice 1", "Thailand"], "create", UIDS[0]), (3, ["Rice 2", "Thailand"], "create", UIDS[1])]
    assert applied(by=person, batch=Import.objects.get()).created == 2
    assert sorted(mill.products.values_list("texts__name", "origin")) == [("Rice 1", "TH"), ("Rice 2", "TH")]
