"""Read a list of additional duties: one duty a row.

The format is documented in ``docs/market_access.md``. Every faulty row is named; nothing is guessed. Plain Python.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from matchmaker.market_access.additional import AdditionalDuty, Kind
from matchmaker.market_access.rules import Confidence
from matchmaker.market_access.tariff_file import (
    MOST_BYTES,
    MOST_ROWS,
    BadCell,
    Fault,
    decode,
    plain,
    read_day,
    read_percent,
)

ALL = "*"  # every code, or every origin
MOST_PERCENT = Decimal(999)
REQUIRED = ("code", "kind", "title", "hs_prefixes", "origins", "valid_from", "authority")
LENGTHS = {"code": 40, "title": 300, "rate_text": 200, "authority": 160, "number": 80, "source_url": 400, "note": 1000}
_YES = {"yes": True, "no": False, "": False, "是": True, "否": False}


@dataclass(frozen=True, slots=True)
class AdditionalFile:
    """The duties with the row each came from, and all faults in the order of the rows."""

    duties: tuple[tuple[int, AdditionalDuty], ...]
    faults: tuple[Fault, ...]


def read_additional_duties(content: bytes, countries: Iterable[str]) -> AdditionalFile:
    """Parse a CSV file with a header; `countries` are the codes that may stand as origins.

    Every faulty row is named. A file that cannot be read as a table gives no duties and one fault of row 0.
    """
    if len(content) > MOST_BYTES:
        return AdditionalFile((), (Fault(0, "", "file_too_large", {"limit_mb": MOST_BYTES // 2**20}),))
    try:
        text, _encoding = decode(content)
    except UnicodeDecodeError:
        return AdditionalFile((), (Fault(0, "", "encoding_unknown"),))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        table = [[plain(cell) for cell in row] for row in reader]
    except csv.Error as error:
        return AdditionalFile((), (Fault(reader.line_num, "", "not_csv", {"detail": str(error)}),))
    header = [cell.lower() for cell in table[0]] if table else []
    if missing := [column for column in REQUIRED if column not in header]:
        return AdditionalFile((), (Fault(0, missing[0], "column_missing", {"columns": missing}),))
    if len(table) > MOST_ROWS:
        return AdditionalFile((), (Fault(MOST_ROWS + 1, "", "too_many_rows", {"limit": MOST_ROWS}),))
    filled = [(number, row) for number, row in enumerate(table[1:], start=2) if any(row)]
    return _read_rows([(number, dict(zip(header, row, strict=False))) for number, row in filled], set(countries))


def _read_rows(rows: Sequence[tuple[int, Mapping[str, str]]], countries: set[str]) -> AdditionalFile:
    duties: list[tuple[int, AdditionalDuty]] = []
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for number, row in rows:
        try:
            duty = _duty(row, countries)
            if first.setdefault(duty.code, number) != number:
                raise BadCell("code", "code_twice", value=duty.code, row=first[duty.code])
            duties.append((number, duty))
        except BadCell as bad:
            faults.append(Fault(number, bad.column, bad.code, bad.facts))
    return AdditionalFile(tuple(duties), tuple(faults))


def _duty(row: Mapping[str, str], countries: set[str]) -> AdditionalDuty:
    for column, longest in LENGTHS.items():
        if len(row.get(column, "")) > longest:
            raise BadCell(column, "text_too_long")
    for column in ("code", "title", "authority"):
        if not row[column]:
            raise BadCell(column, "cell_missing")
    low, high = _rate(row)
    begins, ends = read_day(row, "valid_from"), read_day(row, "valid_until")
    if begins is None:
        raise BadCell("valid_from", "date_missing")
    if ends and ends < begins:
        raise BadCell("valid_until", "ends_before_it_begins", value=ends.isoformat())
    return AdditionalDuty(
        code=row["code"].upper(),
        kind=Kind(_word(row, "kind", set(Kind))),
        title=row["title"],
        hs_prefixes=_prefixes(row),
        origins=_origins(row, countries),
        percent_low=low,
        percent_high=high,
        rate_text=row.get("rate_text", ""),
        above_quota=_YES[_word(row, "above_quota", set(_YES))],
        valid_from=begins,
        valid_until=ends,
        authority=row["authority"],
        number=row.get("number", ""),
        issued=read_day(row, "issued"),
        source_url=row.get("source_url", ""),
        confidence=Confidence(_word(row, "confidence", set(Confidence)) if row.get("confidence") else "secondary"),
        note=row.get("note", ""),
    )


def _word(row: Mapping[str, str], column: str, words: set[str]) -> str:
    written = row.get(column, "").lower()
    if written not in words:
        raise BadCell(column, "word_unknown", value=row.get(column, ""), words=sorted(word for word in words if word))
    return written


def _rate(row: Mapping[str, str]) -> tuple[Decimal | None, Decimal | None]:
    low, high = (read_percent(row, column, MOST_PERCENT) for column in ("percent_low", "percent_high"))
    low, high = (low if low is not None else high), (high if high is not None else low)
    if low is None and not row.get("rate_text"):
        raise BadCell("percent_low", "rate_missing")
    if low is not None and row.get("rate_text"):
        raise BadCell("rate_text", "rate_twice", value=row["rate_text"])
    if low is not None and high is not None and high < low:
        low, high = high, low
    return low, high


def _prefixes(row: Mapping[str, str]) -> tuple[str, ...]:
    written = row["hs_prefixes"].split()
    if written == [ALL]:
        return ()
    codes = [one.replace(".", "") for one in written]
    for code, cell in zip(codes, written, strict=True):
        if not re.fullmatch(r"[0-9]{2}([0-9]{2}){0,4}", code):
            raise BadCell("hs_prefixes", "hs_of_list", value=cell)
    if not codes:
        raise BadCell("hs_prefixes", "cell_missing")
    return tuple(dict.fromkeys(codes))


def _origins(row: Mapping[str, str], countries: set[str]) -> tuple[str, ...]:
    written = row["origins"].upper().split()
    if written == [ALL]:
        return ()
    for one in written:
        if one not in countries:
            raise BadCell("origins", "origin_unknown", value=one)
    if not written:
        raise BadCell("origins", "cell_missing")
    return tuple(dict.fromkeys(written))
