"""How a company answers."""

import datetime as dt
from dataclasses import dataclass
from statistics import median

from django.db.models import Q
from django.utils import timezone

from matchmaker.companies.models import Company
from matchmaker.messaging.models import Enquiry, Side

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
    by_others = Q(supplier=company, asked_by=Side.BUYER) | Q(buyer=company, asked_by=Side.SUPPLIER)
    rows = Enquiry.objects.filter(by_others, delivered_at__gte=now - WINDOW).values_list("delivered_at", "answered_at")
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
