"""Files of every making: what is read, and what is refused by name."""

import datetime as dt
import io
import resource
import time
import zipfile

import pytest

from matchmaker.engines import reading
from matchmaker.engines.reading import Unreadable
from tests.engines.reading.files import as_csv, as_xlsx, with_part

ROWS = [["品名", "产地", "说明"], ["茉莉香米", "泰国", "第一行\n第二行"], ["橄榄油", "意大利", 'a "b" ; c']]


def read(content, **chosen):
    file = io.BytesIO(content)
    seen = reading.look(file, **chosen)
    return [cells for _number, cells in reading.rows(file, seen)], seen


def refusal(content, **chosen):
    with pytest.raises(Unreadable) as refused:
        read(content, **chosen)
    return refused.value.code, refused.value.facts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
def test_every_usual_encoding_separator_and_line_end(encoding, delimiter, ends):
    rows, seen = read(as_csv(ROWS, encoding, delimiter, ends))
    assert rows == ROWS
    assert seen.delimiter == delimiter


def test_western_letters_are_not_taken_for_chinese():
    rows = [["nom", "pays"], ["Crémerie Lefèvre & fils", "France"], ["Käserei Grüßli", "Österreich"]]
    assert read(as_csv(rows, "cp1252", ";"))[0] == rows


def test_a_wrong_encoding_is_refused_with_its_name_and_row():
    content = as_csv([["a", "b"], ["1", "2"]]) + b"\xff\xfe\xff,x\r\n"
    assert refusal(content, encoding="utf-8-sig") == ("wrong_encoding", {"encoding": "utf-8-sig", "at": 10})
    assert refusal(b"\x00\x01\x00\xff\x00" * 100) == ("binary", {})


def test_the_row_that_breaks_a_limit_is_named(monkeypatch):
    monkeypatch.setattr("matchmaker.engines.reading.problems.MAX_ROWS", 100)
    assert refusal(b"a\r\n" * 102)[0:2] == ("too_many_rows", {"row": 102, "limit": 100})
    assert refusal(b"a\r\n" + b"," * 500 + b"x\r\n") == ("too_many_columns", {"row": 2, "count": 501, "limit": 200})
    assert refusal(b'a,b\r\n"never closed,1\r\nx,y\r\n') == ("quote_not_closed", {"row": 2, "limit": 32767})
    assert refusal(b'a,b\r\n1,2\r\n"x"y",3\r\n')[0:1] == ("quote_inside",)


@pytest.mark.slow
def test_a_million_rows_and_a_cell_of_five_megabytes_need_no_memory():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(b"rice\r\n" * 1_000_001) == ("too_many_rows", {"row": 200_002, "limit": 200_000})
    assert refusal(b"a,b\r\n" + b"x" * 5_000_000 + b",1\r\n") == ("cell_too_long", {"row": 2, "limit": 32767})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024  # KiB


def test_workbooks_give_values_days_and_plain_numbers():
    def prepare(book):
        sheet = book.active
        sheet["A3"] = dt.date(2026, 9, 30)
        sheet["B3"] = 100630
        sheet["C3"] = 0.1 + 0.2
        sheet["A4"] = "=1+1"
        sheet["B4"] = "merged"
        sheet.merge_cells("B4:C4")
        hidden = book.create_sheet("secret")
        hidden.sheet_state = "hidden"
        hidden["A1"] = "not read"

    rows, seen = read(as_xlsx([["a", "b", "c"], ["x", True, None]], prepare))
    assert rows == [["a", "b", "c"], ["x", "true"], ["2026-09-30", "100630", "0.3"], ["", "merged"]]
    assert (seen.sheets, seen.hidden) == (("Sheet",), ("secret",))


def test_macros_and_broken_workbooks_are_refused_by_name():
    good = as_xlsx([["a"], ["b"]])
    assert refusal(with_part(good, {"xl/vbaProject.bin": b"x"}))[0] == "macros"
    assert refusal(good[:200])[0] == "damaged"
    assert refusal(with_part(good, {"xl/worksheets/sheet1.xml": b"<worksheet><row"}))[0] == "damaged"
    assert refusal(b"PK\x03\x04" + b"\0" * 50)[0] == "damaged"
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)[0] == "old_workbook"
    assert refusal(b"%PDF-1.7 ...")[0] == "not_a_sheet"
    with zipfile.ZipFile(out := io.BytesIO(), "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(out.getvalue())[0] == "not_a_workbook"


def test_links_to_other_workbooks_are_not_followed():
    linked = with_part(as_xlsx([["a"], ["b"]]), {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    assert read(linked)[0] == [["a"], ["b"]]


@pytest.mark.slow
def test_a_million_formatted_empty_rows_take_less_than_ten_seconds():
    empty = b"".join(
        b'<row r="%d" s="1"><c r="A%d" s="1"/><c r="B%d" s="1"/></row>' % (n, n, n) for n in range(3, 1_000_003)
    )
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>rice</t></is></c></row>'
        + empty
        + b'<row r="1000003"><c r="A1000003" t="inlineStr"><is><t>last</t></is></c></row></sheetData></worksheet>'
    )
    content = with_part(as_xlsx([["x"]]), {"xl/worksheets/sheet1.xml": sheet})
    began = time.process_time()
    code, facts = refusal(content)
    assert (code, facts) == ("too_many_rows", {"row": 1_000_003, "limit": 200_000})
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "doctype",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    ],
)
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_a_workbook_with_entities_is_not_opened(doctype, part):
    good = as_xlsx([["a"], ["b"]])
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        body = archive.read(part) if part in archive.namelist() else b"<sst/>"
    rest = body.partition(b"?>")[2] if body.startswith(b"<?xml") else body
    assert refusal(with_part(good, {part: doctype + rest})) == ("doctype", {})


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_by_its_directory(monkeypatch):
    monkeypatch.setattr("matchmaker.engines.reading.archives.MAX_PART", 1_000_000)
    bomb = with_part(as_xlsx([["a"]]), {"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * 5_000_000})
    assert refusal(bomb)[0] == "too_large_inside"
    many = with_part(as_xlsx([["a"]]), {f"xl/media/{n}.png": b"" for n in range(2_001)})
    assert refusal(many)[0] == "too_large_inside"
