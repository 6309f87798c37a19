"""Duties on top of the tariff for goods of some origins: anti-dumping, countervailing, safeguard, retaliatory.

A record says for which codes and origins a duty holds between two days. Two things differ: a duty *on record*,
and whether *the whole list* of such duties was loaded. Without it, goods that no record covers are not known to be free
of one. Plain Python: values in, values out. Rates are percent of the customs value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matchmaker.market_access.rules import Confidence, is_valid_on
from matchmaker.market_access.spans import Span


class Kind(StrEnum):
    """Why the duty is levied."""

    ANTI_DUMPING = "anti_dumping"
    COUNTERVAILING = "countervailing"
    SAFEGUARD = "safeguard"
    RETALIATORY = "retaliatory"


@dataclass(frozen=True, slots=True)
class AdditionalDuty:
    """One measure between two days. Empty `hs_prefixes` and `origins` mean every code and every origin.

    The rate is from `percent_low` to `percent_high`, which differ where it depends on the producer; or `rate_text`.
    With `above_quota`, it is levied only above a quota of the origin. `issued` is the day of the act.
    """

    code: str
    kind: Kind
    title: str
    hs_prefixes: tuple[str, ...]
    origins: tuple[str, ...]
    percent_low: Decimal | None
    percent_high: Decimal | None
    rate_text: str
    above_quota: bool
    valid_from: date
    valid_until: date | None
    authority: str
    number: str
    issued: date | None
    source_url: str
    confidence: Confidence
    note: str

    def covers(self, code: str, origin: str) -> bool:
        """Whether goods of the code, or some of the national lines below it, are named for the origin."""
        if self.origins and origin not in self.origins:
            return False
        return not self.hs_prefixes or any(code.startswith(one) or one.startswith(code) for one in self.hs_prefixes)

    def percent(self, code: str) -> Span | None:
        """From the lowest to the highest for the code: from zero where a quota or a part of its lines is free."""
        outside = self.percent_outside(code)
        return Span(Decimal(0), outside.high) if outside and self.above_quota else outside

    def percent_outside(self, code: str) -> Span | None:
        """The same for goods outside of the quota."""
        if self.percent_low is None or self.percent_high is None:
            return None
        is_partial = bool(self.hs_prefixes) and not any(code.startswith(one) for one in self.hs_prefixes)
        return Span(Decimal(0) if is_partial else self.percent_low, self.percent_high)


@dataclass(frozen=True, slots=True)
class AdditionalList:
    """A whole list of additional duties that was loaded: where it was published and the day for which it speaks."""

    as_of: date
    source: str


@dataclass(frozen=True, slots=True)
class AdditionalLine:
    """A duty on record that holds on the day; `percent` is None where it is no percentage.

    `percent_outside` is what is levied on goods outside of the quota, where it is levied only on them.
    """

    duty: AdditionalDuty
    percent: Span | None
    percent_outside: Span | None = None


@dataclass(frozen=True, slots=True)
class Additional:
    """The additional duties of goods on a day; `ended` are those whose last day on record lies before it."""

    lines: tuple[AdditionalLine, ...] = ()
    ended: tuple[AdditionalDuty, ...] = ()
    checked: AdditionalList | None = None

    @property
    def percent(self) -> Span | None:
        """The sum of the duties on record; zero where a whole list names none; None where it is not known."""
        if not self.lines:
            return Span(Decimal(0), Decimal(0)) if self.checked else None
        spans = [line.percent for line in self.lines]
        known = [span for span in spans if span is not None]
        if len(known) < len(spans):
            return None
        return Span(sum((one.low for one in known), Decimal(0)), sum((one.high for one in known), Decimal(0)))

    @property
    def has_quota(self) -> bool:
        """Whether one of them is levied only above a quota, at a rate that is known."""
        return any(line.duty.above_quota and line.percent is not None for line in self.lines)

    @property
    def inside_quota(self) -> Additional:
        """The same for goods inside of the quota: what is levied above it is zero."""
        free = Span(Decimal(0), Decimal(0))
        return replace(self, lines=tuple(replace(x, percent=free) if x.duty.above_quota else x for x in self.lines))

    @property
    def outside_quota(self) -> Additional:
        return replace(self, lines=tuple(replace(line, percent=line.percent_outside) for line in self.lines))


NOTHING_KNOWN = Additional()


def additional_duties(
    code: str, origin: str, day: date, records: Iterable[AdditionalDuty], checked: AdditionalList | None
) -> Additional:
    """The additional duties on goods of `origin` (ISO 3166-1 alpha-2) under `code` (4 to 10 digits) on the day.

    Without a code or an origin nothing is known.
    """
    if not code or not origin:
        return NOTHING_KNOWN
    covering = [one for one in records if one.covers(code, origin)]
    lines = [one for one in covering if is_valid_on(day, one.valid_from, one.valid_until)]
    ended = [one for one in covering if one.valid_until and one.valid_until < day]
    return Additional(
        tuple(AdditionalLine(one, one.percent(code), one.percent_outside(code)) for one in lines), tuple(ended), checked
    )
