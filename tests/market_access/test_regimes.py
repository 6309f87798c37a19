"""Ways into China: which are open to a product on a day, and what is levied under each."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.utils.translation import override

from matchmaker.market_access import presentation, sentences
from matchmaker.market_access.duty import Rate, Span, duty, read_trade
from matchmaker.market_access.models import ImportRegime, TariffRate
from matchmaker.market_access.regimes import Coverage, Goods, read_regimes
from matchmaker.market_access.services import load_market_access
from tests import factories

DATA = Path(__file__).resolve().parents[2] / "data" / "market_access"
TRADE = read_trade(DATA)
JULY = date(2026, 7, 1)
TEST = {"valid_from": date(2026, 1, 1), "source": "TEST DATA"}
WINE = [
    Rate("22042100", "MFN", D(14), **TEST),
    Rate("22042100", "VAT", D(13), **TEST),
    Rate("22042100", "CONSUMPTION", D(10), **TEST),
]


def one(percent):
    return Span(D(percent), D(percent))


def under(kind, code="22042100", day=JULY, rates=WINE):
    return duty(code, "FR", day, TRADE, rates).under(kind)


def test_every_shipped_regime_names_source_or_says_that_none_was_read():
    found = read_regimes(DATA)
    assert [regime.kind for regime in found] == ["general", "hainan", "hainan_processed", "cbec", "bonded"]
    for regime in found:
        assert regime.source_url or regime.confidence == "hint"
        assert {"en", "zh-hans"} <= regime.name.keys() & regime.needs.keys() & regime.summary.keys()


@pytest.mark.parametrize(
    ("kind", "coverage", "reason", "levied"),
    [
        ("general", Coverage.APPLIES, "all_goods", (14, 13, 10)),
        ("hainan", Coverage.UNKNOWN, "list_not_loaded", (0, 0, 0)),
        ("hainan_processed", Coverage.UNKNOWN, "depends_on_processing", (0, 13, 10)),
        ("cbec", Coverage.UNKNOWN, "list_not_loaded", (0, D("9.1"), 7)),
        ("bonded", Coverage.APPLIES, "all_goods", (0, 0, 0)),
    ],
)
def test_what_each_regime_levies_and_whether_it_is_open(kind, coverage, reason, levied):
    found = under(kind)
    assert (found.coverage, found.reason.code) == (coverage, reason)
    assert (found.duty, found.vat, found.consumption) == tuple(map(one, levied))


def test_hainan_is_no_regime_before_its_first_day():
    assert under("hainan", day=date(2025, 12, 17)) is None
    assert under("hainan", day=date(2025, 12, 18)) is not None


def test_goods_under_a_quota_are_not_said_to_be_free_in_hainan():
    found = under("hainan", code="100630", rates=[])
    assert (found.coverage, found.reason.code) == (Coverage.UNKNOWN, "special_measures")


def test_without_a_loaded_rate_duty_and_taxes_of_general_trade_are_not_known():
    found = under("general", rates=[])
    assert (found.duty, found.vat, found.consumption) == (None, None, None)
    assert under("cbec", rates=[]).vat is None


@pytest.mark.parametrize(
    ("goods", "complete", "code", "expected"),
    [
        (Goods.LISTED, True, "33049900", (Coverage.APPLIES, "on_the_list")),
        (Goods.LISTED, True, "33030000", (Coverage.EXCLUDED, "not_on_the_list")),
        (Goods.LISTED, False, "33030000", (Coverage.UNKNOWN, "list_not_loaded")),
        (Goods.LISTED, True, "3304", (Coverage.UNKNOWN, "some_lines_listed")),
        (Goods.ALL_BUT_LISTED, True, "33049900", (Coverage.EXCLUDED, "on_the_list")),
        (Goods.ALL_BUT_LISTED, True, "33030000", (Coverage.APPLIES, "not_on_the_list")),
        (Goods.LISTED, True, "", (Coverage.UNKNOWN, "hs_missing")),
    ],
)
def test_a_list_of_goods_decides_only_as_far_as_it_is_loaded(goods, complete, code, expected):
    regime = replace(read_regimes(DATA)[3], goods=goods, list_complete=complete, hs_prefixes=("33049900",))
    coverage, reason = regime.covers(code)
    assert (coverage, reason.code) == expected


def test_loading_again_keeps_a_regime_that_was_edited_here(records):
    ImportRegime.objects.filter(kind="cbec").update(hs_prefixes=["3304"], edited_here=True)
    load_market_access()
    assert ImportRegime.objects.get(kind="cbec").hs_prefixes == ["3304"]


def test_the_duty_box_shows_taxes_sources_and_regimes(records):
    for regime, percent in (("MFN", 14), ("VAT", 13)):
        TariffRate.objects.create(hs_code="22042100", regime=regime, percent=percent, **TEST)
    TariffRate.objects.create(hs_code="22042100", regime="CONSUMPTION", text="0.25 yuan a litre", **TEST)
    box = presentation.duty_box(factories.product(hs_code="220421", origin="FR"), JULY)
    assert (box.vat, box.consumption) == ("13%", "0.25 yuan a litre")
    assert box.sources == ("Rates read in TEST DATA: since Jan 1, 2026, no end known.",)
    retail = next(line for line in box.regimes if line.kind == "cbec")
    assert (retail.coverage, retail.duty, retail.vat) == ("unknown", "0%", "9.1%")
    assert retail.consumption == "70% of this: 0.25 yuan a litre"
    assert retail.limits == "At most CN¥5,000 an order and CN¥26,000 a year for each consumer."
    bonded = next(line for line in box.regimes if line.kind == "bonded")
    assert bonded.duty == "not due while stored"


@pytest.mark.parametrize(("language", "text"), [("en", "6.3%"), ("fr", "6,3%"), ("ar", "6.3%"), ("zh-hans", "6.3%")])
def test_a_rate_has_the_marks_of_other_figures_on_the_page(language, text):
    """In Arabic 6,3% stood beside ¥26,000: one comma for two things."""
    with override(language):
        assert sentences.percent(Span(D("6.3"), D("6.3"))).replace("\u00a0", "").endswith(text)
