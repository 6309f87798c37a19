"""How a company answers, and how far contacts of the campaign came."""

import datetime as dt
from dataclasses import dataclass
from statistics import median

from django.db.models import Q
from django.utils import timezone

from matchmaker.companies.models import Company
from matchmaker.messaging.models import DealStep, Enquiry, Side

WINDOW = dt.timedelta(days=180)
IN_TIME = dt.timedelta(days=7)
FEWEST = 3


@dataclass(frozen=True)
class ReplyRate:
    """Of `asked` first messages that reached the company in half a year, `answered` got an answer within seven days.

    A no is an answer. Those that came less than seven days ago count once they are answered.
    """

    asked: int
    answered: int
    median_hours: int | None

    @property
    def percent(self) -> int:
        return round(100 * self.answered / self.asked)

    @property
    def median_days(self) -> int:
        return round((self.median_hours or 0) / 24)


def reply_rate(company: Company) -> ReplyRate | None:
    """None where fewer than three first messages came: too few to say anything."""
    now = timezone.now()
    asked = Q(supplier=company, asked_by=Side.BUYER) | Q(buyer=company, asked_by=Side.SUPPLIER)
    rows = Enquiry.objects.filter(asked, delivered_at__gte=now - WINDOW).values_list("delivered_at", "answered_at")
    counted, waits = 0, []
    for delivered, answered in rows:
        assert delivered is not None  # the filter above
        if answered is None and now - delivered < IN_TIME:
            continue
        counted += 1
        if answered is not None and answered - delivered <= IN_TIME:
            waits.append((answered - delivered).total_seconds() / 3600)
    if counted < FEWEST:
        return None
    return ReplyRate(counted, len(waits), round(median(waits)) if waits else None)


def ladder_counts(companies=None) -> dict[str, dict[str, int]]:
    """For each rung: pairs of companies where one side said it, and where both confirmed it.

    Args:
        companies: a QuerySet of companies; only pairs whose supplier or buyer is in it are counted.
    """
    steps = DealStep.objects.exclude(answer=DealStep.Answer.DENIED)
    if companies is not None:
        ids = companies.values("pk")
        steps = steps.filter(Q(enquiry__supplier__in=ids) | Q(enquiry__buyer__in=ids))
    found: dict[str, dict[str, set]] = {rung: {"said": set(), "confirmed": set()} for rung in DealStep.Rung.values}
    for rung, answer, supplier, buyer in steps.values_list("rung", "answer", "enquiry__supplier", "enquiry__buyer"):
        found[rung]["said"].add((supplier, buyer))
        if answer == DealStep.Answer.CONFIRMED:
            found[rung]["confirmed"].add((supplier, buyer))
    return {rung: {name: len(pairs) for name, pairs in row.items()} for rung, row in found.items()}
