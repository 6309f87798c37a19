"""Read a tariff file: 8- and 10-digit lines with MFN, provisional and agreement rates between two days.

The format is documented in ``docs/market_access.md``. Every row is judged on its own and every fault is named with
row, column and what was written, so that a file of thousands of lines is corrected in one pass. Nothing is guessed: a
comma as decimal mark, a rate of 1300 for 13 percent or a missing source is refused, not repaired. Only what has one
meaning is accepted in another spelling: dots in codes, full-width digits, a percent sign, the encodings of Chinese
spreadsheets.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from matchmaker.market_access.duty import OPEN_REGIMES, TAXES, Rate
from matchmaker.market_access.tariff_table import Cell, Edition, cells, code_column, is_table, regimes_of

COLUMNS = ("hs_code", "regime", "rate_percent", "rate_text", "valid_from", "valid_until", "source")
REQUIRED = ("hs_code", "regime", "valid_from", "source")
MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 300_000
MOST_PERCENT = Decimal(100)  # above every ad valorem rate of the tariff; catches 1300 written for 13.00
_NUMBER = re.compile(r"\d{1,3}(\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell. ``row`` counts as a spreadsheet does: the header is row 1; 0 means the file."""

    row: int
    column: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TariffFile:
    """Rates with the row each came from, and all faults in the order of the rows."""

    rates: tuple[tuple[int, Rate], ...]
    faults: tuple[Fault, ...]
    encoding: str


class BadCell(Exception):
    """One cell that cannot be read: its column, the code of the fault and what the sentence about it needs."""

    def __init__(self, column: str, code: str, **facts: object):
        super().__init__(code)
        self.column, self.code, self.facts = column, code, facts


