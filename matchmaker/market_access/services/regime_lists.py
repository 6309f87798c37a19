"""Load the list of goods of a regime."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.core.problems import Refused
from matchmaker.market_access.models import ImportRegime
from matchmaker.market_access.regime_lists import read_regime_list
from matchmaker.market_access.regimes import Goods
from matchmaker.market_access.services.tariffs import require_organiser
from matchmaker.market_access.tariff_file import Fault

WITH_A_LIST = (Goods.LISTED, Goods.ALL_BUT_LISTED)


@dataclass(frozen=True, slots=True)
class ListImport:
    """How many codes the file has, how many of them are new and how many of the loaded ones it leaves out."""

    codes: int
    new: int
    gone: int
    faults: tuple[Fault, ...]
    applied: bool


@transaction.atomic
def import_regime_list(
    *, by: User, regime: ImportRegime, content: bytes, source: str, complete: bool, apply: bool = False
) -> ListImport:
    """Read a list of goods and, with `apply` and without a fault, put it in the place of the one of the regime.

    Args:
        source: where and in which edition the list was published.
        complete: whether it is the whole list: only then a code that is not on it is known not to be.

    Raises:
        Refused: `not_an_organiser`; 400 `regime_without_list`, `source_missing`.
    """
    require_organiser(by)
    if regime.goods not in WITH_A_LIST:
        raise Refused("regime_without_list", _("No list of goods decides about this regime."), status=400)
    if not source.strip():
        raise Refused("source_missing", _("Name the source of the list."), status=400)
    parsed = read_regime_list(content)
    before, now = set(regime.hs_prefixes), set(parsed.codes)
    applied = apply and bool(now) and not parsed.faults
    if applied:
        row = ImportRegime.objects.select_for_update().get(pk=regime.pk)
        row.hs_prefixes, row.list_complete, row.edited_here = list(parsed.codes), complete, True
        row.note = f"List of goods: {source.strip()}"[:1000]
        row.save()
        facts = {"source": source.strip(), "codes": len(now), "complete": complete}
        record(by=by, verb="import_regime_list", on=row, facts=facts)
    return ListImport(len(now), len(now - before), len(before - now), parsed.faults, applied)
