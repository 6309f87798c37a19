"""Lines pasted from a sheet: one row a line, cells parted by tabs, with or without a head."""

from collections.abc import Mapping

from matchmaker.catalogue import wording
from matchmaker.core import reference
from matchmaker.imports.columns import heads
from matchmaker.language.text import clean

# Without a head the cells stand in this order.
ORDER: tuple[str, ...] = ("text", "quantity", "unit", "target_price", "currency", "price_unit")
ORDER += ("hs_code", "origins_wanted", "certificates_required", "capacity_wanted", "capacity_period")


def read_lines(pasted: str, most: int = 100) -> tuple[list[dict[str, str]], int]:
    """Lines as they would be typed, and how many rows were left out because there is no room.

    Nothing is guessed: a cell that cannot be read is kept as it is, and the form says what is wrong with it.
    """
    rows = [row.split("\t") for row in pasted.replace("\r\n", "\n").replace("\r", "\n").split("\n") if row.strip()]
    if not rows:
        return [], 0
    columns = _columns(rows[0])
    body = rows[1:] if columns else rows
    columns = columns or dict(enumerate(ORDER))
    found = [line for row in body if (line := _line(row, columns))]
    return found[:most], max(0, len(found) - most)


def _columns(head: list[str]) -> dict[int, str] | None:
    """Column → field when the first row is a head: when it names the goods and nothing in it is a figure."""
    named: dict[int, str] = {}
    called = heads("demands")
    for at, cell in enumerate(head):
        word = clean(cell).casefold()
        for field in ORDER:
            if word in called[field] and field not in named.values():
                named[at] = field
    return named if "text" in named.values() and (len(head) == 1 or len(named) > 1) else None


def _line(row: list[str], columns: Mapping[int, str]) -> dict[str, str]:
    read = {
        "unit": wording.unit,
        "price_unit": wording.unit,
        "currency": wording.currency,
        "capacity_period": lambda text: reference.spellings("period").get(wording.fold(text), text),
    }
    line = {field: row[at].strip() for at, field in columns.items() if at < len(row) and row[at].strip()}
    return {field: read[field](text) if field in read else text for field, text in line.items()}
