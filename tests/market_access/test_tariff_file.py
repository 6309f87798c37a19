"""Every fault of a tariff file is named; rates here are TEST DATA."""

from datetime import date
from decimal import Decimal

import pytest

from matchmaker.market_access.tariff_file import MOST_BYTES, read_tariff

HEADER = "hs_code,regime,rate_percent,rate_text,valid_from,valid_until,source\n"
GOOD = "07095940,MFN,13,,2026-01-01,2026-12-31,TEST DATA\n"
AGREEMENTS = {"ACFTA", "RCEP"}


def read(*lines, header=HEADER, encoding="utf-8"):
    return read_tariff((header + "".join(lines)).encode(encoding), AGREEMENTS)


def faults(result):
    return [(fault.row, fault.column, fault.code) for fault in result.faults]


def test_a_good_row():
    result = read(GOOD)
    ((row, rate),) = result.rates
    assert (row, rate.hs_code, rate.regime, rate.percent) == (2, "07095940", "MFN", Decimal(13))
    assert (rate.valid_from, rate.valid_until, rate.source) == (date(2026, 1, 1), date(2026, 12, 31), "TEST DATA")
    assert result.faults == ()


@pytest.mark.parametrize(
    ("encoding", "named"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")]
)
def test_encodings_of_chinese_spreadsheets(encoding, named):
    result = read("07095940,MFN,13,,2026-01-01,,测试数据\n", encoding=encoding)
    assert (result.encoding, result.rates[0][1].source, result.faults) == (named, "测试数据", ())


@pytest.mark.parametrize("written", ["0709.59.40", "０７０９５９４０", " 07095940 ", "0709 5940"])
def test_a_code_in_another_spelling_is_the_same_code(written):
    assert read(GOOD.replace("07095940", written)).rates[0][1].hs_code == "07095940"


@pytest.mark.parametrize(("written", "percent"), [("13%", "13"), ("6.5", "6.5"), ("０", "0"), ("5.2 %", "5.2")])
def test_a_percentage_in_another_spelling(written, percent):
    assert read(GOOD.replace(",13,", f",{written},")).rates[0][1].percent == Decimal(percent)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("070959,MFN,13,,2026-01-01,,T\n", "hs_code", "hs_not_8_or_10_digits"),
        ("7095940,MFN,13,,2026-01-01,,T\n", "hs_code", "hs_not_8_or_10_digits"),
        (",MFN,13,,2026-01-01,,T\n", "hs_code", "hs_not_8_or_10_digits"),
        ("0709594x,MFN,13,,2026-01-01,,T\n", "hs_code", "hs_not_8_or_10_digits"),
        ("07095940,EU,13,,2026-01-01,,T\n", "regime", "regime_unknown"),
        ("07095940,,13,,2026-01-01,,T\n", "regime", "regime_unknown"),
        ("07095940,MFN,,,2026-01-01,,T\n", "rate_percent", "rate_missing"),
        ("07095940,MFN,13,1 yuan/kg,2026-01-01,,T\n", "rate_text", "rate_twice"),
        ('07095940,MFN,"6,5",,2026-01-01,,T\n', "rate_percent", "rate_not_a_number"),
        ("07095940,MFN,-1,,2026-01-01,,T\n", "rate_percent", "rate_not_a_number"),
        ("07095940,MFN,1e3,,2026-01-01,,T\n", "rate_percent", "rate_not_a_number"),
        ("07095940,MFN,NaN,,2026-01-01,,T\n", "rate_percent", "rate_not_a_number"),
        ("07095940,MFN,1300,,2026-01-01,,T\n", "rate_percent", "rate_not_a_number"),
        ("07095940,MFN,650,,2026-01-01,,T\n", "rate_percent", "rate_too_high"),
        ("07095940,MFN,13,,,,T\n", "valid_from", "date_missing"),
        ("07095940,MFN,13,,1/5/2026,,T\n", "valid_from", "date_not_iso"),
        ("07095940,MFN,13,,2026-02-30,,T\n", "valid_from", "date_not_iso"),
        ("07095940,MFN,13,,20260101,,T\n", "valid_from", "date_not_iso"),
        ("07095940,MFN,13,,2026-01-01,2026-W01-1,T\n", "valid_until", "date_not_iso"),
        ("07095940,MFN,13,,2026-01-02,2026-01-01,T\n", "valid_until", "ends_before_it_begins"),
        ("07095940,MFN,13,,2026-01-01,,\n", "source", "source_missing"),
        ("07095940,MFN,13,,2026-01-01,,T,more\n", "", "too_many_cells"),
        (f"07095940,MFN,13,,2026-01-01,,{'T' * 301}\n", "source", "text_too_long"),
        (f"07095940,MFN,,{'y' * 201},2026-01-01,,T\n", "rate_text", "text_too_long"),
    ],
)
def test_a_fault_is_named_and_the_good_rows_stay(row, column, code):
    result = read(GOOD, row)
    assert faults(result) == [(3, column, code)]
    assert [number for number, _ in result.rates] == [2]


