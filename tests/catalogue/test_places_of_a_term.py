"""A field of a product has places that declare it by hand; the recipe in docs/architecture.md lists them."""

import re

import pytest
from django.conf import settings

from matchmaker.catalogue.models.products import TERMS
from matchmaker.core import reference
from matchmaker.imports.kinds import products
from matchmaker.web.supplier.forms import ProductForm

NAMES = {"category_id": "category"}  # of an input and of a column
# What the Chinese importer knows is chosen on the page of rules and duty; eight digits on a supplier's list are its
# own country's.
NOT_ON_SHEETS = {"national_line"}
HEADS = {row["column"] for row in reference.sheet_heads() if row["kind"] == "products"}
TEMPLATES = "".join(
    (settings.BASE_DIR / f"templates/supplier/{name}.html").read_text() for name in ("product", "codes")
)


@pytest.mark.parametrize("term", [term for term in TERMS if term not in NOT_ON_SHEETS])
def test_a_term_is_in_form_template_sheet_and_the_names_of_columns(term):
    name = NAMES.get(term, term)
    if term != "lots_in_china":  # rows of a form of their own, `LotForm`
        assert name in ProductForm.base_fields
        assert re.search(rf"form\.{name}\b", TEMPLATES)
    assert name in {column.name for column in products.COLUMNS}
    assert name in HEADS
