"""Landed cost on worked figures, and what stands where a part is not known."""

from decimal import Decimal as D

import pytest

from matchmaker.messaging.landed_cost import (
    Costs,
    Offer,
    Rates,
    Reason,
    Shares,
    State,
    TargetQuantity,
    amount_in,
    best_offer,
    landed_cost,
)

RATES = Rates({"CNY": D(1), "USD": D("7.10"), "EUR": D("7.70")})
RICE = TargetQuantity(D(20), "t")
FOB = Offer(D(950), "USD", "t", "FOB")
FULL = Costs(freight=D(12000), insurance=D(450), duty=(D(0), D(0)), vat=D(9), fees=D(3000))


def amounts(found) -> dict[str, tuple[str, str]]:
    return {part.name: (part.state.value, str(part.low)) for part in found.parts}


def test_fob_price_with_freight_insurance_vat_and_fees():
    found = landed_cost(FOB, RICE, FULL, "CNY", RATES)
    assert amounts(found) == {
        "goods": ("known", "134900.00"),  # 950 x 20 x 7.10
        "freight": ("known", "12000.00"),
        "insurance": ("known", "450.00"),
        "duty": ("known", "0.00"),
        "vat": ("known", "13261.50"),  # 9% of 147,350
        "fees": ("known", "3000.00"),
    }
    assert (found.low, found.high, found.is_complete) == (D("163611.50"), D("163611.50"), True)


def test_cif_price_with_duty_and_vat_on_top_of_it():
    wine = Offer(D("5.20"), "EUR", "bottle", "CIF")
    costs = Costs(duty=(D(14), D(14)), vat=D(13), fees=D(5000))
    found = landed_cost(wine, TargetQuantity(D(6000), "bottle"), costs, "CNY", RATES)
    assert amounts(found) == {
        "goods": ("known", "240240.00"),
        "freight": ("included", "0"),
        "insurance": ("included", "0"),
        "duty": ("known", "33633.60"),
        "vat": ("known", "35603.57"),  # 13% of 273,873.60
        "fees": ("known", "5000.00"),
    }
    assert found.low == D("314477.17")


def test_under_ddp_only_the_fees_are_added():
    found = landed_cost(Offer(D(1000), "USD", "t", "DDP"), RICE, Costs(fees=D(800)), "USD", RATES)
    assert (found.low, found.missing) == (D("20800.00"), ())
    assert [part.name for part in found.parts if part.state == State.INCLUDED] == [
        "freight", "insurance", "duty", "vat"
    ]  # fmt: skip


def test_a_rate_that_differs_by_national_line_gives_a_lowest_and_a_highest_cost():
    costs = Costs(duty=(D(5), D(10)), vat=D(13), fees=D(0))
    found = landed_cost(Offer(D(1000), "CNY", "t", "CIF"), RICE, costs, "CNY", RATES)
    assert (found.part("duty").low, found.part("duty").high) == (D("1000.00"), D("2000.00"))
    assert (found.low, found.high) == (D("23730.00"), D("24860.00"))


@pytest.mark.parametrize(
    ("offer", "wanted", "costs", "missing"),
    [
        (FOB, RICE, Costs(), ("freight", "insurance", "duty", "vat", "fees")),
        (FOB, RICE, Costs(freight=D(1), insurance=D(1), vat=D(9), fees=D(0)), ("duty", "vat")),
        (FOB, RICE, Costs(insurance=D(1), duty=(D(5), D(5)), vat=D(9), fees=D(0)), ("freight", "duty", "vat")),
        (FOB, RICE, Costs(insurance=D(1), duty=(D(0), D(0)), vat=D(0), fees=D(0)), ("freight",)),
        (FOB, TargetQuantity(None, ""), FULL, ("goods", "vat")),
        (Offer(D(9), "XOF", "t", "FOB"), RICE, FULL, ("goods", "vat")),
        (Offer(D(9), "USD", "40hq", "FOB"), RICE, FULL, ("goods", "vat")),
    ],
)
def test_what_is_not_known_is_named_and_not_zero(offer, wanted, costs, missing):
    found = landed_cost(offer, wanted, costs, "CNY", RATES)
    assert (found.missing, found.is_complete) == (missing, False)


