from datetime import date, timedelta

import pytest

from matchmaker.engines.matching.conditions import judge
from matchmaker.engines.matching.pairs import Offer, Want

TODAY = date(2026, 3, 2)
RATES = {"CNY": 1.0, "USD": 7.0, "EUR": 8.0}


def outcome(offer: dict, want: dict) -> tuple[str, str] | None:
    found = judge(Offer(1, (), **offer), Want(2, (), **want), rates=RATES, today=TODAY)
    return (found[0].code, found[0].outcome) if found else None


def test_a_want_that_asks_nothing_sets_no_condition():
    assert judge(Offer(1, (), origin="TH", min_order=5), Want(2, ()), rates=RATES, today=TODAY) == ()


@pytest.mark.parametrize(
    ("origin", "wanted", "excluded", "expected"),
    [
        ("TH", {"TH", "VN"}, set(), "meets"),
        ("IN", {"TH", "VN"}, set(), "fails"),
        ("IN", set(), {"IN"}, "fails"),
        ("TH", set(), {"IN"}, "meets"),
        ("", {"TH"}, set(), "unknown"),
    ],
)
def test_origin(origin, wanted, excluded, expected):
    want = {"origins_wanted": frozenset(wanted), "origins_excluded": frozenset(excluded)}
    assert outcome({"origin": origin}, want) == ("origin", expected)


@pytest.mark.parametrize(
    ("held", "expected"),
    [({"ISO 22000", "haccp"}, "meets"), ({"HACCP"}, "fails"), (set(), "unknown")],
)
def test_certificates(held, expected):
    want = {"certificates_required": frozenset({"HACCP", "ISO22000"})}
    assert outcome({"certificates": frozenset(held)}, want) == ("certificates", expected)


@pytest.mark.parametrize(
    ("low", "currency", "unit", "expected"),
    [
        (1000.0, "USD", "t", "meets"),  # 7.0 yuan a kilogram
        (1200.0, "USD", "t", "fails"),  # 8.4
        (8.0, "CNY", "kg", "meets"),
        (1.0, "EUR", "kg", "meets"),
        (8.01, "CNY", "kg", "fails"),
        (5.0, "CNY", "set", "unknown"),
        (5.0, "XXX", "kg", "unknown"),
        (None, "CNY", "kg", "unknown"),
    ],
)
def test_price(low, currency, unit, expected):
    offer = {"price_low": low, "currency": currency, "price_unit": unit}
    assert outcome(offer, {"target_price": 8.0, "currency": "CNY", "price_unit": "kg"}) == ("price", expected)


@pytest.mark.parametrize(
    ("least", "unit", "expected"),
    [
        (24.0, "t", "fails"),
        (20_000.0, "kg", "meets"),
        (0.0, "", "meets"),
        (1.0, "set", "unknown"),
        (None, "", "unknown"),
    ],
)
def test_minimum_order(least, unit, expected):
    offer = {"min_order": least, "min_order_unit": unit}
    assert outcome(offer, {"quantity": 20.0, "unit": "t"}) == ("minimum_order", expected)


def test_minimum_order_tells_both_figures_in_the_unit_of_the_want():
    (condition,) = judge(
        Offer(1, (), min_order=24, min_order_unit="t"), Want(2, (), quantity=20_000, unit="kg"), rates={}, today=TODAY
    )
    assert (condition.facts["needed"], condition.facts["offered_min"], condition.facts["unit"]) == (
        20_000,
        24_000,
        "kg",
    )


@pytest.mark.parametrize(
    ("days", "by", "expected"),
    [
        (30, date(2026, 4, 1), "meets"),
        (31, date(2026, 4, 1), "fails"),
        (None, date(2026, 4, 1), "unknown"),
        (0, date(2026, 3, 1), "fails"),
    ],
)
def test_delivery(days, by, expected):
    assert outcome({"lead_time_days": days}, {"delivery_by": by}) == ("delivery", expected)


@pytest.mark.parametrize(
    ("state", "required", "expected"),
    [("ready", "meets", "meets"), ("missing", "unknown", "fails"), ("unknown", "unknown", "unknown")],
)
def test_readiness_fails_only_where_the_buyer_asks_for_a_registration(state, required, expected):
    assert outcome({"readiness": state}, {"registration_required": True}) == ("registration", required)
    assert outcome({"readiness": state}, {"registration_asked": True}) == ("registration", expected)


