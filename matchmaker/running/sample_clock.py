"""Past times for the sample campaign: services write the moment that the site's clock shows."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.utils import timezone


def days_ago(days: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """Inside, `timezone.now()` is this moment. For the sample alone: it holds for the whole process."""
    with mock.patch.object(timezone, "now", return_value=moment):
        yield