def test_why_a_price_cannot_be_counted():
    cases = [
        (FOB, TargetQuantity(None, "")),
        (Offer(D(9), "XOF", "t", "FOB"), RICE),
        (Offer(D(9), "USD", "carton", "FOB"), RICE),
    ]
    reasons = [landed_cost(offer, wanted, FULL, "CNY", RATES).part("goods").reason for offer, wanted in cases]
    assert reasons == [Reason.NO_QUANTITY, Reason.NO_RATE, Reason.NO_COMMON_UNIT]


@pytest.mark.parametrize(
    ("quantity", "unit", "price_unit", "packing", "content", "content_unit", "expected"),
    [
        ("20", "t", "kg", "", None, "", "20000"),
        ("2", "40hq", "t", "40hq", "26", "t", "52"),
        ("2", "40hq", "t", "40hq", "26000", "kg", "52"),
        ("3", "carton", "bottle", "carton", "12", "bottle", "36"),
        ("36", "bottle", "carton", "carton", "12", "bottle", "3"),
        ("2", "40hq", "t", "", None, "", None),
        ("2", "40hq", "t", "20gp", "24", "t", None),
        ("5", "bottle", "l", "carton", "12", "bottle", None),
    ],
)
def test_a_packing_converts_only_as_the_supplier_says(
    quantity, unit, price_unit, packing, content, content_unit, expected
):
    offer = Offer(D(1), "USD", price_unit, "FOB", packing, D(content) if content else None, content_unit)
    found = amount_in(TargetQuantity(D(quantity), unit), price_unit, offer)
    assert found == (None if expected is None else D(expected))


@pytest.mark.parametrize(
    ("order", "values", "expected"),
    [
        (["landed_cost"], [{"landed_cost": 3}, {"landed_cost": 2}], (1, "landed_cost")),
        (["landed_cost", "delivery"], [{"landed_cost": 3, "delivery": 9}, {"delivery": 5}], (1, "delivery")),
        (["price", "delivery"], [{"price": 3, "delivery": 9}, {"price": 3, "delivery": 5}], (1, "delivery")),
        (["delivery", "price"], [{"price": 3, "delivery": 9}, {"price": 4, "delivery": 5}], (1, "delivery")),
        (["price"], [{"price": 3}, {"price": 3}], None),
        (["price"], [{"price": 3}], None),
        (["payment"], [{"payment": (2, 30)}, {"payment": (0, -60)}, {"payment": None}], (1, "payment")),
    ],
)
def test_the_best_offer_follows_the_buyers_order(order, values, expected):
    assert best_offer(values, order) == expected


def test_consumption_tax_is_levied_on_the_value_with_itself_and_vat_on_top_of_both():
    costs = Costs(duty=(D(14), D(14)), vat=D(13), consumption=(D(10), D(10)), fees=D(0))
    found = landed_cost(Offer(D(1000), "CNY", "t", "CIF"), TargetQuantity(D(1), "t"), costs, "CNY", RATES)
    # (1000 + 140) / 0.9 x 0.1 and (1000 + 140 + 126.67) x 0.13
    assert (found.part("consumption").low, found.part("vat").low) == (D("126.67"), D("164.67"))
    assert found.low == D("1431.34")


def test_parts_in_a_currency_without_decimals_are_whole_and_add_up():
    won = Rates({"CNY": D(1), "KRW": D("0.00523")}, decimals=0)
    costs = Costs(freight=D("1000.4"), insurance=D(0), duty=(D("6.5"), D("6.5")), vat=D(10), fees=D(0))
    found = landed_cost(Offer(D(7), "CNY", "kg", "FOB"), TargetQuantity(D(3), "kg"), costs, "KRW", won)
    assert {part.name: str(part.low) for part in found.parts if part.low} == {
        "goods": "4015", "freight": "1000", "duty": "326", "vat": "534",
    }  # fmt: skip
    assert found.low == D(5875)


