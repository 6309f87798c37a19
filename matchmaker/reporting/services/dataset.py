"""The data set of a report: pseudonymous rows from which `bin/recompute_report` counts every figure again.

`facts.csv` has one row for each fact and each group it is counted in. The pseudonym of a fact is different in each
figure and each split, so rows cannot be joined to a company's story. Small groups are withheld, see `protection.py`:
their rows stand in the group `WITHHELD`, or are left out where the total itself is small. `report.json` has the figures
as they are recomputed. The archive is signed like the pack of a venue; docs/reporting.md describes each column.
"""

import csv
import hashlib
import hmac
import io
import json
from collections import defaultdict
from collections.abc import Hashable
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Partner
from matchmaker.campaigns.services import require_organiser
from matchmaker.core.sheets import safe
from matchmaker.directory.models import ExchangeRate
from matchmaker.events.models import Event
from matchmaker.events.services.pack import seal
from matchmaker.reporting.figures import (
    ALL,
    CURRENCY,
    MONTH,
    PARTNER,
    SPLITS,
    TRADING_GROUP,
    TREES,
    Fact,
    groups_of,
    number_of,
)
from matchmaker.reporting.services.facts import Scope, collect
from matchmaker.reporting.services.protection import is_small, small_groups

WITHHELD = "withheld"
COLUMNS = ("figure", "split", "group", "fact", "number", "currency", "yuan", "rate_of")
Rows = list[tuple[str, ...]]


@transaction.atomic
def data_set(*, by: User, scope: Scope) -> bytes:
    """The signed archive, for the organisers of all its campaigns; each one made stands in the record."""
    for campaign in scope.campaigns:
        require_organiser(by, campaign, reads=True)
    rows = _rows(scope)
    files = {
        "facts.csv": _csv(COLUMNS, rows),
        "rates.csv": _csv(("currency", "as_of", "yuan", "source"), _rates(rows)),
        "report.json": json.dumps(_figures(rows), ensure_ascii=False, indent=1).encode(),
    }
    made_at = timezone.now().isoformat(timespec="seconds")
    about = {"campaigns": ", ".join(campaign.slug for campaign in scope.campaigns), "made_at": made_at}
    for campaign in scope.campaigns:
        record(by=by, verb="export_data_set", on=campaign, facts={"rows": len(rows)})
    return seal(files, about)


def _rows(scope: Scope) -> Rows:
    facts = collect(scope)
    names = _names(scope)
    rows: Rows = []
    for figure, members in sorted(facts.of.items()):
        for split in (ALL, MONTH, CURRENCY, *SPLITS):
            groups: dict[Hashable, list[Fact]] = defaultdict(list)
            for fact in members:
                for value in groups_of(fact, split, facts.groups):
                    if split not in TREES or value in names[split]:
                        groups[value].append(fact)
            rows += _split(figure, split, groups, names)
    return rows


def _split(figure: str, split: str, groups: dict[Hashable, list[Fact]], names: dict[str, dict]) -> Rows:
    """The rows of one figure in one split, in the order of their pseudonyms."""
    companies = {value: {one for fact in facts for one in fact.companies} for value, facts in groups.items()}
    small = small_groups(companies)
    rows: Rows = []
    for value in groups.keys() - small:
        name = str(names.get(split, {}).get(value, value))
        rows += [_row(figure, split, name, fact) for fact in groups[value]]
    if not is_small(len(set().union(*(companies[value] for value in small)))):
        together = {fact.key: fact for value in small for fact in groups[value]}
        rows += [_row(figure, split, WITHHELD, fact) for fact in together.values()]
    return sorted(rows)


def _row(figure: str, split: str, group: str, fact: Fact) -> tuple[str, ...]:
    """Amounts keep their currency where it is the group; elsewhere they are in yuan."""
    amount = fact.currency and split == CURRENCY and group != WITHHELD
    number = fact.number if amount else number_of(fact, ALL) if fact.number is not None else None
    return (
        figure,
        split,
        group,
        _pseudonym(figure, split, fact),
        "" if number is None else f"{number.normalize():f}",
        fact.currency if amount else "CNY" if fact.currency else "",
        f"{fact.yuan:f}" if amount and fact.yuan is not None else "",
        fact.rate_of.isoformat() if amount and fact.rate_of else "",
    )


def _pseudonym(figure: str, split: str, fact: Fact) -> str:
    key = hashlib.sha256(f"matchmaker report {settings.SECRET_KEY}".encode()).digest()
    return hmac.digest(key, f"{figure}|{split}|{fact.key}".encode(), "sha256").hex()[:16]


def _names(scope: Scope) -> dict[str, dict]:
    """Events and partners by what they are called outside.

    Of a tree of partners the data set has the highest only: the rows of one below another would tell the small groups.
    """
    rows = Partner.objects.filter(campaign__in=scope.campaigns, parent__isnull=True)
    partners = {partner.pk: partner.name.get("en", str(partner)) for partner in rows}
    return {
        "event": dict(Event.objects.filter(campaign__in=scope.campaigns).values_list("pk", "slug")),
        PARTNER: partners,
        TRADING_GROUP: partners,
    }


def _figures(rows: Rows) -> list[dict]:
    """Count and sum of each cell, as the script recomputes them."""
    cells: dict[tuple[str, ...], list] = defaultdict(lambda: [0, Decimal(0)])
    for row in rows:
        cell = cells[row[:3]]
        cell[0] += 1
        cell[1] += Decimal(row[4] or 0)
    return [
        {"figure": figure, "split": split, "group": group, "count": count, "sum": f"{total.normalize():f}"}
        for (figure, split, group), (count, total) in cells.items()
    ]


def _rates(rows: Rows) -> Rows:
    """The exchange rates that were used, with their sources."""
    pairs = {(row[5], row[7]) for row in rows if row[7]}
    known = ExchangeRate.objects.filter(currency__in={currency for currency, _day in pairs})
    return [
        (rate.currency, rate.as_of.isoformat(), f"{rate.yuan.normalize():f}", rate.source)
        for rate in known
        if (rate.currency, rate.as_of.isoformat()) in pairs
    ]


def _csv(head: tuple[str, ...], rows: Rows) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
