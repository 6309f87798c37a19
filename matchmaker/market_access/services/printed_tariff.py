"""Load the printed tariff: preview and apply are the same verb, so that what was shown is what is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import batched
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.core.pdf_words import pages
from matchmaker.market_access.duty import MFN, PROVISIONAL, Rate
from matchmaker.market_access.models import Agreement, TariffRate
from matchmaker.market_access.schedules import GENERAL, agreement_of
from matchmaker.market_access.services.answers import RECORDS
from matchmaker.market_access.services.tariffs import create_rates, is_same, load_rates, meets, require_organiser
from matchmaker.market_access.tariff_marks import Marks, read_marks
from matchmaker.market_access.tariff_pdf import (
    NotATariff,
    PrintedFault,
    PrintedLine,
    PrintedTariff,
    read_printed_tariff,
)

MARKS = RECORDS / "tariff_marks.csv"
_CHUNK = 200  # lines at a time, each with up to forty rates


@dataclass(frozen=True, slots=True)
class PrintedEdition:
    """First day of the tariff, its name as it stands with each rate, and the last day of provisional rates."""

    valid_from: date
    source: str
    provisional_until: date

    def rates(self, line: PrintedLine) -> Iterator[Rate]:
        """The rates of a line with their days; each names its page."""
        source = f"{self.source}, page {line.page}"
        for one in line.rates:
            ends = self.provisional_until if one.regime == PROVISIONAL else None
            yield Rate(line.hs_code, one.regime, one.percent, self.valid_from, ends, one.text, source)


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that the edition adds, changes or removes: regime → rate as text, before and after."""

    kind: str  # added | changed | removed
    hs_code: str
    page: int  # 0 where the line is no longer printed
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(slots=True)
class PrintedImport:
    """What a PDF would do, or did; counts are rates, ``changes`` are lines."""

    reading: PrintedTariff
    created: int = 0
    unchanged: int = 0
    ended: int = 0
    changes: list[LineChange] = field(default_factory=list)
    applied: bool = False

    @property
    def faults(self) -> list[PrintedFault]:
        return self.reading.faults


@transaction.atomic
def import_printed_tariff(
    *,
    by: User,
    path: Path,
    edition: PrintedEdition,
    apply: bool = False,
    accept_partial: bool = False,
    marks: Path = MARKS,
) -> PrintedImport:
    """Read the PDF of the tariff and, with `apply`, write its rates.

    A line with a fault is never written; the others only if there is no fault or `accept_partial` is set. A loaded rate
    without an end that began earlier ends on the day before the edition: where the edition gives another one, and where
    the line or the rate is no longer printed. Rates of refused lines stay as they are, and where a line may be missing
    in what was read, no line counts as removed. Taxes and agreements that the PDF does not name are left alone.

    Raises: Refused: `not_an_organiser`; NotAPdf, NotATariff, ValueError: a text for the person who loads it.
    """
    require_organiser(by)
    known = set(Agreement.objects.values_list("code", flat=True))
    reading = read_printed_tariff(pages(path), _of_this_site(read_marks(marks), known))
    if reading.year not in (None, edition.valid_from.year):
        raise NotATariff(
            f"The cover says {reading.year}, but the edition begins on {edition.valid_from}: correct the first day."
        )
    done = _Loading(by, edition, PrintedImport(reading), writes=apply and (accept_partial or not reading.faults))
    done.load()
    if done.writes and reading.faults and not accept_partial:  # a clash with loaded rates was met on the way
        done.result.applied = False
        transaction.set_rollback(True)
    return done.result


def _of_this_site(marks: Marks, agreements: set[str]) -> Marks:
    """A mark whose agreement has no record here is read and left out."""
    return {
        key: mark if agreement_of(mark.regime) in agreements else replace(mark, regime="")
        for key, mark in marks.items()
    }


