"""Every list can be taken along as a file. One writer, one snapshot: what changes meanwhile is not half in it (F44)."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from matchmaker.core import sheets
from matchmaker.core.downloads import download

FORMS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Table = tuple[Sequence[str], Iterable[Sequence[Any]]]


def export(request: HttpRequest, name: str, form: str, table: Callable[[], Table], *, title: str = "") -> HttpResponse:
    """The table as CSV or XLSX.

    Args:
        name: of the file, in ASCII; the day and the ending are added.
        form: csv or xlsx, from the address.
        title: of the sheet in a workbook, in the reader's language; the name by default.
        table: gives head and rows; called inside the snapshot, so all its queries see the same moment.
    """
    if form not in FORMS:
        raise Http404
    with transaction.atomic():
        if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        head, found = table()
        rows = [list(row) for row in found]
    if form == "xlsx":
        content = sheets.xlsx_bytes(head, rows, title or name)
    else:
        content = "".join(sheets.csv_lines(head, rows)).encode()
    file_name = f"{re.sub(r'[^a-z0-9-]+', '-', name.casefold())}-{timezone.localdate().isoformat()}.{form}"
    return download(content, name=file_name, content_type=FORMS[form])
