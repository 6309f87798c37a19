"""Files as people send them: CSV, workbooks, damaged archives."""

import csv
import io
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook


def as_csv(rows: Sequence[Sequence], encoding: str = "utf-8", delimiter: str = ",", ends: str = "\r\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ends).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence], prepare=None) -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    if prepare:
        prepare(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(content: bytes, changes: dict[str, bytes]) -> bytes:
    """The archive with parts put in or changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return out.getvalue()
