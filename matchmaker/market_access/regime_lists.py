"""Read the list of goods of a regime, such as the positive list of cross-border retail: one code a row.

The format is documented in ``docs/market_access.md``. Every faulty row is named; nothing is guessed. Plain Python.
"""

import csv
import io
import re
from dataclasses import dataclass

from matchmaker.market_access.tariff_file import MOST_BYTES, MOST_ROWS, Fault, decode, plain

CODES = {"hs_code", "hs8", "税则号列", "税号", "商品编号", "商品编码"}
LENGTHS = (2, 4, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class RegimeList:
    """The codes in their order, each once, and all faults in the order of the rows."""

    codes: tuple[str, ...]
    faults: tuple[Fault, ...]


def read_regime_list(content: bytes) -> RegimeList:
    """The codes of a CSV file with a header; other columns are not read. A row without a code is left out."""
    if len(content) > MOST_BYTES:
        return RegimeList((), (Fault(0, "", "file_too_large", {"limit_mb": MOST_BYTES // 2**20}),))
    try:
        text, _encoding = decode(content)
    except UnicodeDecodeError:
        return RegimeList((), (Fault(0, "", "encoding_unknown"),))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [[plain(cell) for cell in row] for row in reader]
    except csv.Error as error:
        return RegimeList((), (Fault(reader.line_num, "", "not_csv", {"detail": str(error)}),))
    header = [cell.lower() for cell in rows[0]] if rows else []
    column = next((place for place, name in enumerate(header) if name in CODES), None)
    if column is None:
        return RegimeList((), (Fault(0, "hs_code", "column_missing", {"columns": ["hs_code"]}),))
    if len(rows) > MOST_ROWS:
        return RegimeList((), (Fault(MOST_ROWS + 1, "", "too_many_rows", {"limit": MOST_ROWS}),))
    return _codes([(number, row[column]) for number, row in enumerate(rows[1:], start=2) if len(row) > column])


def _codes(cells: list[tuple[int, str]]) -> RegimeList:
    codes: dict[str, None] = {}
    faults = []
    for number, written in cells:
        code = re.sub(r"[.\s]", "", written)
        if code.isascii() and code.isdecimal() and len(code) in LENGTHS:
            codes[code] = None
        elif code:
            faults.append(Fault(number, "hs_code", "hs_of_list", {"value": written}))
    return RegimeList(tuple(codes), tuple(faults))
