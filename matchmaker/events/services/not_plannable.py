"""Why an event has no plan: a code and facts with names and times, from which `explaining` makes a sentence."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matchmaker.companies.models import Company
from matchmaker.engines.planning import InvalidInstance


class NotPlannable(InvalidInstance):
    """The event has no plan; `reason` has a code and facts, see `explaining`."""

    def __init__(self, text: str, *, reason: dict[str, Any]):
        super().__init__(text)
        self.reason = reason


@contextmanager
def with_names(companies: Sequence[int], slots: Sequence[dt.datetime]) -> Iterator[None]:
    """Raise `NotPlannable`, with companies and times for the numbers, where the scheduler refuses an instance.

    Args:
        companies: keys by the number of the party.
        slots: instants by the number of the slot.
    """
    try:
        yield
    except NotPlannable:
        raise
    except InvalidInstance as refusal:
        reason: dict[str, Any] = {"code": "contradiction"}
        if found := refusal.contradiction:
            reason = {"code": found.code, **found.numbers}
            rows = Company.objects.in_bulk(companies[number] for number in found.companies)
            names = [rows[companies[number]].display_name for number in found.companies]
            reason |= dict(zip(("company", "other"), names, strict=False))
            if found.slot is not None:
                reason["slot"] = slots[found.slot].isoformat()
        raise NotPlannable(str(refusal), reason=reason) from refusal
