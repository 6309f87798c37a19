"""Load a tariff file: preview and apply are the same verb, so that what was shown is what is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Organiser
from matchmaker.core.problems import Refused
from matchmaker.market_access.duty import Rate
from matchmaker.market_access.models import Agreement, TariffRate
from matchmaker.market_access.tariff_file import Fault, read_tariff
from matchmaker.market_access.tariff_table import Edition

_CHUNK = 500  # below SQLite's limit of variables in one statement


@dataclass(frozen=True, slots=True)
class TariffImport:
    """What a file would do, or did. `ended` are loaded open rates that a later one takes over from."""

    encoding: str
    created: int
    unchanged: int
    ended: int
    faults: tuple[Fault, ...]
    applied: bool


@transaction.atomic
def import_tariff(
    *, by: User, content: bytes, apply: bool = False, accept_partial: bool = False, edition: Edition | None = None
) -> TariffImport:
    """Read a tariff file and, with `apply`, write its rates.

    With `edition`, which names its days and its source, the file may be the published table of the tariff.

    Rows with faults are never written; the others are written only if there are no faults or `accept_partial` is set.
    A row equal to a loaded rate is left alone. A loaded rate without an end is ended on the day before a later one
    begins; any other overlap with loaded rates is a fault, since closed history is not rewritten by a file.

    Raises: Refused: `not_an_organiser`.
    """
    require_organiser(by)
    parsed = read_tariff(content, set(Agreement.objects.values_list("code", flat=True)), edition)
    new: list[Rate] = []
    ends: list[TariffRate] = []
    faults = list(parsed.faults)
    unchanged = 0
    loaded = load_rates(rate for _row, rate in parsed.rates)
    for number, rate in sorted(parsed.rates, key=lambda pair: pair[1].valid_from):
        others = loaded.setdefault((rate.hs_code, rate.regime), [])
        if any(is_same(other, rate) for other in others):
            unchanged += 1
            continue
        clash, taken_over = meets(others, rate)
        if clash:
            faults.append(Fault(number, "valid_from", "overlaps_loaded", {"from": clash.valid_from.isoformat()}))
            continue
        for other in taken_over:
            other.valid_until = rate.valid_from - timedelta(days=1)
            ends.append(other)
        new.append(rate)
    faults.sort(key=lambda fault: fault.row)
    applied = apply and bool(new) and (not faults or accept_partial)
    if applied:
        write_rates(by, new, ends)
    return TariffImport(parsed.encoding, len(new), unchanged, len(ends), tuple(faults), applied)


def require_organiser(by: User) -> None:
    """Rules, agreements and rates belong to the campaign's team."""
    if not (by.is_superuser or Organiser.objects.filter(user=by).exclude(role=Organiser.Role.STAFF).exists()):
        raise Refused("not_an_organiser", _("Only organisers can change this."), status=403)


def load_rates(rates: Iterable[Rate]) -> dict[tuple[str, str], list[TariffRate]]:
    """Loaded rates of the same lines: line and regime → rates."""
    loaded: dict[tuple[str, str], list[TariffRate]] = {}
    codes = sorted({rate.hs_code for rate in rates})
    for chunk in batched(codes, _CHUNK):
        for row in TariffRate.objects.filter(hs_code__in=chunk):
            loaded.setdefault((row.hs_code, row.regime), []).append(row)
    return loaded


def is_same(row: TariffRate, rate: Rate) -> bool:
    """Whether a loaded rate says the same for the same days."""
    return (row.percent, row.text, row.valid_from, row.valid_until) == (
        rate.percent,
        rate.text,
        rate.valid_from,
        rate.valid_until,
    )


def meets(others: Sequence[TariffRate], rate: Rate) -> tuple[TariffRate | None, list[TariffRate]]:
    """The loaded rate that stands in the way, if any, and the open ones that end when this one begins."""
    taken_over = []
    for other in others:
        if rate.valid_until and other.valid_from > rate.valid_until:
            continue
        if other.valid_until and other.valid_until < rate.valid_from:
            continue
        if other.valid_until is None and other.valid_from < rate.valid_from:
            taken_over.append(other)
        else:
            return other, []
    return None, taken_over


def write_rates(by: User, new: Sequence[Rate], ends: Sequence[TariffRate]) -> None:
    """Write new rates and new ends, with their entry in the record."""
    TariffRate.objects.bulk_update(ends, ["valid_until"], batch_size=_CHUNK)
    create_rates(by, new)
    sources = sorted({rate.source for rate in new})[:5]
    facts = {"created": len(new), "ended": len(ends), "sources": sources}
    record(by=by, verb="import_tariff", on=by, facts=facts)


def create_rates(by: User, new: Sequence[Rate]) -> None:
    """Write new rates; who calls it writes the entry of the record."""
    TariffRate.objects.bulk_create(
        [
            TariffRate(
                hs_code=rate.hs_code,
                regime=rate.regime,
                percent=rate.percent,
                text=rate.text,
                valid_from=rate.valid_from,
                valid_until=rate.valid_until,
                source=rate.source,
                loaded_by=by,
            )
            for rate in new
        ],
        batch_size=_CHUNK,
    )
