"""Lists as files that a spreadsheet opens: the one writer of CSV and XLSX.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, so that a name
that a person typed never runs on the machine of another (CWE-1236). Numbers stay numbers.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

Cell = Any  # text, number, date, bool or None

# What begins a formula, a command of DDE or a hyperlink of old spreadsheets, also written full-width or behind blanks.
_STARTS = "=+-@|%"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not allowed in XML 1.0
XLSX_CELL = 32_767  # characters a cell of a workbook holds
XLSX_NARROW, XLSX_WIDE = 8, 60  # widths of a column
WIDTH_ROWS = 200  # rows that the width of a column is taken from


def safe(value: Cell) -> Cell:
    """The value as it may stand in a file: texts without a formula's beginning, moments in ISO 8601, None as ''."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    text = str(value)
    if not text:
        return ""
    first = unicodedata.normalize("NFKC", text.lstrip())[:1]
    return f"'{text}" if (first and first in _STARTS) or text[0] in "\t\r\n" else text


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """CSV as spreadsheets read it in any language: a byte order mark, commas, CRLF, every text in quotes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    yield "\ufeff"
    for row in chain([head], rows):
        writer.writerow([safe(cell) for cell in row])
        if buffer.tell() > 16_384:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def xlsx_bytes(head: Sequence[str], rows: Iterable[Sequence[Cell]], title: str = "Sheet1") -> bytes:
    """A workbook of one sheet whose head is frozen and filters; every text is a text cell, so nothing is calculated.

    A column is as wide as its longest cell in the first rows, within limits.
    """
    from openpyxl import Workbook  # five megabytes: only a process that writes a sheet pays for it
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "Sheet1")
    sheet.freeze_panes = "A2"
    rows = iter(rows)
    first = list(islice(rows, WIDTH_ROWS))
    for number, name in enumerate(head):
        cells = [name, *(row[number] for row in first if number < len(row))]
        sheet.column_dimensions[get_column_letter(number + 1)].width = _xlsx_width(cells)
    count = 0
    for row in chain([head], first, rows):
        sheet.append([_xlsx_cell(sheet, safe(cell)) for cell in row])
        count += 1
    if head:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{count}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_width(cells: Iterable[Cell]) -> int:
    """Width of a column in the digits that spreadsheets count; a Chinese character takes two."""
    texts = [str(safe(cell)) for cell in cells]
    longest = max(sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text) for text in texts)
    return min(max(longest + 3, XLSX_NARROW), XLSX_WIDE)  # three for the arrow of the filter


def _xlsx_cell(sheet, value: Cell):
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=_ILLEGAL.sub("", value)[:XLSX_CELL])
    cell.data_type = "s"
    return cell