def test_a_regime_levies_its_share_of_the_taxes():
    costs = Costs(duty=(D(0), D(0)), vat=D(13), consumption=(D(10), D(10)), fees=D(0), tax_share=D(70))
    found = landed_cost(Offer(D(900), "CNY", "t", "CIF"), TargetQuantity(D(1), "t"), costs, "CNY", RATES)
    assert (found.part("consumption").low, found.part("vat").low) == (D("70.00"), D("91.00"))


def test_taxes_that_a_regime_does_not_levy_are_known_whatever_else_is_missing():
    costs = Costs(duty=(D(0), D(0)), fees=D(0), tax_share=D(0))  # freight, insurance and VAT are not known
    found = landed_cost(Offer(D(900), "CNY", "t", "FOB"), TargetQuantity(D(1), "t"), costs, "CNY", RATES)
    assert (found.part("vat").high, found.part("consumption").high) == (0, 0)
    assert found.missing == ("freight", "insurance")


def test_without_a_rate_consumption_tax_is_no_part():
    found = landed_cost(FOB, RICE, FULL, "CNY", RATES)
    assert found.optional_part("consumption") is None


def test_additional_duties_are_a_line_of_their_own_and_bear_vat():
    costs = Costs(duty=(D(12), D(12)), additional=(D("7.4"), D("11.7")), asks_additional=True, vat=D(9), fees=D(0))
    cost = landed_cost(Offer(D(1000), "CNY", "t", "CIF"), TargetQuantity(D(10), "t"), costs, "CNY", RATES)
    assert [(part.low, part.high) for part in map(cost.part, ("duty", "additional", "vat"))] == [
        (D("1200.00"), D("1200.00")),
        (D("740.00"), D("1170.00")),
        (D("1074.60"), D("1113.30")),  # 9% of 11,940 and of 12,370
    ]
    assert cost.is_complete


def test_a_sum_without_additional_duties_is_not_complete():
    costs = Costs(duty=(D(12), D(12)), asks_additional=True, vat=D(9), fees=D(0))
    cost = landed_cost(Offer(D(1000), "CNY", "t", "CIF"), TargetQuantity(D(10), "t"), costs, "CNY", RATES)
    assert (cost.missing, cost.is_complete) == (("additional",), False)
    assert cost.part("additional").reason == Reason.NOT_LOADED
    assert cost.low == D("12208.00")  # 11,200 and 9% of it
    ddp = landed_cost(Offer(D(1000), "CNY", "t", "DDP"), TargetQuantity(D(10), "t"), costs, "CNY", RATES)
    assert (ddp.part("additional").state, ddp.is_complete) == (State.INCLUDED, True)


def test_freight_and_insurance_that_nobody_typed_are_the_assumed_share_of_the_price():
    shares = Shares(freight_percent=D(8), insurance_percent=D("0.5"))
    found = landed_cost(FOB, RICE, Costs(duty=(D(10), D(10)), vat=D(9), fees=D(0), shares=shares), "CNY", RATES)
    assert amounts(found) == {
        "goods": ("known", "134900.00"),
        "freight": ("known", "10792.00"),  # 8% of the price
        "insurance": ("known", "674.50"),
        "duty": ("known", "14636.65"),  # 10% of 146,366.50
        "vat": ("known", "14490.28"),
        "fees": ("known", "0.00"),
    }
    assert found.is_complete
    assert {part.name: part.assumed_percent for part in found.parts if part.assumed_percent} == {
        "freight": D(8),
        "insurance": D("0.5"),
    }


@pytest.mark.parametrize(
    ("offer", "costs", "freight"),
    [
        (FOB, {"freight": D(12000)}, ("known", "12000.00")),  # what is typed goes before
        (Offer(D(950), "USD", "t", "CIF"), {}, ("included", "0")),  # it is in the price
        (Offer(D(950), "GBP", "t", "FOB"), {}, ("unknown", "0")),  # no share of a price that is not known
    ],
)
def test_nothing_is_assumed_beside_what_is_known_or_of_an_unknown_price(offer, costs, freight):
    found = landed_cost(offer, RICE, Costs(**costs, shares=Shares(freight_percent=D(8))), "CNY", RATES)
    assert amounts(found)["freight"] == freight
    assert found.part("freight").assumed_percent is None
