"""One row of a sheet that was pasted, with or without the row of column names above it."""

from typing import Any

from matchmaker.engines.reading import suggest_columns
from matchmaker.imports.columns import Reader, heads
from matchmaker.imports.kinds.products import COLUMNS


def sheet_row_fields(text: str) -> dict[str, Any] | None:
    """Fields of the product form; None when the text is no table with a head.

    Cells that cannot be read are left out: their owner sees empty fields and fills them in.
    """
    rows = [line.split("\t") for line in text.strip("\n\r").splitlines() if line.strip()]
    if len(rows) < 2 or min(len(row) for row in rows[:2]) < 2:
        return None
    places = suggest_columns(rows[0], heads("products"))
    if "name" not in places:
        return None
    found: dict[str, Any] = {}
    for column in COLUMNS:
        place = places.get(column.name, -1)
        if column.name == "company" or not 0 <= place < len(rows[1]):
            continue
        value, problem, _note = Reader(column)[rows[1][place]]
        if not problem and value not in ("", None, []):
            found[column.name] = value
    return found
