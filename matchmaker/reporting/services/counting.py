"""When a report is counted: a small one while its reader waits, a large one by a task, which stores its figures."""

import datetime as dt
import time
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from matchmaker.campaigns.models import Campaign
from matchmaker.reporting import figures
from matchmaker.reporting.figures import ALL, CURRENCY, MONTH, WEEK, Cell, Cells, tabulate
from matchmaker.reporting.models import ReportCount
from matchmaker.reporting.services.facts import Scope, collect

AT_ONCE = 2_000  # companies up to which a report is counted when it is opened
TIMES = 60  # a count is used for sixty times as long as it took: 3.5 s of counting for three and a half minutes
LEASE = dt.timedelta(minutes=10)
FORGOTTEN_AFTER = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RateRow:
    """An exchange rate that a value was converted with, by its day."""

    currency: str
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class Tally:
    """The cells of a report, which exchange rates were used, and when it was counted."""

    at: dt.datetime
    cells: Cells
    rates: tuple[RateRow, ...]
    without_rate: tuple[str, ...]
    is_old: bool = False  # newer figures are being counted


def count(scope: Scope, period: str) -> Tally:
    """Count now."""
    facts = collect(scope)
    cells = tabulate(facts, (ALL, CURRENCY, WEEK if period == WEEK else MONTH, *figures.SPLITS))
    values = [fact for figure, rows in facts.of.items() if figure.startswith("value_") for fact in rows]
    pairs = {(fact.currency, fact.rate_of) for fact in values if fact.rate_of is not None}
    return Tally(
        timezone.now(),
        cells,
        rates=tuple(RateRow(currency, day) for currency, day in sorted(pairs)),
        without_rate=tuple(sorted({fact.currency for fact in values if fact.yuan is None})),
    )


def latest(scope: Scope, period: str) -> Tally | None:
    """The newest figures there are; None where many companies have never been counted: then a task counts them.

    Old figures are returned, too, and newer ones are counted for the next reader. The row that waits is written here;
    `tasks.start_counting` makes a worker look for it at once.
    """
    row = ReportCount.objects.filter(key=_key(scope, period)).first()
    if row is None:
        if scope.companies().count() <= AT_ONCE:
            return count(scope, period)
        row = _row(scope, period)
    is_old = row.counted_at is None or timezone.now() - row.counted_at > dt.timedelta(seconds=TIMES * row.seconds)
    if is_old:
        ReportCount.objects.filter(pk=row.pk, wanted_at__isnull=True).update(wanted_at=timezone.now())
    return None if row.counted_at is None else _read(row, is_old=is_old)


def latest_or_count(scope: Scope, period: str) -> Tally:
    """As `latest`; what was never counted is counted and stored now."""
    found = latest(scope, period)
    if found is None:
        row = _row(scope, period)
        _store(row, scope)
        found = _read(row)
    return found


def count_waiting() -> int:
    """Count the reports that wait; returns how many. Those that no one has opened for a month are deleted."""
    done = 0
    for row in ReportCount.objects.waiting().order_by("wanted_at"):
        done += _count_row(row)
    ReportCount.objects.filter(counted_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
    return done


def _count_row(row: ReportCount) -> bool:
    """Claim a row and count it; False where another worker has it, or its campaigns are gone."""
    claim = ReportCount.objects.waiting().filter(pk=row.pk)
    if not claim.update(lease_until=timezone.now() + LEASE):
        return False
    campaigns = tuple(Campaign.objects.filter(pk__in=row.campaigns))
    if len(campaigns) < len(row.campaigns):
        row.delete()
        return False
    _store(row, Scope(campaigns, event=row.event))
    return True


def _store(row: ReportCount, scope: Scope) -> None:
    start = time.process_time()
    tally = count(scope, row.period)
    row.figures = {
        "cells": [[*key, cell.count, cell.companies, str(cell.total)] for key, cell in tally.cells.items()],
        "rates": [[rate.currency, rate.as_of.isoformat()] for rate in tally.rates],
        "without_rate": list(tally.without_rate),
    }
    row.counted_at, row.seconds = tally.at, time.process_time() - start
    row.wanted_at = row.lease_until = None
    row.save()


def _read(row: ReportCount, *, is_old: bool = False) -> Tally:
    return Tally(
        row.counted_at or timezone.now(),
        {
            (figure, split, group): Cell(many, companies, Decimal(total))
            for figure, split, group, many, companies, total in row.figures["cells"]
        },
        rates=tuple(RateRow(currency, dt.date.fromisoformat(day)) for currency, day in row.figures["rates"]),
        without_rate=tuple(row.figures["without_rate"]),
        is_old=is_old,
    )


def _key(scope: Scope, period: str) -> str:
    campaigns = ",".join(str(campaign.pk) for campaign in scope.campaigns)
    return f"{campaigns}:{scope.event.pk if scope.event else ''}:{period}"


def _row(scope: Scope, period: str) -> ReportCount:
    values = {"campaigns": [campaign.pk for campaign in scope.campaigns], "event": scope.event, "period": period}
    return ReportCount.objects.get_or_create(key=_key(scope, period), defaults=values)[0]
