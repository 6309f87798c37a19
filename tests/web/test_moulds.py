"""A mould says what its template would have said."""

import uuid

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from matchmaker.web import moulds
from matchmaker.web.templatetags import lists
from tests import factories as make

CARD = "public/parts/product_card.html"
OPTION = "components/facet_option.html"
ODD = "<b>\"&'\ue000name\ue001{{ x }}%s"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("missing", [(), ("form",), ("checked", "flag"), ("count", "deep")])
def test_a_mould_filled_is_its_template_rendered_with_odd_values_escaped(language, missing):
    values = {name: f"{name} {ODD}" for name in ("facet", "value", "form", "checked", "label", "count", "deep")}
    values["flag"] = mark_safe("<img>")
    values |= dict.fromkeys(missing, "")
    with translation.override(language):
        assert moulds.filled(OPTION, values) == render_to_string(OPTION, values)


def test_a_mould_speaks_the_readers_language():
    said = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said.append("Price on request" in moulds.filled(CARD, {"name": "rice", "url": "/"}))
    assert said == [True, False]


def test_an_address_is_that_of_the_site_map():
    uid = uuid.uuid4()
    assert moulds.address_of("product", uid) == reverse("product", args=[uid])


@pytest.mark.django_db
def test_a_card_escapes_what_a_supplier_wrote():
    row = make.product(name="<script>alert(1)</script>", company=make.supplier(legal_name="A & <B>"))
    card = lists.product_card(row)
    assert "<script>" not in card
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in card
    assert "A &amp; &lt;B&gt;" in card