def test_all_faults_are_named_in_one_pass():
    result = read("1,MFN,13,,2026-01-01,,T\n", GOOD, "07095940,X,13,,2026-01-01,,T\n", "\n", "07096000,MFN,,,x,,T\n")
    assert faults(result) == [
        (2, "hs_code", "hs_not_8_or_10_digits"),
        (4, "regime", "regime_unknown"),
        (6, "rate_percent", "rate_missing"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (("2026-01-01", "2026-12-31"), ("2027-01-01", ""), False),
        (("2026-01-01", "2026-12-31"), ("2026-12-31", ""), True),
        (("2026-01-01", ""), ("2030-01-01", ""), True),
        (("2026-01-01", ""), ("2026-01-01", ""), True),
        (("2027-01-01", ""), ("2026-01-01", "2026-12-31"), False),
    ],
)
def test_two_rows_of_one_line_must_not_hold_on_the_same_day(first, second, overlap):
    rows = [f"07095940,MFN,13,,{begins},{ends},T\n" for begins, ends in (first, second)]
    result = read(*rows)
    assert faults(result) == ([(3, "valid_from", "overlaps_row")] if overlap else [])


def test_a_long_row_overlaps_all_that_follow_it():
    result = read(
        "07095940,MFN,13,,2026-01-01,2030-12-31,T\n",
        "07095940,MFN,12,,2027-01-01,2027-12-31,T\n",
        "07095940,MFN,11,,2029-01-01,2029-12-31,T\n",
    )
    assert faults(result) == [(3, "valid_from", "overlaps_row"), (4, "valid_from", "overlaps_row")]


def test_other_regimes_and_lines_do_not_overlap():
    result = read(GOOD, GOOD.replace("MFN", "ACFTA"), GOOD.replace("07095940", "07095990"))
    assert (len(result.rates), result.faults) == (3, ())


def test_columns_may_stand_in_any_order_and_optional_ones_be_left_out():
    header = "source,valid_from,regime,rate_percent,hs_code\n"
    result = read("T,2026-01-01,mfn,13,07095940\n", header=header)
    assert (result.rates[0][1].regime, result.rates[0][1].valid_until) == ("MFN", None)


def test_missing_columns_are_named_together():
    (fault,) = read_tariff(b"hs_code,rate_percent\n", AGREEMENTS).faults
    assert (fault.row, fault.code, fault.facts["columns"]) == (0, "column_missing", ["regime", "valid_from", "source"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "column_missing"),
        (b"\xff\xff\xff", "encoding_unknown"),
        (b"x" * (MOST_BYTES + 1), "file_too_large"),
        ((HEADER + '07095940,MFN,13,,2026-01-01,,"T\n').encode(), "not_csv"),
    ],
)
def test_a_file_that_is_no_table_gives_one_fault(content, code):
    result = read_tariff(content, AGREEMENTS)
    assert ([fault.code for fault in result.faults], result.rates) == ([code], ())


def test_a_duty_by_weight_keeps_its_wording():
    rate = read("02071411,MFN,,1.3 yuan/kg,2026-01-01,,TEST DATA\n").rates[0][1]
    assert (rate.percent, rate.text) == (None, "1.3 yuan/kg")
