"""Rows that workers claim for a while: which of them may be claimed."""

import datetime as dt

from django.db.models import Q

LONGEST_LEASE = dt.timedelta(minutes=15)  # every lease is shorter; the longest, for counting a report, is ten minutes


def unleased(now: dt.datetime, path: str = "", longest: dt.timedelta = LONGEST_LEASE) -> Q:
    """Rows without a running lease. `path` leads to the row that has `lease_until`, for example `matching_state__`.

    A lease that ends later than any can was written before the clock was put back, and holds nothing.
    """
    field = f"{path}lease_until"
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lt": now}) | Q(**{f"{field}__gt": now + longest})
