"""What a company's word is worth: how many of its meetings it kept. Shown before somebody asks for one."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from matchmaker.companies.models import Company
from matchmaker.events.models import Meeting

ENOUGH = 3  # below this a percentage says nothing
LATE = dt.timedelta(hours=24)
ENDED = (Meeting.Status.HELD, Meeting.Status.CUT_SHORT, Meeting.Status.MISSED, Meeting.Status.CANCELLED)
_READ = ("supplier", "buyer", "status", "absent", "starts_at", "cancelled_at", "cancelled_by",
         "supplier_said", "buyer_said", "team_said")  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptRate:
    """`kept` of `of` meetings; a meeting counts once its outcome is agreed or settled."""

    kept: int
    of: int

    @property
    def percent(self) -> int | None:
        """None where there are too few to say."""
        return round(100 * self.kept / self.of) if self.of >= ENOUGH else None


def kept_rate(company: Company) -> KeptRate:
    """How many of its meetings a company kept: it came, rather than stayed away or called off on the last day."""
    return kept_rates([company.pk]).get(company.pk, KeptRate(0, 0))


def kept_rates(companies: Iterable[int]) -> dict[int, KeptRate]:
    """The same for many companies, in one query; companies without a meeting are absent."""
    asked, found = set(companies), defaultdict(list)
    theirs = Q(supplier__in=asked) | Q(buyer__in=asked)
    for meeting in Meeting.objects.filter(theirs, status__in=ENDED).order_by().only(*_READ):
        for side, company in (("supplier", meeting.supplier_id), ("buyer", meeting.buyer_id)):
            kept = _kept_by(meeting, side) if company in asked else None
            if kept is not None:
                found[company].append(kept)
    return {company: KeptRate(sum(kept), len(kept)) for company, kept in found.items()}


def _kept_by(meeting: Meeting, side: str) -> bool | None:
    """Whether a side kept a meeting; None where its outcome says nothing of that side."""
    if meeting.is_disputed:
        return None
    if meeting.status == Meeting.Status.MISSED:
        return meeting.absent not in (side, Meeting.Side.BOTH) if meeting.absent else None
    if meeting.status == Meeting.Status.CANCELLED:
        is_late = meeting.cancelled_at is not None and meeting.cancelled_at > meeting.starts_at - LATE
        return False if is_late and meeting.cancelled_by == side else None
    return True
