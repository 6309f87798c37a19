"""Why a file cannot be read, as a code and its facts; `imports.sentences` says it in the reader's language."""

from typing import Any


class Unreadable(Exception):
    """`code` names the reason, `facts` what the sentence about it needs (rows count from 1, the head is row 1)."""

    def __init__(self, code: str, **facts: Any):
        super().__init__(code)
        self.code, self.facts = code, facts


MOST_SHEET_BYTES = 25 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 32_767  # characters, what a cell of a workbook holds
MAX_CELLS = 4_000_000  # of the whole file
MAX_TEXT = 100_000_000  # characters of all cells: a workbook may repeat one text in a million cells


def check_row(cells: list[str], number: int) -> list[str]:
    """The row as it is, or the limit it breaks.

    Raises:
        Unreadable: `too_many_rows`, `too_many_columns`, `cell_too_long`, with the row.
    """
    if number > MAX_ROWS + 1:
        raise Unreadable("too_many_rows", row=number, limit=MAX_ROWS)
    if len(cells) > MAX_COLUMNS:
        raise Unreadable("too_many_columns", row=number, count=len(cells), limit=MAX_COLUMNS)
    if any(len(cell) > MAX_CELL for cell in cells):
        raise Unreadable("cell_too_long", row=number, limit=MAX_CELL)
    return cells
