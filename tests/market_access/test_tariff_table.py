"""The published table of the tariff: one row a line, one column a rate; figures here are TEST DATA."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.management import CommandError, call_command

from matchmaker.market_access.models import TariffRate
from matchmaker.market_access.tariff_file import read_tariff
from matchmaker.market_access.tariff_table import Edition
from tests import factories

EDITION = Edition(date(2026, 1, 1), "TEST DATA")


def read(*lines, header="hs8,mfn,temporary,acfta,vat,consumption", edition=EDITION):
    return read_tariff("\n".join([header, *lines]).encode(), {"ACFTA", "RCEP"}, edition)


def test_each_rate_of_a_row_becomes_a_row_of_a_tariff_file():
    found = read("2204.2100,14%,--,0,13,10")
    assert found.faults == ()
    assert [(rate.hs_code, rate.regime, rate.percent, rate.source) for _row, rate in found.rates] == [
        ("22042100", "MFN", D(14), "TEST DATA"),
        ("22042100", "ACFTA", D(0), "TEST DATA"),
        ("22042100", "VAT", D(13), "TEST DATA"),
        ("22042100", "CONSUMPTION", D(10), "TEST DATA"),
    ]


def test_chinese_names_of_columns_and_wordings_are_read():
    found = read("22030000,0元/升,,13,0.25元/升", header="税则号列,最惠国税率,暂定税率,增值税率,消费税率")
    assert [(rate.regime, rate.percent, rate.text) for _row, rate in found.rates] == [
        ("MFN", None, "0元/升"), ("VAT", D(13), ""), ("CONSUMPTION", None, "0.25元/升")
    ]  # fmt: skip


def test_every_fault_is_named_with_row_and_column_of_the_table():
    found = read("22042100,1400,,,13,10", "2204,14,,,13,10", "22042900,20,6,5,,", '22043000,"6,5",,,,')
    assert [(fault.row, fault.column, fault.code) for fault in found.faults] == [
        (2, "mfn", "rate_not_a_number"),
        (3, "hs_code", "hs_not_8_or_10_digits"),
        (5, "mfn", "rate_not_a_number"),
    ]
    assert {row for row, _rate in found.rates} == {4}


def test_two_rows_of_one_line_are_a_fault():
    assert [fault.code for fault in read("22042100,14,,,,", "22042100,15,,,,").faults] == ["overlaps_row"]


def test_a_table_without_days_and_source_is_refused():
    found = read("22042100,14,,,,", edition=None)
    assert [(fault.code, fault.row) for fault in found.faults] == [("column_missing", 0)]


def test_the_command_shows_first_and_writes_with_apply(records, tmp_path, capsys):
    organiser = factories.organiser()
    file = tmp_path / "tariff.csv"
    file.write_text("hs8,mfn,vat\n22042100,14,13\n2204,1,1\n")
    given = ["load_tariff", file, "--by", organiser.email, "--valid-from", "2026-01-01", "--source", "TEST DATA"]
    call_command(*given)
    assert "row 3 hs_code: “2204” is not a tariff line" in capsys.readouterr().out
    assert TariffRate.objects.count() == 0
    with pytest.raises(CommandError, match="--accept-partial"):
        call_command(*given, "--apply")
    call_command(*given, "--apply", "--accept-partial")
    assert "2 new, 0 loaded already, 0 ended, 1 faults; written." in capsys.readouterr().out
    assert set(TariffRate.objects.values_list("regime", "percent")) == {("MFN", D(14)), ("VAT", D(13))}
    with pytest.raises(CommandError, match="Only organisers"):
        call_command(*given[:3], factories.user().email, *given[4:])


def test_a_table_of_one_tax_alone_is_a_table():
    file = read("22042100,13", header="hs_code,vat")
    assert [(rate.regime, rate.percent) for _row, rate in file.rates] == [("VAT", D(13))]
