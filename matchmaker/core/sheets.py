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
from itertools import chain
from typing import Any

Cell = Any  # text, number, date, bool or None

# What begins a formula, a command of DDE or a hyperlink of old spreadsheets, also written full-width or behind blanks.
_STARTS = "=+-@|%"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # not allowed in XML 1.0
XLSX_CELL = 32_767  # characters a cell of a workbook holds


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
    """A workbook of one sheet with a frozen head; every text is a text cell, so nothing in it is calculated."""
    from openpyxl import Workbook  # five megabytes: only a process that writes a sheet pays for it

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31] or "Sheet1")
    sheet.freeze_panes = "A2"
    for row in chain([head], rows):
        sheet.append([_xlsx_cell(sheet, safe(cell)) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet, value: Cell):
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=_ILLEGAL.sub("", value)[:XLSX_CELL])
    cell.data_type = "s"
    return cell
