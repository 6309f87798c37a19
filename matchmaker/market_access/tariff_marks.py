"""The marks of agreements in the printed tariff: 韩KR is the agreement with Korea, 韩RKRR is Korea's schedule of RCEP.

The records are ``data/market_access/tariff_marks.csv``. A mark counts by its Latin letters; the Chinese ones before
them must belong to the same partner, so that a mark that was badly cut is refused. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matchmaker.market_access.rules import rows

AGREEMENT = "agreement"  # the column of agreement rates
SPECIAL = "special"  # the column of special preferential rates, where the same letters mean another measure
_MARK = re.compile(r"(?P<name>[\u4e00-\u9fff]*)(?P<letters>[A-Z]*)")


@dataclass(frozen=True, slots=True)
class Mark:
    """``regime`` is the code under which its rates are loaded; empty for a measure of which no record is held."""

    column: str
    code: str
    name: str
    regime: str


Marks = Mapping[tuple[str, str], Mark]


def read_marks(path: Path) -> Marks:
    """Column and letters → mark. ValueError names the row that cannot be read."""
    marks: dict[tuple[str, str], Mark] = {}
    for line, row in enumerate(rows(path), start=2):
        mark = Mark(*(row.get(name) or "" for name in ("column", "code", "name", "regime")))
        if mark.column not in (AGREEMENT, SPECIAL) or not mark.code or not mark.name:
            raise ValueError(f"{path.name} row {line}: give column (agreement or special), code and name")
        if (mark.column, mark.code) in marks:
            raise ValueError(f"{path.name} row {line}: {mark.code} stands there twice")
        marks[mark.column, mark.code] = mark
    return marks


def find(marks: Marks, column: str, printed: str) -> Mark | None:
    """The mark that is printed as 韩KR, 韩RKRR or KR; None where it is not known or contradicts itself."""
    parts = _MARK.fullmatch(printed)
    if parts is None:
        return None
    name, letters = parts["name"], parts["letters"]
    if (mark := marks.get((column, letters))) is not None:
        return mark if _belongs(name, mark.name) else None
    # 韩RKRR: the R of the Chinese short form stands before the letters.
    mark = marks.get((column, letters[1:])) if name and letters.startswith("R") and letters.endswith("R") else None
    return mark if mark is not None and _belongs(name, mark.name) else None


def _belongs(printed: str, name: str) -> bool:
    """Short forms leave characters out: 智 for 智利, 巴 for 巴基斯坦."""
    return all(letter in name for letter in printed)
