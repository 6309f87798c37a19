"""Load a list of additional duties: preview and apply are the same verb, so that what was shown is what is written."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.core import reference
from matchmaker.core.problems import Refused
from matchmaker.market_access.additional import AdditionalDuty as Record
from matchmaker.market_access.additional_file import read_additional_duties
from matchmaker.market_access.models import AdditionalDuty, AdditionalDutyList
from matchmaker.market_access.services.tariffs import require_organiser
from matchmaker.market_access.tariff_file import Fault

SHIPPED = "additional_duties.csv"


@dataclass(frozen=True, slots=True)
class AdditionalImport:
    """What a list would do, or did. `ended` are duties on record that a whole list no longer names."""

    created: int
    changed: int
    unchanged: int
    ended: int
    faults: tuple[Fault, ...]
    applied: bool


@transaction.atomic
def import_additional_duties(
    *, by: User, content: bytes, source: str, as_of: date, complete: bool = False, apply: bool = False
) -> AdditionalImport:
    """Read a list of additional duties and, with `apply` and without a fault, write it.

    A duty with the code of one on record takes its place. A whole list (`complete`) says that goods it does not name
    bear none on its day: duties on record that it leaves out end the day before.

    Args:
        source: where and in which edition the list was published.
        as_of: the day for which it speaks.

    Raises:
        Refused: `not_an_organiser`; 400 `source_missing`.
    """
    require_organiser(by)
    source = source.strip()[:300]
    if not source:
        raise Refused("source_missing", _("Name the source of the list."), status=400)
    parsed = read_additional_duties(content, reference.countries())
    before = {row.code: row for row in AdditionalDuty.objects.select_for_update()}
    records = [one for _row, one in parsed.duties]
    new = [one for one in records if one.code not in before]
    changed = [one for one in records if one.code in before and before[one.code].as_duty() != one]
    ends = _left_out(before, records, as_of) if complete else []
    applied = apply and bool(records) and not parsed.faults
    if applied:
        _write(new, changed)
        ended = AdditionalDuty.objects.filter(pk__in=[row.pk for row in ends])
        ended.update(valid_until=as_of - timedelta(days=1), edited_here=True)
        facts = {"source": source, "as_of": as_of.isoformat(), "complete": complete, "duties": len(records)}
        listed = AdditionalDutyList.objects.create(as_of=as_of, source=source, loaded_by=by) if complete else None
        record(by=by, verb="import_additional_duties", on=listed or by, facts=facts | {"ended": len(ends)})
    unchanged = len(records) - len(new) - len(changed)
    return AdditionalImport(len(new), len(changed), unchanged, len(ends), parsed.faults, applied)


def _left_out(before: dict[str, AdditionalDuty], records: list[Record], as_of: date) -> list[AdditionalDuty]:
    """Duties on record that hold on the day and that a whole list does not name."""
    left_out = [row for code, row in before.items() if code not in {one.code for one in records}]
    return [row for row in left_out if row.valid_from < as_of and (row.valid_until is None or row.valid_until >= as_of)]


def _write(new: list[Record], changed: list[Record]) -> None:
    AdditionalDuty.objects.bulk_create([AdditionalDuty(**_fields(one), edited_here=True) for one in new])
    for one in changed:
        AdditionalDuty.objects.filter(code=one.code).update(**_fields(one), edited_here=True)


def _fields(one: Record) -> dict:
    fields = asdict(one)
    return fields | {"hs_prefixes": list(one.hs_prefixes), "origins": list(one.origins)}


def read_shipped_duties(folder: Path) -> list[Record]:
    """The additional duties that come with the program.

    Raises ValueError that names the first row that cannot be read.
    """
    parsed = read_additional_duties((folder / SHIPPED).read_bytes(), reference.countries())
    if parsed.faults:
        fault = parsed.faults[0]
        raise ValueError(f"{SHIPPED} row {fault.row} {fault.column}: {fault.code}")
    return [one for _row, one in parsed.duties]
