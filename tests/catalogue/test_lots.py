"""Goods in China already: stated as lots, wanted by a demand, judged in matches, carried by sheets."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from matchmaker.catalogue import lots, services
from matchmaker.engines.matching.pairs import Offer, Want
from matchmaker.engines.matching.traits import judge_traits
from matchmaker.imports import exporting
from matchmaker.matching.sides import offers, wants
from matchmaker.matching.traits import SENTENCES
from tests import factories

TODAY = dt.date(2026, 12, 1)
SHANGHAI = {"place": "CNSHA", "customs": "bonded", "quantity": "1200", "unit": "kg", "until": "2027-03-31"}
CLEARED = {"place": "CNCAN", "customs": "cleared", "quantity": None, "unit": "", "until": None}


def outcome_of(offered, wanted="any", **want):
    found = list(judge_traits(Offer(1, (), in_china=offered), Want(2, (), in_china=wanted, **want), TODAY))
    assert SENTENCES["in_china"](found[0].outcome, found[0].facts)
    return found[0].outcome


def test_a_cell_holds_all_lots_and_is_read_back_as_written():
    text = "; ".join(map(lots.as_words, [SHANGHAI, CLEARED]))
    assert text == "CNSHA bonded 1200 kg 2027-03-31; CNCAN cleared"
    assert lots.from_cell(text) == [SHANGHAI, CLEARED]
    assert lots.from_cell("cnsha 保税 5 t") == [{**SHANGHAI, "quantity": "5", "unit": "t", "until": None}]


@pytest.mark.parametrize(
    ("lot", "said"),
    [
        ({**SHANGHAI, "place": "DEHAM"}, "not a port of China"),
        ({**SHANGHAI, "customs": "lost"}, "bonded or cleared"),
        ({**SHANGHAI, "unit": ""}, "unit the quantity is in"),
        ({**SHANGHAI, "unit": "bushel"}, "not a unit"),
        ({**SHANGHAI, "quantity": "-3"}, "not a quantity"),
        ({**SHANGHAI, "until": "31.3.2027"}, "not a day"),
        ("CNSHA", "Say place"),
        (lots.from_cell("a shed in Shanghai")[0], "not a port of China"),
    ],
)
def test_a_lot_that_cannot_be_right_is_named_with_its_number(db, lot, said):
    company = factories.supplier()
    with pytest.raises(ValidationError) as caught:
        services.save_product(by=factories.member_of(company), company=company, lots_in_china=[CLEARED, lot])
    assert said in caught.value.message_dict["lots_in_china"][0]
    assert "Lot 2" in caught.value.message_dict["lots_in_china"][0]


BONDED_KG = (("bonded", 1200.0, "kg", dt.date(2027, 3, 31)),)


@pytest.mark.parametrize(
    ("offered", "wanted", "want", "outcome"),
    [
        ((), "any", {}, "unknown"),
        (BONDED_KG, "any", {}, "meets"),
        (BONDED_KG, "cleared", {}, "fails"),
        (BONDED_KG, "any", {"quantity": 1.2, "unit": "t"}, "meets"),
        (BONDED_KG, "any", {"quantity": 2, "unit": "t"}, "fails"),
        (BONDED_KG, "any", {"quantity": 2, "unit": "l"}, "unknown"),
        (BONDED_KG, "any", {"delivery_by": dt.date(2027, 4, 1)}, "fails"),
        ((*BONDED_KG, ("cleared", None, "", None)), "any", {"quantity": 2, "unit": "t"}, "unknown"),
        ((*BONDED_KG, ("cleared", 900.0, "kg", None)), "any", {"quantity": 2, "unit": "t"}, "meets"),
    ],
)
def test_goods_in_china_are_a_condition_that_is_met_or_not_or_not_known(offered, wanted, want, outcome):
    assert outcome_of(offered, wanted, **want) == outcome


def test_lots_and_the_wish_for_them_reach_matching(db):
    product = factories.product(lots_in_china=[SHANGHAI])
    line = factories.line()
    line.demand.goods_in_china = "cleared"
    assert offers([product])[0].in_china == (("bonded", 1200.0, "kg", dt.date(2027, 3, 31)),)
    assert wants([line])[0].in_china == "cleared"


def test_an_export_carries_all_lots(db):
    head, rows = exporting.products([factories.product(lots_in_china=[SHANGHAI, CLEARED])])
    row = dict(zip(head, next(iter(rows)), strict=True))
    assert row["In China already"] == "CNSHA bonded 1200 kg 2027-03-31; CNCAN cleared"


def test_a_supplier_states_lots_on_the_form_and_the_page_shows_them(client, db):
    product = factories.product()
    client.force_login(factories.member_of(product.company))
    page = reverse("supplier_product_edit", args=[product.uid])
    form = client.get(page).context
    values = {**form["form"].initial, "certificates": []}
    values = {name: "" if value is None else value for name, value in values.items()}
    for formset in (form["texts"], form["variants"], form["lots"]):
        values |= {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
        for one in formset.forms:
            values |= {one.add_prefix(name): value for name, value in (one.initial or {}).items() if value is not None}
    values |= {"lots-0-place": "CNSHA", "lots-0-customs": "bonded", "lots-0-quantity": "1200", "lots-0-unit": "kg"}
    assert client.post(page, values).status_code == 302
    product.refresh_from_db()
    assert product.lots_in_china == [{**SHANGHAI, "until": None}]
    assert "1,200 kg" in client.get(reverse("product", args=[product.uid])).content.decode()
    assert lots.quantity_of(product.lots_in_china[0]) == D(1200)