class _Loading:
    """Takes the lines of a reading to the table of rates, some hundred at a time."""

    def __init__(self, by: User, edition: PrintedEdition, result: PrintedImport, *, writes: bool):
        self.by, self.edition, self.result, self.writes = by, edition, result, writes
        self.day_before = edition.valid_from - timedelta(days=1)
        self.lines = result.reading.lines
        self.taken_over: set[int] = set()
        self.clashing: set[str] = set()
        self.regimes = {MFN, PROVISIONAL, GENERAL} | {rate.regime for line in self.lines for rate in line.rates}

    def load(self) -> None:
        for chunk in batched(self.lines, _CHUNK):
            self._chunk(chunk)
        self._remove()
        result = self.result
        result.changes.sort(key=lambda change: change.hs_code)
        result.applied = self.writes and bool(result.created or result.ended)
        if result.applied:
            facts = {"created": result.created, "ended": result.ended, "sources": [self.edition.source]}
            record(by=self.by, verb="import_tariff", on=self.by, facts=facts)

    def _chunk(self, lines: Sequence[PrintedLine]) -> None:
        rates = {line.hs_code: list(self.edition.rates(line)) for line in lines}
        loaded = load_rates(rate for of_line in rates.values() for rate in of_line)
        by_line: dict[str, list[TariffRate]] = {}
        for (code, regime), others in loaded.items():
            if regime in self.regimes:
                by_line.setdefault(code, []).extend(others)
        new: list[Rate] = []
        ended_before = set(self.taken_over)
        for line in lines:
            wanted = self._line(line, rates[line.hs_code], loaded)
            if wanted is not None:
                new += wanted
                self._compare(line, by_line.get(line.hs_code, []), rates[line.hs_code])
        self.result.created += len(new)
        if self.writes:
            self._end(self.taken_over - ended_before)
            create_rates(self.by, new)

    def _line(
        self, line: PrintedLine, rates: Sequence[Rate], loaded: Mapping[tuple[str, str], list[TariffRate]]
    ) -> list[Rate] | None:
        """The rates to write; None where one of them clashes with a loaded rate, which refuses the line."""
        new, ends, unchanged = [], [], 0
        for rate in rates:
            others = loaded.get((rate.hs_code, rate.regime), [])
            if any(is_same(other, rate) for other in others):
                unchanged += 1
                continue
            clash, taken_over = meets(others, rate)
            if clash:
                value = f"{rate.regime} {clash.valid_from.isoformat()}"
                fault = PrintedFault(line.page, line.number, line.hs_code, "", "overlaps_loaded", value)
                self.result.faults.append(fault)
                self.clashing.add(line.hs_code)
                return None
            ends += taken_over
            new.append(rate)
        self.taken_over |= {other.pk for other in ends}
        self.result.unchanged += unchanged
        return new

    def _compare(self, line: PrintedLine, loaded: Sequence[TariffRate], rates: Sequence[Rate]) -> None:
        before = {
            row.regime: in_words(row) for row in sorted(loaded, key=lambda row: row.valid_from) if self._held(row)
        }
        after = {rate.regime: in_words(rate) for rate in rates}
        if before != after:
            kind = "changed" if before else "added"
            self.result.changes.append(LineChange(kind, line.hs_code, line.page, before, after))

    def _held(self, row: TariffRate) -> bool:
        """On the first day of the edition, or on the day before it."""
        return row.valid_from <= self.edition.valid_from and not (row.valid_until and row.valid_until < self.day_before)

    def _remove(self) -> None:
        """End open rates of earlier editions that this one no longer prints."""
        printed = {line.hs_code for line in self.lines} - self.clashing
        refused = {fault.hs_code for fault in self.result.faults if fault.hs_code}
        earlier = TariffRate.objects.filter(
            Q(valid_until__isnull=True), regime__in=self.regimes, valid_from__lt=self.edition.valid_from
        )
        gone: dict[str, dict[str, str]] = {}
        ends: set[int] = set()
        for row in earlier.order_by("hs_code").iterator():
            line = row.hs_code[:8]
            if row.pk in self.taken_over or line in refused:
                continue
            if line not in printed and not self.result.reading.is_whole:
                continue
            ends.add(row.pk)
            if row.hs_code not in printed:
                gone.setdefault(row.hs_code, {})[row.regime] = in_words(row)
        self.result.changes += [LineChange("removed", code, 0, rates, {}) for code, rates in gone.items()]
        self.result.ended = len(self.taken_over | ends)
        if self.writes:
            self._end(ends)

    def _end(self, keys: set[int]) -> None:
        for chunk in batched(sorted(keys), 500):
            rows = TariffRate.objects.filter(pk__in=chunk, valid_until__isnull=True)
            rows.update(valid_until=self.day_before)


def in_words(rate: Rate | TariffRate) -> str:
    """A rate as the tariff prints it: 6.5%, or its wording."""
    figure = "" if rate.percent is None else f"{rate.percent.normalize():f}%"
    return " ".join(part for part in (figure, rate.text) if part)
