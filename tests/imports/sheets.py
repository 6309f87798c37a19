"""Files as people send them, for tests."""

import csv
import io
import zipfile
from collections.abc import Sequence

from openpyxl import Workbook

from matchmaker.imports import services
from matchmaker.imports.models import Import

HEAD = ["Product name", "HS code", "Country of origin", "Category", "Price from", "Currency", "MOQ", "MOQ unit"]


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


def goods(count: int, start: int = 1, **other) -> list[list]:
    """Rows of HEAD that are all sound."""
    return [
        [f"Rice {n}", "1006.30", "Thailand", "AGRI-01", "0.95", "USD", "20", "t"] for n in range(start, start + count)
    ]


def opened(*, by, content: bytes, kind: str = "products", name: str = "goods.csv", encoding: str = "", **owner):
    """A file as the worker opened it: its columns wait to be confirmed."""
    batch = services.start_import(by=by, kind=kind, file_name=name, content=content, **owner)
    Import.objects.filter(pk=batch.pk).update(seen={"encoding": encoding})
    services.work_waiting()
    batch.refresh_from_db()
    return batch


def previewed(
    *,
    by,
    content: bytes,
    kind: str = "products",
    name: str = "goods.csv",
    defaults=None,
    publish=False,
    encoding: str = "",
    **owner,
):
    """A file as far as its preview, with the columns that were suggested."""
    batch = opened(by=by, kind=kind, content=content, name=name, encoding=encoding, **owner)
    services.map_columns(by=by, batch=batch, mapping=batch.mapping, defaults=defaults or {}, publish=publish)
    services.work_waiting()
    batch.refresh_from_db()
    return batch


def applied(*, by, batch: Import) -> Import:
    services.apply_import(by=by, batch=batch)
    services.work_waiting()
    batch.refresh_from_db()
    return batch


def outcome(batch: Import) -> dict[str, int]:
    return {name: getattr(batch, name) for name in ("total", "created", "updated", "unchanged", "rejected")}
