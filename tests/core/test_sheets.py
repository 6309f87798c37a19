"""One writer of CSV and XLSX, and what it does to cells that a spreadsheet would run."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from matchmaker.core.sheets import csv_lines, safe, xlsx_bytes

DANGEROUS = [
    "=1+1",
    "+1",
    "-1+2",
    "@sum",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "|cmd",
    " =1",
    "  ＝1",
    "%0A=1",
]
HARMLESS = ["Rice", "5 = 2 + 3", "a-b", "茉莉香米", "3.5 %", "x@example.org"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_would_be_a_formula_is_led_by_an_apostrophe(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("value", [*HARMLESS, 5, -5, Decimal("-1.50"), True])
def test_other_texts_and_all_numbers_stay_as_they_are(value):
    assert safe(value) == value


def test_csv_is_read_back_cell_by_cell_with_every_text_in_quotes():
    text = "".join(
        csv_lines(["name", "n", "day"], [["=x", Decimal("-1.5"), dt.date(2026, 9, 30)], ['a "b"\nc', None, 2]])
    )
    assert text == '\ufeff"name","n","day"\r\n"\'=x",-1.5,"2026-09-30"\r\n"a ""b""\nc","",2\r\n'
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[2] == ['a "b"\nc', "", "2"]


def test_a_workbook_holds_texts_and_numbers_and_no_formula():
    book = load_workbook(io.BytesIO(xlsx_bytes(["name", "n"], [[text, -5] for text in DANGEROUS + HARMLESS])))
    cells = list(book.active.iter_rows(min_row=2))
    assert {cell.data_type for row in cells for cell in row} == {"s", "n"}
    assert {row[0].data_type for row in cells} == {"s"}
    assert [row[1].value for row in cells] == [-5] * len(cells)


def test_a_character_that_xml_forbids_does_not_break_the_workbook():
    book = load_workbook(io.BytesIO(xlsx_bytes(["a"], [["x\x00\x0by\ufffe"]])))
    assert book.active["A2"].value == "xy"


def test_a_workbook_has_columns_wide_enough_a_filter_and_the_name_of_its_sheet():
    rows = [["Tea", "绿茶绿茶绿茶绿茶"], ["x" * 200, None]]
    sheet = load_workbook(io.BytesIO(xlsx_bytes(["Product", "n"], rows, "匹配"))).active
    assert sheet.title == "匹配"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.freeze_panes == "A2"
    assert {letter: sheet.column_dimensions[letter].width for letter in "AB"} == {"A": 60, "B": 19}


def test_a_workbook_without_rows_keeps_its_head():
    sheet = load_workbook(io.BytesIO(xlsx_bytes(["Product"], []))).active
    assert [cell.value for cell in sheet[1]] == ["Product"]
    assert sheet.auto_filter.ref == "A1:A1"
