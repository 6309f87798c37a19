"""Files as people send them, for tests."""

from matchmaker.imports import services
from matchmaker.imports.models import Import
from tests.engines.reading.files import as_csv, as_xlsx, with_part

__all__ = ["HEAD", "applied", "as_csv", "as_xlsx", "goods", "opened", "outcome", "previewed", "with_part"]

HEAD = ["Product name", "HS code", "Country of origin", "Category", "Price from", "Currency", "MOQ", "MOQ unit"]


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
