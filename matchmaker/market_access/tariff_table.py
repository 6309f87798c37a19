"""Turn the published table of the tariff into the rows that ``tariff_file`` reads.

The table has one row for each national line and one column for each rate: MFN, provisional, VAT, consumption tax, and
the agreements under their codes. Its days and its source stand beside the file, since the table itself has none. Every
cell is judged later as any row of a tariff file; here it is only taken apart. Plain Python: text in, rows out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

# Names of columns, in English and as the published tables have them.
HS_CODE = {"hs_code", "hs8", "税则号列", "税号", "商品编号", "商品编码"}
COLUMNS = {
    "MFN": {"mfn", "mfn_rate", "最惠国税率", "最惠国税率(%)", "最惠国进口税率"},
    "PROVISIONAL": {
        "provisional",
        "temporary",
        "temporary_rate",
        "暂定税率",
        "进口暂定税率",
        "进口暂定税率(%)",
        "暂定进口税率",
    },
    "VAT": {"vat", "vat_rate", "增值税率", "进口环节增值税率", "增值税"},
    "CONSUMPTION": {"consumption", "consumption_tax", "消费税率", "进口环节消费税率", "消费税"},
}
NOTHING = {"", "-", "--", "—", "–", "／", "/"}  # how tables write "no such rate"
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Edition:
    """What holds for every row of a table: its days and where it was published."""

    valid_from: date
    source: str
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One rate of the table as a row of a tariff file; ``column`` is its name in the table, for faults."""

    column: str
    row: Mapping[str, str]


def regimes_of(header: Sequence[str], agreements: Collection[str]) -> dict[str, str]:
    """Column → MFN, PROVISIONAL, a tax or the code of an agreement; the other columns are not read."""
    by_name = {name: regime for regime, names in COLUMNS.items() for name in names}
    codes = {code.lower(): code for code in agreements}
    named = {column: by_name.get(column) or codes.get(column) for column in header}
    return {column: regime for column, regime in named.items() if regime}


def code_column(header: Sequence[str]) -> str:
    """The column of the national line, or an empty string."""
    return next((column for column in header if column in HS_CODE), "")


def is_table(header: Sequence[str]) -> bool:
    """A table has a rate for every origin in a column of its own; a tariff file names the regime in each row."""
    names = set().union(*COLUMNS.values())
    return "regime" not in header and bool(code_column(header)) and bool(names & set(header))


def cells(row: Mapping[str, str], code: str, regimes: Mapping[str, str], edition: Edition) -> Iterator[Cell]:
    """The rates of one row."""
    for column, regime in regimes.items():
        written = row.get(column, "")
        if written in NOTHING:
            continue
        is_wording = bool(_LETTERS.search(written))
        yield Cell(
            column,
            {
                "hs_code": row.get(code, ""),
                "regime": regime,
                "rate_percent": "" if is_wording else written,
                "rate_text": written if is_wording else "",
                "valid_from": edition.valid_from.isoformat(),
                "valid_until": edition.valid_until.isoformat() if edition.valid_until else "",
                "source": edition.source,
            },
        )
