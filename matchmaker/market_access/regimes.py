"""The ways by which goods enter China: general trade, Hainan, cross-border retail, bonded areas.

A regime is a dated record, as an agreement is. Whether it covers a product depends on a list of goods, and such a list
is rarely at hand: then the answer is *unknown*, never a guess. Plain Python: values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from matchmaker.market_access.rules import Confidence, Reason, Texts, is_valid_on, longest_prefix, read_columns, rows


class Kind(StrEnum):
    """The kinds of regimes; a comparison of quotes names one of them."""

    GENERAL = "general"
    HAINAN = "hainan"
    HAINAN_PROCESSED = "hainan_processed"
    RETAIL = "cbec"
    BONDED = "bonded"


class DutyOf(StrEnum):
    """What becomes of the duty under a regime."""

    TARIFF = "tariff"  # as the tariff and the agreements say
    ZERO = "zero"
    SUSPENDED = "suspended"  # nothing is paid until the goods leave the regime


class Goods(StrEnum):
    """Which goods a regime covers."""

    ALL = "all"
    LISTED = "listed"
    ALL_BUT_LISTED = "all_but_listed"
    PROCESSED = "processed"  # goods that were made there; no list decides


class Coverage(StrEnum):
    APPLIES = "applies"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Regime:
    """One regime between two days. ``tax_percent`` is the share of VAT and consumption tax that is levied."""

    code: str
    kind: Kind
    name: Texts
    summary: Texts
    needs: Texts
    duty: DutyOf
    tax_percent: Decimal
    goods: Goods
    hs_prefixes: tuple[str, ...]
    list_complete: bool
    order_limit: Decimal | None
    year_limit: Decimal | None
    valid_from: date | None
    valid_until: date | None
    legal_basis: Texts
    source_url: str
    confidence: Confidence
    note: str = ""

    def holds(self, day: date) -> bool:
        return is_valid_on(day, self.valid_from, self.valid_until)

    def covers(self, code: str, *, has_quota: bool = False) -> tuple[Coverage, Reason]:
        """Whether goods of a code come under the regime, and why."""
        if self.goods == Goods.ALL:
            return Coverage.APPLIES, Reason("all_goods")
        if self.goods == Goods.PROCESSED:
            return Coverage.UNKNOWN, Reason("depends_on_processing")
        if not code:
            return Coverage.UNKNOWN, Reason("hs_missing")
        if self.kind == Kind.HAINAN and has_quota:
            return Coverage.UNKNOWN, Reason("special_measures")
        return self._by_list(code)

    def _by_list(self, code: str) -> tuple[Coverage, Reason]:
        inside, outside = (
            (Coverage.APPLIES, Coverage.EXCLUDED)
            if self.goods == Goods.LISTED
            else (Coverage.EXCLUDED, Coverage.APPLIES)
        )
        if longest_prefix(code, self.hs_prefixes):
            return inside, Reason("on_the_list")
        if any(prefix.startswith(code) for prefix in self.hs_prefixes):
            return Coverage.UNKNOWN, Reason("some_lines_listed")
        if not self.list_complete:
            return Coverage.UNKNOWN, Reason("list_not_loaded")
        return outside, Reason("not_on_the_list")


def read_regimes(folder: Path) -> tuple[Regime, ...]:
    """Read ``regimes.csv``. ValueError names the row that cannot be read."""
    found = []
    for line, row in enumerate(rows(folder / "regimes.csv"), start=2):
        try:
            found.append(regime_from_row(row))
        except (KeyError, ValueError, ArithmeticError) as error:
            raise ValueError(f"regimes.csv row {line} ({row.get('code')}): {error}") from error
    return tuple(found)


def regime_from_row(row: Mapping[str, str]) -> Regime:
    own = ("kind", "duty", "goods", "tax_percent", "hs_prefixes", "order_limit", "year_limit")
    return Regime(
        **read_columns(Regime, row, but=own),
        order_limit=Decimal(row["order_limit"]) if row["order_limit"] else None,
        year_limit=Decimal(row["year_limit"]) if row["year_limit"] else None,
        kind=Kind(row["kind"]),
        duty=DutyOf(row["duty"]),
        goods=Goods(row["goods"]),
        tax_percent=Decimal(row["tax_percent"]),
        hs_prefixes=tuple(row["hs_prefixes"].split()),
    )


def in_force(regimes: Iterable[Regime], day: date) -> tuple[Regime, ...]:
    return tuple(regime for regime in regimes if regime.holds(day))
