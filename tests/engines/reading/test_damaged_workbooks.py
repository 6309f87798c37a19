"""Workbooks made to break their reader: each ends in one sentence, and none takes the memory of the worker."""

import io
import resource
import struct
import zipfile

import pytest

from matchmaker.engines import reading
from matchmaker.engines.reading import Unreadable
from tests.engines.reading.files import as_xlsx, with_part

NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"


def sheet_of(cells: bytes) -> bytes:
    return b"<worksheet " + NAMESPACE + b"><sheetData>" + cells + b"</sheetData></worksheet>"


def read(content: bytes) -> list[list[str]]:
    file = io.BytesIO(content)
    return [cells for _number, cells in reading.rows(file, reading.look(file))]


def outcome(content: bytes) -> str:
    """`read`, or the code of the refusal; any other error is an error of ours."""
    try:
        read(content)
    except Unreadable as problem:
        return problem.code
    return "read"


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read(content)
    return refused.value.code


@pytest.mark.parametrize(
    "parts",
    [
        *({SHEET: sheet_of(b'<row r="1"><c r="A1"><v>%s</v></c></row>' % v)} for v in (b"1e999", b"nan", b"Infinity")),
        {SHEET: sheet_of(b'<row r="1"><c r="A1" s="abc"><v>1</v></c></row>')},
        {SHEET: sheet_of(b'<row r="1"><c r="A1" s="%s"><v>1</v></c></row>' % (b"9" * 5000))},
        {SHEET: sheet_of(b'<row r="1"><c r="A1" t="s"><v>%s</v></c></row>' % (b"9" * 5000))},
        {SHEET: sheet_of(b'<row r="99999999999999999999"><c r="ZZZZZZ1"><v>1</v></c></row>')},
        {
            STYLES: b"<styleSheet "
            + NAMESPACE
            + b'><numFmts><numFmt numFmtId="x" formatCode="d"/></numFmts></styleSheet>'
        },
        {STYLES: b"<styleSheet " + NAMESPACE + b'><cellXfs><xf numFmtId="x"/></cellXfs></styleSheet>'},
        {"xl/workbook.xml": b"<workbook " + NAMESPACE + b'><sheets><sheet sheetId="1"/></sheets></workbook>'},
        {SHEET: b'<?xml version="1.0" encoding="utf-99"?>' + sheet_of(b"")},
        {SHEET: b"<worksheet><row"},
        {STRINGS: b"<sst><si><t>"},
    ],
)
def test_a_malformed_workbook_is_read_or_refused_with_a_reason(parts):
    assert outcome(with_part(as_xlsx([["name"], ["rice"]]), parts)) in (
        *("read", "damaged", "no_sheet", "empty", "too_large_inside"),
    )


def test_one_cell_in_the_farthest_corner_asks_for_terabytes_and_is_refused():
    cells = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(with_part(as_xlsx([["a"]]), {SHEET: sheet_of(cells)})) in ("too_large_inside", "damaged")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # KiB


@pytest.mark.slow
def test_one_long_text_repeated_in_very_many_cells_is_refused():
    strings = b'<sst %s count="1" uniqueCount="1"><si><t>%s</t></si></sst>' % (NAMESPACE, b"x" * 32_000)
    row = (
        b'<row r="%d">' + b"".join(b'<c r="%c%%d" t="s"><v>0</v></c>' % letter for letter in range(65, 85)) + b"</row>"
    )
    cells = b"".join(row % ((number,) * 21) for number in range(1, 20_001))
    workbook = with_part(as_xlsx([["a"]]), {STRINGS: strings, SHEET: sheet_of(cells)})
    assert refusal(workbook) in ("too_large_inside", "too_many_cells")


def test_an_archive_is_judged_by_its_directory_before_anything_is_unpacked():
    good = as_xlsx([["a"], ["b"]])
    bomb = with_part(good, {STRINGS: b" " * (101 * 1024 * 1024)})
    for content in (bomb, _with_directory_of(good, 50_000_000)):
        with pytest.raises(Unreadable) as refused:
            reading.check_upload(io.BytesIO(content))
        assert refused.value.code == "too_large_inside"
    assert reading.check_upload(io.BytesIO(good)) == "xlsx"


def _with_directory_of(content: bytes, size: int) -> bytes:
    """The archive, whose last record says that its directory is so large."""
    at = content.rfind(b"PK\x05\x06") + 12
    return content[:at] + struct.pack("<L", size) + content[at + 4 :]


def test_a_part_that_unpacks_to_more_than_the_directory_says_is_refused():
    content = bytearray(with_part(as_xlsx([["a"]]), {SHEET: sheet_of(b" " * 3_000_000)}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(SHEET).file_size
    content = bytes(content).replace(struct.pack("<L", size), struct.pack("<L", 100))
    with pytest.raises(Unreadable):
        read(content)
