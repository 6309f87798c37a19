"""The rule behind each check, with the first day it holds and where it was read (`precheck_sources.csv`).

Titles are official names and stand in the languages that they were read in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from matchmaker.core import reference
from matchmaker.market_access.rules import Confidence


@dataclass(frozen=True, slots=True)
class Source:
    """`since` is the first day in force; None where it was not read. `replaced_by` is the code of its successor."""

    title: Mapping[str, str]  # language → official name
    url: str
    since: date | None
    confidence: Confidence
    replaced_by: str = ""


@cache
def sources() -> dict[str, Source]:
    """Code → source, in the order of the file."""
    return {row["code"]: _source(row) for row in reference.read_csv("market_access/precheck_sources.csv")}


def _source(row: reference.Row) -> Source:
    titles = {name.removeprefix("title_"): text for name, text in row.items() if name.startswith("title_")}
    since = date.fromisoformat(row["valid_from"]) if row["valid_from"] else None
    return Source(titles, row["source_url"], since, Confidence(row["confidence"]), row["replaced_by"])


def source_on(code: str, day: date) -> Source:
    """The source of a check on a day: a standard that has been replaced is followed by its successor."""
    source = sources()[code]
    later = sources().get(source.replaced_by)
    return later if later and later.since and later.since <= day else source
