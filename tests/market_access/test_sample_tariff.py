"""The tariff lines of the sample: each code of its goods has its rates, or says why a rate is not there."""

import csv
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from matchmaker.market_access.duty import Span, duty, read_trade
from matchmaker.market_access.tariff_file import read_tariff

DATA = Path(__file__).resolve().parents[2] / "data"
TRADE = read_trade(DATA / "market_access")
DAY = date(2026, 12, 2)


@cache
def sample_rates():
    tariff = read_tariff((DATA / "sample" / "tariff.csv").read_bytes(), TRADE.agreements)
    assert tariff.faults == ()
    return tuple(rate for _row, rate in tariff.rates)


def answer(code, origin="IT", day=DAY):
    return duty(code, origin, day, TRADE, sample_rates())


def codes():
    rows = []
    for name in ("agri/products.csv", "goods/products.csv"):
        with (DATA / "sample" / name).open(encoding="utf-8") as file:
            rows += list(csv.DictReader(file))
    assert len(rows) == 244
    return {row["hs6"] for row in rows if row["hs6"]}


def test_every_product_with_a_code_has_its_rates_or_the_reason_why_one_is_missing():
    for code in codes():
        found = answer(code)
        assert found.mfn is not None, code
        assert found.vat.percent or found.vat.texts, code
        assert found.consumption.percent or found.consumption.texts, code


def test_each_rate_names_its_edition_or_page_and_says_that_it_is_secondary():
    assert all("secondary" in rate.source for rate in sample_rates())
    assert all("Tariff 2026" in rate.source for rate in sample_rates() if rate.regime in ("MFN", "PROVISIONAL"))


def test_each_provisional_rate_ends_with_the_year_of_its_edition():
    provisional = [rate for rate in sample_rates() if rate.regime == "PROVISIONAL"]
    assert len(provisional) > 20
    assert {rate.valid_until for rate in provisional} == {date(2026, 12, 31)}


@pytest.mark.parametrize(
    ("code", "mfn", "vat"),
    [("220421", 14, 13), ("150920", 10, 9), ("330499", 1, 13)],
)
def test_known_rates_are_those_of_2026(code, mfn, vat):
    found = answer(code)
    assert found.mfn == Span(Decimal(mfn), Decimal(mfn))
    assert found.vat.percent == Span(Decimal(vat), Decimal(vat))


def test_a_provisional_rate_counts_until_the_last_day_of_its_year_and_not_after_it():
    code = "18010000"
    assert answer(code, "BR", date(2026, 12, 31)).mfn == Span(Decimal(0), Decimal(0))
    assert answer(code, "BR", date(2027, 1, 1)).mfn == Span(Decimal(8), Decimal(8))