def read_tariff(content: bytes, agreements: Collection[str], edition: Edition | None = None) -> TariffFile:
    """Parse a whole file; with ``edition``, it may be the published table with a column for each rate.

    ``agreements`` are the codes allowed as regime besides MFN, PROVISIONAL and the taxes.
    A file that cannot be read as a table at all gives no rates and one fault of row 0.
    """
    if len(content) > MOST_BYTES:
        return TariffFile((), (Fault(0, "", "file_too_large", {"limit_mb": MOST_BYTES // 2**20}),), "")
    try:
        text, encoding = decode(content)
    except UnicodeDecodeError:
        return TariffFile((), (Fault(0, "", "encoding_unknown"),), "")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [plain(cell).lower() for cell in next(reader, [])]
        missing = _missing(header, edition)
        if missing:
            return TariffFile((), (Fault(0, missing[0], "column_missing", {"columns": missing}),), encoding)
        take_apart = _as_table(header, agreements, edition) if edition and is_table(header) else _as_row
        rates, faults = _read_rows(reader, header, set(agreements) | OPEN_REGIMES | TAXES, take_apart)
    except csv.Error as error:
        return TariffFile((), (Fault(reader.line_num, "", "not_csv", {"detail": str(error)}),), encoding)
    faults.extend(_overlaps(rates))
    faults.sort(key=lambda fault: fault.row)
    bad = {fault.row for fault in faults}
    return TariffFile(tuple(one for one in rates if one[0] not in bad), tuple(faults), encoding)


TakeApart = Callable[[Mapping[str, str]], Iterable[Cell]]


def _missing(header: list[str], edition: Edition | None) -> list[str]:
    if edition and is_table(header):
        return []
    return [column for column in REQUIRED if column not in header]


def _as_row(row: Mapping[str, str]) -> Iterable[Cell]:
    return [Cell("", row)]


def _as_table(header: list[str], agreements: Collection[str], edition: Edition) -> TakeApart:
    code, columns = code_column(header), regimes_of(header, agreements)
    return lambda row: cells(row, code, columns, edition)


def _read_rows(
    reader: Iterator[list[str]], header: list[str], regimes: Collection[str], take_apart: TakeApart
) -> tuple[list[tuple[int, Rate]], list[Fault]]:
    rates: list[tuple[int, Rate]] = []
    faults: list[Fault] = []
    for number, written in enumerate(reader, start=2):
        if number > MOST_ROWS + 1:
            faults.append(Fault(number, "", "too_many_rows", {"limit": MOST_ROWS}))
            break
        if not any(cell.strip() for cell in written):
            continue
        if len(written) > len(header):
            faults.append(Fault(number, "", "too_many_cells", {"cells": len(written), "columns": len(header)}))
            continue
        row = dict(zip(header, (plain(cell) for cell in written), strict=False))
        for cell in take_apart(row):
            try:
                rates.append((number, _rate(cell.row, regimes)))
            except BadCell as bad:
                # The code is faulty once for the row, however many rates stand in it.
                column = cell.column if bad.column.startswith("rate_") and cell.column else bad.column
                fault = Fault(number, column, bad.code, bad.facts)
                if fault not in faults[-1:]:
                    faults.append(fault)
    return rates, faults


def _rate(row: Mapping[str, str], regimes: Collection[str]) -> Rate:
    written = row.get("hs_code", "")
    code = re.sub(r"[.\s]", "", written)
    if not (code.isdecimal() and len(code) in (8, 10)):
        raise BadCell("hs_code", "hs_not_8_or_10_digits", value=written)
    regime = row.get("regime", "").upper()
    if regime not in regimes:
        raise BadCell("regime", "regime_unknown", value=row.get("regime", ""))
    percent, text = read_percent(row, "rate_percent", MOST_PERCENT), row.get("rate_text", "")
    if percent is None and not text:
        raise BadCell("rate_percent", "rate_missing")
    if percent is not None and text:
        raise BadCell("rate_text", "rate_twice", value=text)
    begins = read_day(row, "valid_from")
    if begins is None:
        raise BadCell("valid_from", "date_missing")
    ends = read_day(row, "valid_until")
    if ends and ends < begins:
        raise BadCell("valid_until", "ends_before_it_begins", value=ends.isoformat())
    source = row.get("source", "")
    if not source:
        raise BadCell("source", "source_missing")
    if len(source) > 300 or len(text) > 200:
        raise BadCell("source" if len(source) > 300 else "rate_text", "text_too_long")
    return Rate(code, regime, percent, begins, ends, text, source)


def read_percent(row: Mapping[str, str], column: str, most: Decimal) -> Decimal | None:
    """A percentage with a point as decimal mark, at most `most`; None for an empty cell. BadCell for anything else."""
    written = row.get(column, "")
    number = written.removesuffix("%").strip()
    if not number:
        return None
    if not _NUMBER.fullmatch(number):
        raise BadCell(column, "rate_not_a_number", value=written)
    percent = Decimal(number)
    if percent > most:
        raise BadCell(column, "rate_too_high", value=written, limit=int(most))
    return percent


def read_day(row: Mapping[str, str], column: str) -> date | None:
    """A day written as 2026-05-31; None for an empty cell. BadCell for anything else."""
    written = row.get(column, "")
    if not written:
        return None
    try:
        # Only YYYY-MM-DD: fromisoformat would also take week dates and bare digits.
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        raise BadCell(column, "date_not_iso", value=written) from None


def _overlaps(rates: list[tuple[int, Rate]]) -> list[Fault]:
    """Two rows of one line and regime must not hold on the same day.

    The lower of the two in the file is the faulty one.
    """
    by_key: dict[tuple[str, str], list[tuple[int, Rate]]] = {}
    for number, rate in rates:
        by_key.setdefault((rate.hs_code, rate.regime), []).append((number, rate))
    faults = []
    for same in by_key.values():
        same.sort(key=lambda pair: pair[1].valid_from)
        longest_number, longest = same[0]  # the row that reaches farthest so far
        for number, rate in same[1:]:
            if longest.valid_until is None or rate.valid_from <= longest.valid_until:
                earlier, later = sorted((number, longest_number))
                faults.append(Fault(later, "valid_from", "overlaps_row", {"row": earlier}))
            if longest.valid_until and (rate.valid_until is None or rate.valid_until > longest.valid_until):
                longest_number, longest = number, rate
    return faults


def plain(cell: str) -> str:
    """Full-width forms to ASCII, no surrounding space."""
    return unicodedata.normalize("NFKC", cell).strip()


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: UTF-8, UTF-16 with its mark, or GB18030.

    Raises:
        UnicodeDecodeError: when it is in none of them.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("gb18030"), "GB18030"