@pytest.mark.parametrize(
    ("offered", "wanted", "price", "expected"),
    [
        ("FOB", "FOB", 10, "meets"),
        ("FOB", "CIF", 10, "unknown"),  # freight and insurance come on top
        ("FOB", "CIF", 11, "fails"),  # they only make it dearer
        ("DDP", "FOB", 10, "meets"),  # includes more, and is within the target all the same
        ("CIF", "FOB", 11, "unknown"),
        ("FCA", "FOB", 10, "unknown"),
        ("CIF", "CPT", 10, "meets"),
        ("", "CIF", 9, "unknown"),
        ("FOB", "", 10, "meets"),  # the buyer names no term
    ],
)
def test_another_incoterm_is_another_price_and_counts_only_as_far_as_it_is_known(offered, wanted, price, expected):
    offer = {"price_low": price, "currency": "EUR", "price_unit": "kg", "incoterm": offered}
    want = {"target_price": 10, "currency": "EUR", "price_unit": "kg", "incoterm": wanted}
    assert outcome(offer, want) == ("price", expected)


@pytest.mark.parametrize(
    ("offered", "wanted", "days", "expected"),
    [
        ("FOB", "CIF", 30, "unknown"),  # made in time; the voyage is not known
        ("", "", 30, "unknown"),
        ("FOB", "CIF", 90, "fails"),  # not even made in time
        ("DAP", "DAP", 30, "meets"),  # the lead time ends at the place
        ("FOB", "FOB", 30, "meets"),  # the buyer takes the goods over abroad
    ],
)
def test_production_days_alone_do_not_bring_goods_across_the_sea(offered, wanted, days, expected):
    want = {"delivery_by": TODAY + timedelta(days=60), "incoterm": wanted, "is_shipped": True}
    assert outcome({"lead_time_days": days, "incoterm": offered}, want) == ("delivery", expected)


def attributes_of(offered: str, wanted: str) -> tuple[str, dict] | None:
    offer, want = Offer(1, (("en", offered),)), Want(2, (("en", wanted),))
    found = {condition.code: condition for condition in judge(offer, want, rates=RATES, today=TODAY)}
    return (found["attributes"].outcome, found["attributes"].facts) if "attributes" in found else None


def test_what_goods_are_anyway_is_not_asked_for():
    """Wheat flour has gluten and wine has alcohol: no buyer asks for it, but flour without gluten is something else."""
    assert attributes_of("Wheat flour", "Wheat flour, 25 kg bags") is None
    assert attributes_of("Rye", "Wheat flour, 25 kg bags") is None
    assert attributes_of("Gluten-free flour", "Wheat flour") == (
        "fails",
        {"failed": ["gluten:with gluten"], "met": [], "unknown": []},
    )


def test_chilled_fresh_fruit_is_no_contradiction():
    assert attributes_of("Fresh avocados", "Avocados, chilled") == (
        "unknown",
        {"failed": [], "met": [], "unknown": ["state:chilled"]},
    )
    assert attributes_of("Frozen avocados", "Avocados, chilled")[0] == "fails"


def test_a_service_asks_for_no_properties_of_goods():
    offer, want = Offer(1, (("it", "Revisione di valvole"),)), (("zh", "阀门检修服务，球阀密封面研磨"),)
    assert judge(offer, Want(2, want, category="SERV-02"), rates=RATES, today=TODAY) == ()
    assert [one.code for one in judge(offer, Want(2, want), rates=RATES, today=TODAY)] == ["attributes"]


def test_goods_without_sugar_are_without_added_sugar_and_not_the_other_way_round():
    met = {"failed": [], "met": ["sugar:no added sugar"], "unknown": []}
    assert attributes_of("Tomatoes, sugar-free", "Tomatoes, no added sugar") == ("meets", met)
    open_ = {"failed": [], "met": [], "unknown": ["sugar:sugar-free"]}
    assert attributes_of("Tomatoes, no added sugar", "Tomatoes, sugar-free") == ("unknown", open_)


def test_a_want_that_names_several_sizes_leaves_the_choice():
    assert attributes_of("Frozen shrimp 31/40", "Frozen shrimp, 31/40 or 41/50") == (
        "meets",
        {"failed": [], "met": ["count:30/40", "state:frozen"], "unknown": []},
    )
    assert attributes_of("Frozen shrimp 21/25", "Frozen shrimp, 31/40 or 41/50")[0] == "fails"
